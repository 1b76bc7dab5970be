"""Give outputs written as fields alone their two sides, success and error."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.refactoring import Offer, Place, section_lines
from vesper.lang import tree
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts
from vesper.lang.source import Span, content

_TITLE = "Split the outputs into `success` and `error`"


def offers(place: Place) -> Iterator[Offer]:
    """Anywhere in `outputs`."""
    facts = place.facts
    if place.held.piece.chunk.section != "outputs" or facts.is_broken:
        return
    if any(it.path[:2] in _SIDES for it in place.held.piece.walked.slots):
        return
    bounds = section_lines(facts, "outputs")
    if bounds is None or not facts.of("output"):
        return
    head = content(place.analysis.text.lines[bounds[0]]).partition("#")[0].rstrip()
    reason = "" if head.endswith(":") else "write one output a line first"
    edits = partial(_edits, place, bounds)
    yield Offer(_TITLE, "refactor.rewrite", edits, disabled=reason)


_SIDES = (("outputs", "success"), ("outputs", "error"))


def _edits(place: Place, bounds: tuple[int, int]) -> list[Edit]:
    first, last = bounds[0] + 1, bounds[1]
    lines = place.analysis.text.lines
    rows = [f"  {it}" if it.strip() else it for it in lines[first:last]]
    ended = rows[-1] != content(rows[-1])
    codes = ", ".join(_used(place.facts)) or "failed"
    error = f"  error:\n    error_code: enum[{codes}]\n    message: string{'' if not ended else chr(10)}"
    text = "".join(["  success:\n", *rows, "" if ended else "\n", error])
    end = Span(first, 0, last, 0) if ended else Span(first, 0, last - 1, len(lines[last - 1]))
    return [Edit(end, text)]


def _used(facts: Facts) -> list[str]:
    """The error codes that the flow ends with."""
    found = (
        slot.node.text
        for held in facts.held
        if held.piece.chunk.section == "flow"
        for slot in held.piece.walked.slots
        if slot.path[-1] in ("return_error", "error_code") and isinstance(slot.node, tree.Scalar)
    )
    return list(dict.fromkeys(it for it in found if it and "{" not in it))
