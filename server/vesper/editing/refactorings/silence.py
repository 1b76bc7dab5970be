"""Silence a problem on its line with a comment."""

import re
from collections.abc import Iterator
from functools import partial

from vesper.editing.refactoring import Offer, Place
from vesper.lang import tree
from vesper.lang.check import Diagnostic
from vesper.lang.rule import Edit
from vesper.lang.source import Span, content

_SILENCED = re.compile(r"#\s*vesper:\s*ignore\b\s*([A-Z]{3}\d{3}(?:\s*,\s*[A-Z]{3}\d{3})*)?")


def offers(place: Place) -> Iterator[Offer]:
    """One offer for each code; a text that cannot be read cannot hold a comment for sure."""
    row = place.analysis.text.lines[min(place.span.line, len(place.analysis.text.lines) - 1)]
    if place.held.piece.is_broken or not row.strip() or _in_text(place):
        return
    for problem in {it.code: it for it in place.problems}.values():
        if problem.span.line == place.span.line:
            title = f"Silence {problem.code} on this line"
            yield Offer(title, "quickfix", partial(_edits, place, problem), problem)


def _edits(place: Place, problem: Diagnostic) -> list[Edit]:
    line = problem.span.line
    text = content(place.analysis.text.lines[line])
    known = _SILENCED.search(text)
    column = known.end() if known is not None else len(text.rstrip())
    more = f", {problem.code}" if known is not None else f"  # vesper: ignore {problem.code}"
    return [Edit(Span(line, column, line, column), more)]


def _in_text(place: Place) -> bool:
    """Whether the line ends inside a text of several lines, where `#` is a letter like any other."""
    for slot in place.held.piece.walked.slots:
        span = slot.node.span
        is_long = isinstance(slot.node, tree.Scalar) and span.line < span.end_line
        if is_long and span.line <= place.line < span.end_line:
            return True
    return False
