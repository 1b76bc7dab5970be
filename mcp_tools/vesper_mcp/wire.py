"""The process's own stdin and stdout, taken for the protocol before anything else can use them."""

import os
import sys
from dataclasses import dataclass
from typing import BinaryIO, Final

LINE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes in one message, as over HTTP. A longer line is skipped without being held in memory."""


class LineTooLong(Exception):
    """A line was longer than `LINE_LIMIT`; the whole of it has been read past."""


@dataclass(slots=True)
class Wire:
    """The two ends on which messages travel, one JSON text a line."""

    source: BinaryIO
    sink: BinaryIO
    ended: bool = False
    """Whether the client has closed its end."""

    def read_line(self) -> bytes:
        """The next line, or nothing at the end of the input. Blocks."""
        line = self.source.readline(LINE_LIMIT + 1)
        self.ended = not line
        if len(line) <= LINE_LIMIT:
            return line
        while line and not line.endswith(b"\n"):
            line = self.source.readline(LINE_LIMIT)
        raise LineTooLong

    def write_line(self, text: str) -> None:
        """Send one line. Blocks while the client does not read; `OSError` when it is gone."""
        self.sink.write(text.encode() + b"\n")
        self.sink.flush()


def claim_wire() -> Wire:
    """Move the protocol to private descriptors for the rest of the process's life.

    Afterwards descriptor 0 is empty and descriptor 1 is stderr, so that a stray `print`, a library
    or a child process can neither eat a request nor break the stream of replies.
    """
    sys.stdout.flush()
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return Wire(os.fdopen(source, "rb"), os.fdopen(sink, "wb"))
