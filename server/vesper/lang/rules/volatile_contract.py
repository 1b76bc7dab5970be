"""VSP403: a contract that depends on when it is checked, or on chance."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.functions import FUNCTIONS
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_SAID = {
    "clock.read": "what the clock says changes: take the moment as an input",
    "random.read": "chance is different each time: take the value as an input",
}


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
            - "random() < 0.5"
        #      ^^^^^^^^ chance is different each time: take the value as an input
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
            function = FUNCTIONS.get(node.name) if isinstance(node, expr.Call) else None
            if function is not None and function.needs:
                yield Finding(expression.span(node.start, node.end), _SAID[function.needs])
