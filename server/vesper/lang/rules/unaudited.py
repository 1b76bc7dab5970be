"""VSP609: sensitive data without a record of who saw it."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP609",
    "unaudited",
    severity="warning",
    bad="""
        inputs:
          card_number: string
        security:
          sensitive_data: [card_number]
          audit_level: none
        #              ^^^^ sensitive data with no record of who used it: audit it at least as `basic`
        """,
    good="""
        inputs:
          card_number: string
        security:
          sensitive_data: [card_number]
          audit_level: basic
        """,
)
def unaudited(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """After a leak the first question is who ran what, and then there would be no answer."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path != ("security", "audit_level") or not isinstance(node, tree.Scalar):
            continue
        if node.text == "none" and scope.names("sensitive"):
            message = "sensitive data with no record of who used it: audit it at least as `basic`"
            yield Finding(node.span, message, replace("Use `basic`", node.span, "basic"))
