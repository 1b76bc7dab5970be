"""VSP203: a default that is no value of its type."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import field_type
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.values import misfits


@rule(
    "VSP203",
    "default-mismatch",
    bad="""
        inputs:
          count:
            type: integer
            default: many
        #            ^^^^ `many` is no integer
        """,
    good="""
        inputs:
          count:
            type: integer
            default: 3
        """,
)
def default_mismatch(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A default is checked like any other value that a caller gives."""
    for slot in piece.walked.slots:
        node = slot.node
        if not isinstance(node, tree.Mapping) or slot.path[:1] not in (("inputs",), ("outputs",)):
            continue
        default = node.get("default")
        if default is not None and len(slot.path) in (2, 3):
            for misfit in misfits(default, field_type(node), scope.types()):
                yield Finding(misfit.span, misfit.message)
