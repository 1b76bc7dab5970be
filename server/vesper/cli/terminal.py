"""Colours on a terminal, plain text everywhere else, and nothing that steers it."""

import os
import unicodedata
from typing import Final, TextIO

_CODES: Final = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36",
}  # fmt: skip
_BIDIRECTIONAL: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def styled(text: str, style: str, stream: TextIO) -> str:
    """The text in a style where the stream is a terminal; `NO_COLOR` in the environment is obeyed."""
    if "NO_COLOR" in os.environ or not stream.isatty():
        return text
    codes = ";".join(_CODES[it] for it in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"


def visible(text: str) -> str:
    """The text without what could steer a terminal: whoever wrote it may be an agent or a page."""
    return "".join(
        f"\\u{ord(it):04x}"
        if (unicodedata.category(it) == "Cc" and it not in "\n\t")
        or unicodedata.bidirectional(it) in _BIDIRECTIONAL
        else it
        for it in text
    )
