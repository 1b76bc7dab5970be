"""The pipes to the client: framing, the reader thread, and the ways a connection ends.

Nothing here knows what a message means. A stream whose frames can no longer be told apart is given
up: guessing would turn one broken message into many.
"""

import os
import re
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import BinaryIO, Final, NamedTuple

from vesper.lsp.messages import Message

HEADER_LIMIT: Final = 8 * 1024
BODY_LIMIT: Final = 64 * 1024 * 1024
SKIP_LIMIT: Final = 512 * 1024 * 1024
"""A body above the limit is read past; a length above this one is nonsense and ends it all."""
GRACE: Final = 5.0
"""Seconds without progress after which a server that should have ended is ended by force."""

_LOG_LIMIT: Final = 48 * 1024
_POLL: Final = 2.0
_HEADER_NAME: Final = re.compile(rb"[A-Za-z0-9-]+")


class FramingError(Exception):
    """The stream can no longer be cut into messages. The text says why."""


class Skipped(NamedTuple):
    """A message that was too large to hold; its bytes have been read past."""

    size: int


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more will come. Without a problem the client closed the stream in good order."""

    problem: str = ""
    at_once: bool = False
    """Whether what still waits is to be dropped: nobody is left to read the answers."""


Action = Callable[[], object]
Item = Message | Skipped | End | Action


class Inbox:
    """What waits for the one thread that serves: messages, and actions of other threads."""

    def __init__(self) -> None:
        self.items: SimpleQueue[Item] = SimpleQueue()
        self.turns = 0
        """Grows with each thing done; standing still means that the server is stuck."""
        self.closed = threading.Event()

    def end(self, end: End) -> None:
        """Announce the end, and force it when the serving thread makes no progress any more."""
        self.items.put(end)
        before = self.turns
        while not self.closed.wait(GRACE):
            if self.turns == before:
                os._exit(1)
            before = self.turns


class Output:
    """The client's end of our answers. Frames of several threads are never mixed."""

    def __init__(self, stream: BinaryIO, inbox: Inbox) -> None:
        self._stream = stream
        self._inbox = inbox
        self._lock = threading.Lock()
        self._urgent: deque[bytes] = deque()
        self._open = True

    def send(self, body: bytes) -> None:
        """Write one message. Blocks while the client does not read; ends us when it is gone."""
        with self._lock:
            self._write(body)
        self._write_urgent()

    def send_soon(self, body: bytes) -> None:
        """Write one short message before all others, and never block: for the reading thread."""
        self._urgent.append(body)
        self._write_urgent()

    def _write_urgent(self) -> None:
        # Who cannot have the lock need not wait: its holder looks again when it has let go.
        while self._urgent and self._lock.acquire(blocking=False):
            try:
                while self._urgent and _is_writable(self._stream):
                    self._write(self._urgent.popleft())
                if self._urgent:
                    self._inbox.items.put(self._flush)
                    return
            finally:
                self._lock.release()

    def _flush(self) -> None:
        with self._lock:
            while self._urgent:
                self._write(self._urgent.popleft())

    def _write(self, body: bytes) -> None:
        if not self._open:
            return
        try:
            self._stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._stream.flush()
        except OSError:
            self._open = False
            self._inbox.items.put(End("the client no longer reads our answers", at_once=True))


class Log:
    """Lines for the person who looks at stderr.

    Each text is written once and all of them together stay below what a pipe holds, because a
    client that never reads stderr must not be able to block the server.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._left = _LOG_LIMIT

    def __call__(self, text: str) -> None:
        """Write a line, or several, unless it was written before."""
        shown = text[: self._left]
        if text in self._seen or not shown:
            return
        self._seen.add(text)
        self._left -= len(shown)
        print(f"vesper lsp: {shown}", file=sys.stderr, flush=True)


def claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol alone, for the rest of the life of the process.

    A stray `print` then goes to stderr instead of between two messages, and a child process cannot
    read what is meant for us.
    """
    source = os.fdopen(os.dup(0), "rb", 1 << 16)
    sink = os.fdopen(os.dup(1), "wb", 1 << 16)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(nothing, 1)
    os.close(nothing)
    return source, sink


def start_reading(
    source: BinaryIO, inbox: Inbox, receive: Callable[[bytes], object], body_limit: int = BODY_LIMIT
) -> None:
    """Read frames until the stream ends, in a thread that dies with the process.

    `receive` gets each body, on that thread; what else is to be known goes into the inbox.
    """

    def read() -> None:
        end = End()
        try:
            while (frame := read_frame(source, body_limit)) is not None:
                if isinstance(frame, Skipped):
                    inbox.items.put(frame)
                else:
                    receive(frame)
        except FramingError as error:
            end = End(f"{error}; closing the connection")
        except OSError as error:
            end = End(f"stdin cannot be read: {error.strerror}")
        inbox.end(end)

    threading.Thread(target=read, name="vesper-stdin", daemon=True).start()


def start_watching(pid: int, inbox: Inbox) -> None:
    """End the server soon after the client's process has ended, though its pipes may stay open."""

    def watch() -> None:
        _wait_for_death(pid)
        inbox.end(End(f"the client process {pid} has ended", at_once=True))

    threading.Thread(target=watch, name="vesper-client", daemon=True).start()


def read_frame(source: BinaryIO, body_limit: int) -> bytes | Skipped | None:
    """The next body; None at the end of the stream. Raises FramingError when out of step."""
    size = _read_header(source)
    if size is None:
        return None
    if size > SKIP_LIMIT:
        raise FramingError(f"a message of {size} bytes was announced, more than can be meant")
    if size > body_limit:
        left = size
        while left:
            left -= len(_read(source, min(left, 1 << 16)))
        return Skipped(size)
    return _read(source, size)


def _read(source: BinaryIO, size: int) -> bytes:
    body = source.read(size)
    if len(body) < size:
        raise FramingError("the stream ended in the middle of a message")
    return body


def _read_header(source: BinaryIO) -> int | None:
    size: int | None = None
    seen = 0
    while True:
        line = source.readline(HEADER_LIMIT + 1)
        seen += len(line)
        if seen > HEADER_LIMIT:
            raise FramingError(f"a header is longer than {HEADER_LIMIT} bytes")
        if not line.endswith(b"\n"):
            if seen:
                raise FramingError("the stream ended in the middle of a header")
            return None
        line = line.strip()
        if line:
            size = _header_line(line, size)
        elif size is not None:
            return size
        elif seen > len(b"\r\n"):
            raise FramingError("a header has no Content-Length")
        else:
            seen = 0  # An empty line between two messages harms nobody.


def _header_line(line: bytes, size: int | None) -> int | None:
    name, colon, value = line.partition(b":")
    name = name.strip()
    if not colon or not _HEADER_NAME.fullmatch(name):
        raise FramingError(f"{_quoted(line)} is not a header")
    if name.lower() != b"content-length":
        return size
    value = value.strip()
    if not value.isdigit() or len(value) > 19:
        raise FramingError(f"Content-Length is {_quoted(value)}, not a sensible number")
    if size is not None and size != int(value):
        raise FramingError("a header has two different Content-Lengths")
    return int(value)


def _quoted(data: bytes) -> str:
    return ascii(data[:40].decode("latin-1"))


def _is_writable(stream: BinaryIO) -> bool:
    """Whether a short message can be written without blocking (a pipe that takes anything takes
    512 bytes, the least POSIX allows). What cannot be asked, as on Windows, is taken for no."""
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError):
        return False


if sys.platform == "win32":

    def _wait_for_death(pid: int) -> None:
        import ctypes

        synchronize, for_ever = 0x0010_0000, 0xFFFF_FFFF
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)
        if handle:
            ctypes.windll.kernel32.WaitForSingleObject(handle, for_ever)
            ctypes.windll.kernel32.CloseHandle(handle)

else:

    def _wait_for_death(pid: int) -> None:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        except (OSError, AttributeError):
            # No such call here (macOS) or it is forbidden (some containers): ask again and again.
            while _is_alive(pid):
                time.sleep(_POLL)
        else:
            select.select([descriptor], [], [])
            os.close(descriptor)

    def _is_alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
