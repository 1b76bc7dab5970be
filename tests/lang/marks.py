"""Marked documents: comment lines that point at a place and say what is expected there.

  amuont: decimal
# ^^^^^^ message        the place above the carets
  # <- message          the start of the line above
"""

import re
from typing import NamedTuple

from vesper.lang.source import Span

_MARK = re.compile(r"\s*#\s*(\^+|<-) (.*)$")


class Mark(NamedTuple):
    line: int
    column: int
    message: str


def marks(text: str) -> list[Mark]:
    found: list[Mark] = []
    above = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text)):
        mark = _MARK.match(line)
        if mark is None:
            above = number
        else:
            column = 0 if mark[1] == "<-" else mark.start(1)
            found.append(Mark(above, column, mark[2]))
    return found


class Place(NamedTuple):
    span: Span
    kind: str


def marked(text: str) -> tuple[str, list[Place]]:
    """The text without its marks `«x»`, `«w:x»` and `«d:x»`, and the places that had them."""
    found: list[Place] = []
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        plain = ""
        for piece in re.split(r"(«[^»]*»)", line):
            inner = piece.strip("«»") if piece.startswith("«") else None
            if inner is None:
                plain += piece
                continue
            kind = {"d:": "definition", "w:": "write"}.get(inner[:2], "read")
            name = inner if kind == "read" else inner[2:]
            found.append(Place(Span(number, len(plain), number, len(plain) + len(name)), kind))
            plain += name
        lines.append(plain)
    return "\n".join(lines), found
