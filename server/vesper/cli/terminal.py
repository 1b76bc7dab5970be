"""Colours on a terminal, plain text everywhere else, and nothing that steers it."""

import os
import unicodedata
from typing import Final, TextIO

_CODES: Final = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36",
}  # fmt: skip
_BIDIRECTIONAL: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def styled(text: str, style: str, stream: TextIO) -> str:
    """The text in a style where the stream shows colours."""
    if not has_colours(stream):
        return text
    codes = ";".join(_CODES[it] for it in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"


def has_colours(stream: TextIO) -> bool:
    """Whether to colour: on a terminal, unless `NO_COLOR` is set or it is a dumb one; `FORCE_COLOR` wins."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def visible(text: str) -> str:
    """The text without what could steer a terminal: whoever wrote it may be an agent or a page."""
    return "".join(
        f"\\u{ord(it):04x}"
        if (unicodedata.category(it) == "Cc" and it not in "\n\t")
        or unicodedata.bidirectional(it) in _BIDIRECTIONAL
        else it
        for it in text
    )


def in_line(text: str) -> str:
    """The text made visible on one line, for what stands beside other things on it."""
    if text.isascii() and text.isprintable():
        return text
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def cells(text: str) -> int:
    """How many cells of a terminal a line of text fills."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(it) in {"W", "F"} for it in text)
    return len(text) + wide - sum(unicodedata.combining(it) > 0 for it in text)
