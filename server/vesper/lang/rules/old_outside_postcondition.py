"""VSP307: `old()` where there is no before."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP307",
    "old-outside-postcondition",
    bad="""
        inputs:
          balance: decimal
        contracts:
          preconditions:
            - "balance >= old(balance)"
        #                 ^^^^^^^^^^^^ `old()` belongs in postconditions and invariants
        """,
    good="""
        inputs:
          balance: decimal
        contracts:
          postconditions:
            - "balance >= old(balance)"
        """,
)
def old_outside_postcondition(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """`old(x)` is the value of `x` when the flow began; before that there is nothing older."""
    for expression in piece.expressions:
        if expression.parsed.tree is None or expression.scope == "post":
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Call) and node.name == "old":
                span = expression.span(node.start, node.end)
                yield Finding(span, "`old()` belongs in postconditions and invariants")
