"""VSP506: an error code that the outputs do not declare."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope

_FIELDS = ("return_error", "error_code")


@rule(
    "VSP506",
    "undeclared-error-code",
    bad="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large, too_small]
        flow:
          - step: check
            operation: validation
            on_failure:
              return_error: to_large
        #                   ^^^^^^^^ `to_large` is not among the declared error codes; did you mean `too_large`?
        """,  # noqa: E501
    good="""
        outputs:
          success:
            total: decimal
          error:
            error_code: enum[too_large, too_small]
        flow:
          - step: check
            operation: validation
            on_failure:
              return_error: too_large
        """,
)
def undeclared_error_code(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Callers handle the codes that `outputs.error.error_code` lists; any other surprises them."""
    for slot in piece.walked.slots:
        node = slot.node
        if not (slot.path and slot.path[0] == "flow" and slot.path[-1] in _FIELDS):
            continue
        if slot.path[-1] == "error_code" and "return_error" not in slot.path:
            continue
        if not isinstance(node, tree.Scalar) or not node.text or "{" in node.text:
            continue
        declared = scope.names("error-code")
        if declared and node.text not in declared:
            near = nearest(node.text, declared)
            hint = f"; did you mean `{near}`?" if near else ""
            yield Finding(
                node.span,
                f"`{shortened(node.text)}` is not among the declared error codes{hint}",
                replace(f"Change it to `{near}`", node.span, near) if near else None,
            )
