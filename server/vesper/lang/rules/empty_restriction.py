"""ROL111: a limit without a value."""

from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.piece import Piece
from vesper.lang.roles import RESTRICTIONS
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "ROL111",
    "empty-restriction",
    bad="""
        worker:
          restrictions:
            max_file_changes: null
        #   ^^^^^^^^^^^^^^^^ `max_file_changes` takes a whole number from 0 to 1000000; without it there is no limit
        """,  # noqa: E501
    good="""
        worker:
          restrictions:
            max_file_changes: 5
        """,
)
def empty_restriction(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """No value would mean no limit, which nobody should get by leaving something out."""
    for slot in piece.walked.slots:
        node = slot.node
        if "restrictions" not in slot.path[:-1] or not isinstance(node, tree.Scalar):
            continue
        field = RESTRICTIONS.field(str(slot.path[-1]))
        if field is not None and node.is_null and slot.owner is not None:
            entry = slot.owner.entry(field.name)
            if entry is not None:
                wanted = fields.describe(field.shape)
                yield Finding(
                    entry.key.span, f"`{field.name}` takes {wanted}; without it there is no limit"
                )
