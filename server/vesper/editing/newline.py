"""Where the line begins that somebody has just opened with Enter."""

import re
from collections.abc import Sequence

from vesper.lang.source import content, indentation

_DASHES = re.compile(r" *(?:- +)*(?:-$)?")
_OPENS = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s#'"\[{][^#]*?)\s*:\s*(?:[&!]\S+\s*)*(?:#.*)?$""")
_BLOCK = re.compile(r""".*(?::|-)\s+(?:[&!]\S+\s+)*[|>][-+0-9]*\s*(?:#.*)?$""")


def indentation_after(lines: Sequence[str], line: int) -> int | None:
    """The column for a line that is still blank; None where nothing can be said for certain."""
    above = content(lines[line - 1]) if 0 < line < len(lines) else ""
    if not above.strip() or content(lines[line]).strip() or "\t" in above[: _lead(above)]:
        return None
    if _is_in_block_text(lines, line - 1):
        return indentation(above)
    bare = above.lstrip(" ")
    if bare[0] in "#]}" or bare.startswith(("---", "...")):
        return None
    dashes = _DASHES.match(above)
    column = dashes.end() if dashes else 0
    rest = above[column:]
    if not rest:
        return column if above.endswith(" ") else column + 1
    if _BLOCK.match(above) or _OPENS.match(rest):
        return column + 2
    return column if re.match(r"[\w\"'-]+\s*:(?:\s|$)", rest) else None


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _is_in_block_text(lines: Sequence[str], line: int) -> bool:
    """Whether a line belongs to a text that `|` or `>` began above it."""
    depth = indentation(lines[line])
    for number in range(line - 1, -1, -1):
        text = content(lines[number])
        if text.strip() and indentation(text) < depth:
            return _BLOCK.match(text) is not None
    return False
