"""VSP318: a number that is larger than numbers can be."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP318",
    "number-range",
    bad="""
        inputs:
          count: integer
        contracts:
          preconditions:
            - "count < 9223372036854775808"
        #              ^^^^^^^^^^^^^^^^^^^ an integer has 64 bits: the largest is 9223372036854775807
        """,
    good="""
        inputs:
          count: integer
        contracts:
          preconditions:
            - "count < 9223372036854775807"
        """,
)
def number_range(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Integers have 64 bits and never wrap; decimals have up to 1,000 digits."""
    for expression in piece.expressions:
        for fault in expression.parsed.faults:
            if fault.kind == "number":
                yield Finding(expression.span(fault.start, fault.end), fault.message)
        if expression.parsed.tree is None:
            continue
        for node, least in _integers(expression.parsed.tree):
            if node.value is not None and not isinstance(node.value, str) and node.value > least:
                span = expression.span(node.start, node.end)
                fix = replace("Make it a decimal", span, f"{node.value}.0")
                yield Finding(span, f"an integer has 64 bits: the largest is {_LARGEST}", fix)


_LARGEST = 2**63 - 1


def _integers(tree: expr.Expr) -> Iterator[tuple[expr.Constant, int]]:
    """Integer literals with the largest that may stand there: behind a minus it is one more."""
    negated: set[int] = set()
    for node in expr.walk(tree):
        if isinstance(node, expr.Unary) and node.operator == "-":
            negated.add(id(node.operand))
        if isinstance(node, expr.Constant) and type(node.value) is int:
            yield node, _LARGEST + 1 if id(node) in negated else _LARGEST
