"""VSP317: a division by zero that is written down."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.folding import folded
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP317",
    "division-by-zero",
    bad="""
        inputs:
          total: decimal
        contracts:
          preconditions:
            - "total / 0 > 1"
        #              ^ this divides by zero, which is always an error
        """,
    good="""
        inputs:
          total: decimal
          count: integer
        contracts:
          preconditions:
            - "count > 0 AND total / count > 1"
        """,
)
def division_by_zero(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """`/`, `%` and `DIV` are errors when the right side is zero, in a contract as in a step."""
    for expression in piece.expressions:
        if expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            match node:
                case expr.Binary("/" | "%", _, divisor) | expr.Call("DIV", (_, divisor)):
                    if folded(divisor) == 0 and folded(divisor) is not False:
                        span = expression.span(divisor.start, divisor.end)
                        yield Finding(span, "this divides by zero, which is always an error")
                case _:
                    pass
