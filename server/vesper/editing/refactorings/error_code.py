"""Add an error code to those that the node declares."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.refactoring import Offer, Place
from vesper.lang import tree
from vesper.lang.rule import Edit
from vesper.lang.scope import Held
from vesper.lang.source import Span

_RULE = "undeclared-error-code"


def offers(place: Place) -> Iterator[Offer]:
    """At a code that is not among the declared ones."""
    for problem in place.problems:
        if problem.name != _RULE:
            continue
        row = place.analysis.text.lines[problem.span.line]
        code = row[problem.span.column : problem.span.end_column].strip("\"'")
        title = f"Add `{code}` to the declared error codes"
        if problem.span.line == problem.span.end_line and code and _declared(place) is not None:
            yield Offer(title, "quickfix", partial(_edits, place, code), problem)


def _declared(place: Place) -> tuple[Held, tree.Node] | None:
    """Where the codes are declared: a text such as `enum[a, b]`, or a list."""
    for held in place.facts.held:
        if held.piece.chunk.section != "outputs":
            continue
        found = {it.path: it.node for it in held.piece.walked.slots}
        base = ("outputs", "error", "error_code")
        for path in ((*base, "values"), (*base, "type"), base):
            node = found.get(path)
            if isinstance(node, tree.Sequence) and node.items:
                return held, node
            if isinstance(node, tree.Scalar) and node.text.startswith("enum[") and not node.style:
                return held, node
    return None


def _edits(place: Place, code: str) -> list[Edit]:
    declared = _declared(place)
    if declared is None:
        return []
    held, node = declared
    if isinstance(node, tree.Sequence):
        last = node.items[-1].span.moved(held.line)
        at = Span(*last[2:], *last[2:])
        lead = " " * node.span.column
        return [Edit(at, f", {code}" if node.flow else f"\n{lead}- {code}")]
    end = node.span.moved(held.line)
    at = Span(end.end_line, end.end_column - 1, end.end_line, end.end_column - 1)
    is_empty = isinstance(node, tree.Scalar) and node.text.replace(" ", "") == "enum[]"
    return [Edit(at, code if is_empty else f", {code}")]
