"""The order in which a node's sections are best read, and a text brought into it."""

from collections.abc import Sequence
from typing import NamedTuple

from vesper.lang.check import Analysis
from vesper.lang.document import NODE
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts
from vesper.lang.source import Span

_ORDER = {it.name: place for place, it in enumerate(NODE.fields)}


class _Section(NamedTuple):
    name: str
    lines: list[str]
    """With the comments directly above, without blank lines at the end."""
    blanks: int
    """How many blank lines follow."""


def is_organised(facts: Facts) -> bool:
    """Whether the sections stand in their order already."""
    places = [
        (it[0].line + it[0].export.span.line, name) for name, it in facts.of("section").items()
    ]
    ranks = _ranks([name for _, name in sorted(places)])
    return ranks == sorted(ranks)


def organised(analysis: Analysis, facts: Facts) -> Edit | None:
    """The edit that puts the sections of one document in order; None where they cannot be told apart."""
    starts = sorted(
        it.line + it.export.span.line for places in facts.of("section").values() for it in places
    )
    if facts.is_broken or len(starts) < 2 or is_organised(facts):
        return None
    lines = analysis.text.lines
    last = facts.held[-1]
    end = min(last.line + last.piece.chunk.lines, len(lines))
    floor = facts.held[0].line
    begins = [_with_comments(lines, it, floor, is_first=it == starts[0]) for it in starts]
    names = {it[0].line + it[0].export.span.line: name for name, it in facts.of("section").items()}
    sections = [
        _section(names[start], lines[begin:until])
        for start, begin, until in zip(starts, begins, [*begins[1:], end], strict=True)
    ]
    return Edit(Span(begins[0], 0, *_end(lines, end)), _joined(sections, lines[end - 1]))


def _ranks(names: Sequence[str]) -> list[int]:
    """The place of each section; one that is not the language's own stays behind the one above it."""
    ranks: list[int] = []
    for name in names:
        ranks.append(_ORDER.get(name, ranks[-1] if ranks else 0))
    return ranks


def _with_comments(lines: Sequence[str], start: int, floor: int, *, is_first: bool) -> int:
    """Where a section begins with its comments; those at the very top speak of the whole file."""
    begin = start
    while begin > floor and lines[begin - 1].startswith("#"):
        begin -= 1
    return start if is_first and begin == floor else begin


def _section(name: str, rows: list[str]) -> _Section:
    last = len(rows)
    while last > 1 and not rows[last - 1].strip():
        last -= 1
    return _Section(name, rows[:last], len(rows) - last)


def _joined(sections: list[_Section], final: str) -> str:
    ranks = _ranks([it.name for it in sections])
    order = sorted(range(len(sections)), key=lambda it: ranks[it])
    # What was last has no blank line behind it; in the middle it gets what the others have.
    usual = max((it.blanks for it in sections[:-1]), default=0)
    newline = "\r\n" if final.endswith("\r\n") or sections[0].lines[0].endswith("\r\n") else "\n"
    parts: list[str] = []
    for place, index in enumerate(order):
        it = sections[index]
        rows = [*it.lines]
        rows[-1] = rows[-1].rstrip("\r\n") + newline
        blanks = usual if index == len(sections) - 1 else it.blanks
        parts += rows
        if place < len(order) - 1:
            parts += [newline] * blanks
    text = "".join(parts) + newline * sections[-1].blanks
    return text if final.endswith(("\n", "\r")) else text.rstrip("\r\n")


def _end(lines: Sequence[str], end: int) -> tuple[int, int]:
    if lines[end - 1].endswith(("\n", "\r")):
        return end, 0
    return end - 1, len(lines[end - 1])
