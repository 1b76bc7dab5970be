"""Colours on a terminal, plain text everywhere else."""

import os
from typing import Final, TextIO

_CODES: Final = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36",
}  # fmt: skip


def styled(text: str, style: str, stream: TextIO) -> str:
    """The text in a style where the stream is a terminal; `NO_COLOR` in the environment is obeyed."""
    if "NO_COLOR" in os.environ or not stream.isatty():
        return text
    codes = ";".join(_CODES[it] for it in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"
