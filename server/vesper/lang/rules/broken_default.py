"""VSP213: a default that breaks the field's own constraint."""

from collections.abc import Iterator
from decimal import Decimal

from vesper.lang import tree
from vesper.lang.automaton import found_in
from vesper.lang.bounds import constraint_bound
from vesper.lang.pattern import parse
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP213",
    "broken-default",
    bad="""
        inputs:
          count:
            type: integer
            default: 0
        #            ^ `0` breaks the field's own constraint `>= 1`
            constraints:
              - min: 1
        """,
    good="""
        inputs:
          count:
            type: integer
            default: 1
            constraints:
              - min: 1
        """,
)
def broken_default(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Whoever leaves the value out would be told that it is wrong."""
    for slot in piece.walked.slots:
        if slot.path[-1:] != ("constraints",) or slot.owner is None:
            continue
        default = slot.owner.get("default")
        if not isinstance(default, tree.Scalar) or default.is_null:
            continue
        node = slot.node
        for item in node.items if isinstance(node, tree.Sequence) else (node,):
            demand = _broken(item, default)
            if demand:
                message = f"`{shortened(default.text)}` breaks the field's own constraint {demand}"
                place = item.entries[0].key.span if isinstance(item, tree.Mapping) else item.span
                related = (Related(place, "the constraint"),)
                yield Finding(default.span, message, related=related)


def _broken(item: tree.Node, default: tree.Scalar) -> str:
    """What the default breaks, as a person would write it; empty where it keeps to it."""
    value = default.value
    bound = constraint_bound(item)
    if bound is not None:
        is_length = bound.of.startswith("len(")
        number = len(default.text) if is_length and isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, int | Decimal):
            return ""
        subject = "length " if is_length else ""
        return "" if bound.allows(number) else f"`{subject}{bound.text}`"
    if not isinstance(item, tree.Mapping) or len(item.entries) != 1:
        return ""
    key, given = item.entries[0].key.text, item.entries[0].value
    if key == "one_of" and isinstance(given, tree.Sequence):
        allowed = [it.text for it in given.items if isinstance(it, tree.Scalar)]
        return "" if default.text in allowed else "`one_of`"
    if key == "pattern" and isinstance(given, tree.Scalar):
        return "" if _matches(given.text, default.text) else "`pattern`"
    return ""


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found; true where it is no pattern, or telling would take long."""
    read = parse(pattern).part
    return read is None or found_in(read, text) is not False
