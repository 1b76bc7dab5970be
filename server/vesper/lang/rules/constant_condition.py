"""VSP525: a condition that is always true, or never."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_PLACES = ("condition", "when")


@rule(
    "VSP525",
    "constant-condition",
    severity="warning",
    bad="""
        flow:
          - step: choose
            operation: conditional
            condition: "true"
        #               ^^^^ this names nothing, so its answer is always the same
            then:
              return_error: too_large
        """,
    good="""
        flow:
          - step: choose
            operation: conditional
            condition: "total > 100"
            then:
              return_error: too_large
        """,
)
def constant_condition(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A condition that names nothing cannot depend on anything."""
    for expression in piece.expressions:
        path, tree = expression.slot.path, expression.parsed.tree
        if tree is None or not path or path[0] != "flow":
            continue
        if path[-1] not in _PLACES and path[-2:-1] != ("guards",):
            continue
        if all(isinstance(it, _FIXED) for it in expr.walk(tree)):
            span = expression.span(tree.start, tree.end)
            yield Finding(span, "this names nothing, so its answer is always the same")


_FIXED = (expr.Constant, expr.Duration, expr.Unary, expr.Binary, expr.IsNull, expr.ListOf)
