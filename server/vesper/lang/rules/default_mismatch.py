"""VSP203: a default that is no value of its type."""

from collections.abc import Iterator
from decimal import Decimal

from vesper.lang import tree, types
from vesper.lang.exports import field_type
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


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
        if not isinstance(node, tree.Mapping) or len(slot.path) not in (2, 3):
            continue
        default = node.get("default")
        if slot.path[0] in ("inputs", "outputs") and isinstance(default, tree.Scalar):
            kind = types.unwrapped(field_type(node), scope.types())
            if not default.is_null and not _is_value(default, kind):
                yield Finding(
                    default.span, f"`{shortened(default.text)}` is no {types.shown(kind)}"
                )


def _is_value(scalar: tree.Scalar, kind: types.Type) -> bool:
    value = scalar.value
    match kind:
        case types.Primitive("integer"):
            return isinstance(value, int) and not isinstance(value, bool)
        case types.Primitive("decimal"):
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case types.Primitive("boolean"):
            return isinstance(value, bool)
        case types.Enum(words):
            return not words or scalar.text in words
        case types.Array() | types.MapType() | types.RecordType():
            return False
        case _:
            return True
