"""What a refactoring is: changes offered at a place, worked out when somebody takes one.

Each file of `refactorings` holds one function `offers`; nothing lists them.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from vesper.editing.entries import Placed, entries
from vesper.lang.check import Analysis, Diagnostic
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts, Held
from vesper.lang.source import Span, content, is_blank

OfferKind = Literal[
    "quickfix", "refactor.extract", "refactor.rewrite", "source.fixAll", "source.organizeKeys"
]


class Offer(NamedTuple):
    """One change; `edits` works it out. `problem` is the one it solves, if any."""

    title: str
    kind: OfferKind
    edits: Callable[[], list[Edit]]
    problem: Diagnostic | None = None
    is_preferred: bool = False
    disabled: str = ""
    """Why it cannot be done here; it is shown to those who look for it."""


class Place(NamedTuple):
    """Where a refactoring is asked for, and the problems there."""

    analysis: Analysis
    span: Span
    held: Held
    facts: Facts
    problems: list[Diagnostic]

    @property
    def line(self) -> int:
        """The line of the cursor, counted from the piece's first."""
        return self.span.line - self.held.line


def place_at(analysis: Analysis, span: Span) -> Place:
    """The place of a span."""
    held, facts = analysis.held_at(span.line)
    problems = [
        it for it in analysis.diagnostics() if it.span[:2] <= span[2:] and span[:2] <= it.span[2:]
    ]
    return Place(analysis, span, held, facts, problems)


def entries_at(place: Place) -> list[Placed]:
    """The keys around the cursor's line, the outermost first."""
    return [it for it in entries(place.held) if _holds(it, place)]


def section_lines(facts: Facts, name: str) -> tuple[int, int] | None:
    """The first line of a section, and the one behind its last that says something."""
    held = [it for it in facts.held if it.piece.chunk.section == name]
    if not held:
        return None
    lines = [row for it in held for row in it.piece.reading.lines[: it.piece.chunk.lines]]
    last = len(lines)
    while last > 1 and is_blank(lines[last - 1]):
        last -= 1
    return held[0].line, held[0].line + last


def end_of_text(analysis: Analysis, facts: Facts) -> tuple[Span, str]:
    """Where something more can be written at the end of a document, and what must come before it."""
    held = facts.held[-1]
    last = held.line + held.piece.chunk.lines
    lines = analysis.text.lines
    while last > 1 and not lines[min(last, len(lines)) - 1].strip():
        last -= 1
    row = lines[last - 1]
    ended = row != content(row)
    at = Span(last, 0, last, 0) if ended else Span(last - 1, len(row), last - 1, len(row))
    return at, "" if ended else "\n"


def _holds(placed: Placed, place: Place) -> bool:
    key, value = placed.entry.key.span, placed.entry.value.span
    if placed.owner.flow:
        end = max(key[2:], value[2:])
        return key[:2] <= (place.line, place.span.column) <= end
    return key.line <= place.line <= max(key.end_line, value.end_line)
