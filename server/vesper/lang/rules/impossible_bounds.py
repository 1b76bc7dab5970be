"""VSP204: bounds that no value can meet."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope

_PAIRS = (("min", "max"), ("min_length", "max_length"))


@rule(
    "VSP204",
    "impossible-bounds",
    bad="""
        inputs:
          amount:
            type: decimal
            constraints:
              - min: 10
              - max: 5
        #            ^ no value can satisfy both: `min` is 10, `max` is 5
        """,
    good="""
        inputs:
          amount:
            type: decimal
            constraints:
              - min: 5
              - max: 10
        """,
)
def impossible_bounds(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The field could never be given a value."""
    for slot in piece.walked.slots:
        if not (slot.path and slot.path[-1] == "constraints"):
            continue
        bounds = dict(_bounds(slot.node))
        for low, high in _PAIRS:
            if low in bounds and high in bounds and tree.exceeds(bounds[low], bounds[high]):
                message = (
                    f"no value can satisfy both: `{low}` is {bounds[low].text}, "
                    f"`{high}` is {bounds[high].text}"
                )
                yield Finding(
                    bounds[high].span,
                    message,
                    related=(Related(bounds[low].span, f"`{low}` is set here"),),
                )


def _bounds(node: tree.Node) -> Iterator[tuple[str, tree.Scalar]]:
    if isinstance(node, tree.Sequence):
        for item in node.items:
            yield from _bounds(item)
    elif isinstance(node, tree.Mapping):
        for entry in node.entries:
            if isinstance(entry.value, tree.Scalar):
                yield entry.key.text, entry.value
