"""VSP214: a default for a field that must always be given."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP214",
    "useless-default",
    severity="warning",
    bad="""
        inputs:
          count:
            type: integer
            required: true
            default: 3
        #   ^^^^^^^ the default is never used: `required: true` makes every caller give a value
        """,
    good="""
        inputs:
          count:
            type: integer
            default: 3
        """,
)
def useless_default(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Either the caller must give it, or the default stands in for it: both at once cannot be."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path[:1] != ("inputs",) or not isinstance(node, tree.Mapping):
            continue
        required, default = node.entry("required"), node.entry("default")
        if required is None or default is None or not isinstance(required.value, tree.Scalar):
            continue
        if required.value.value is True and not _is_null(default.value):
            yield Finding(
                default.key.span,
                "the default is never used: `required: true` makes every caller give a value",
                replace("Let callers leave it out", required.value.span, "false"),
                (Related(required.key.span, "required here"),),
            )


def _is_null(node: tree.Node) -> bool:
    return isinstance(node, tree.Scalar) and node.is_null
