"""VSP501: an operation that does not exist."""

from collections.abc import Iterator

from vesper.lang import fields, tree
from vesper.lang.operation import operations
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP501",
    "unknown-operation",
    bad="""
        flow:
          - step: check
            operation: validaton
        #              ^^^^^^^^^ there is no operation `validaton`; did you mean `validation`?
        """,
    good="""
        flow:
          - step: check
            operation: validation
            guards: ["amount > 0"]
          - step: score
            operation: custom.score
        """,
)
def unknown_operation(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Operations are the language's own, or `custom.*` for one that a package brings."""
    for slot in piece.walked.slots:
        if not (isinstance(slot.shape, fields.Record) and slot.shape.kind == "step"):
            continue
        node = slot.node.get("operation") if isinstance(slot.node, tree.Mapping) else None
        if not isinstance(node, tree.Scalar) or node.is_null or node.text in operations():
            continue
        if not node.text.startswith("custom."):
            near = nearest(node.text, operations())
            hint = f"; did you mean `{near}`?" if near else "; your own begin with `custom.`"
            fix = replace(f"Change it to `{near}`", node.span, near) if near else None
            what = shortened(node.text)
            yield Finding(node.span, f"there is no operation `{what}`{hint}", fix)
