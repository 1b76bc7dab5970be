"""Fix all problems of one kind, or all that can be fixed without thinking."""

from collections.abc import Iterable, Iterator
from functools import partial

from vesper.editing.refactoring import Offer, Place
from vesper.lang.check import Diagnostic
from vesper.lang.rule import Edit

SAFE = frozenset(
    {
        "bad-duration", "boolean-word", "byte-order-mark", "lookalike", "odd-character",
        "old-node-type", "prose-clause", "repeated-item", "single-equals", "tab-indentation",
    }
)  # fmt: skip
"""Rules whose fix is not a guess: what the text means stays what it was meant to be."""


def offers(place: Place) -> Iterator[Offer]:
    """One offer for each kind of problem here that has more of its kind, and one for the file."""
    found = [it for it in place.analysis.diagnostics() if it.fix is not None]
    for problem in {it.code: it for it in place.problems if it.fix is not None}.values():
        alike = [it for it in found if it.code == problem.code]
        if len(alike) > 1:
            title = f"Fix all {len(alike)} problems of this kind ({problem.code}) in this file"
            yield Offer(title, "quickfix", partial(_edits, alike), problem)
    safe = [it for it in found if it.name in SAFE]
    if safe:
        yield Offer(
            "Fix all that is safe to fix in this file", "source.fixAll", partial(_edits, safe)
        )


def _edits(problems: Iterable[Diagnostic]) -> list[Edit]:
    """The edits of all fixes but those that touch what another has changed."""
    kept: list[Edit] = []
    for problem in problems:
        edits = problem.fix.edits if problem.fix is not None else ()
        if not any(_touch(one, other) for one in edits for other in kept):
            kept.extend(edits)
    return sorted(kept, key=lambda it: it.span)


def _touch(one: Edit, other: Edit) -> bool:
    if one.span == other.span and one.span[:2] == one.span[2:]:
        return one.text == other.text
    return one.span[:2] < other.span[2:] and other.span[:2] < one.span[2:]
