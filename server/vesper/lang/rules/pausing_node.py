"""VSP545: a node that waits for people or agents and would not survive a restart."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_PAUSING = ("agent_run", "approval", "wait", "event_subscribe")
_SHORT = ("function", "data_transform", "aggregation")


@rule(
    "VSP545",
    "pausing-node",
    severity="hint",
    bad="""
        type: function
        flow:
          - step: confirm
            operation: approval
        #              ^^^^^^^^ `approval` may wait long: make the node a `workflow`, which outlives restarts
            question: "Refund it?"
            timeout: 2d
        """,
    good="""
        type: workflow
        flow:
          - step: confirm
            operation: approval
            question: "Refund it?"
            timeout: 2d
        """,
)
def pausing_node(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A `workflow` keeps each result and goes on after a restart; a plain computation starts over."""
    pausing = [it for it in piece.steps if it.operation in _PAUSING]
    if not pausing:
        return
    kinds = scope.names("node-type")
    if kinds and kinds[0] in _SHORT:
        for step in pausing:
            message = f"`{step.operation}` may wait long: make the node a `workflow`, which outlives restarts"
            yield Finding(step.place, message)
