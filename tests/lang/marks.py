"""Marked documents: comment lines that point at a place and say what is expected there.

  amuont: decimal
# ^^^^^^ message        the place above the carets
  # <- message          the start of the line above
"""

import re
from typing import NamedTuple

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
