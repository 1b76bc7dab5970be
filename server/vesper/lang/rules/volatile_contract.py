"""VSP403: a contract that depends on when it is checked."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_CLOCK = ("current_timestamp", "current_year")


@rule(
    "VSP403",
    "volatile-contract",
    severity="hint",
    bad="""
        inputs:
          due: timestamp
        contracts:
          preconditions:
            - "due > current_timestamp()"
        #            ^^^^^^^^^^^^^^^^^^^ what the clock says changes: take the moment as an input
        """,
    good="""
        inputs:
          due: timestamp
          now: timestamp
        contracts:
          preconditions:
            - "due > now"
        """,
)
def volatile_contract(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A test or a replay at another time would be judged differently: take the moment as an input."""
    for expression in piece.expressions:
        if expression.slot.path[:1] != ("contracts",) or expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Call) and node.name in _CLOCK:
                span = expression.span(node.start, node.end)
                message = "what the clock says changes: take the moment as an input"
                yield Finding(span, message)
