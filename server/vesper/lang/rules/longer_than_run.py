"""VSP542: limits of time that contradict one another."""

from collections.abc import Iterator
from decimal import Decimal

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.rules.bad_duration import seconds_of
from vesper.lang.scope import Scope

_EXPECTED = ("performance", "expected_latency_ms")
_PAUSING = ("wait", "approval", "event_subscribe")


@rule(
    "VSP542",
    "longer-than-run",
    severity="warning",
    bad="""
        flow:
          - step: ask
            operation: external_api_call
            provider: monitor
            endpoint: /status
            timeout: 30s
        #            ^^^ the whole run may take 10s: this is longer
        performance:
          timeout: 10s
        """,
    good="""
        flow:
          - step: ask
            operation: external_api_call
            provider: monitor
            endpoint: /status
            timeout: 5s
        performance:
          timeout: 10s
        """,
)
def longer_than_run(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The run is stopped at its own limit, so a longer one inside it is never reached."""
    is_limited = piece.chunk.section == "performance" or any(
        it.node.entry("timeout") is not None for it in piece.steps
    )
    limit = scope.find("time-limit", "run") if is_limited else None
    whole = seconds_of(str(limit[0])) if limit else None
    if whole is None:
        return
    for step in piece.steps:
        timeout = step.text("timeout")
        mine = seconds_of(timeout.text) if timeout is not None else None
        if timeout is None or mine is None or step.operation in _PAUSING:
            continue
        if mine > whole:
            message = f"the whole run may take {limit[0] if limit else ''}: this is longer"
            yield Finding(timeout.span, message)
    for slot in piece.walked.slots:
        if slot.path == _EXPECTED and isinstance(slot.node, tree.Scalar):
            value = slot.node.value
            if isinstance(value, int | Decimal) and Decimal(value) / 1000 > whole:
                message = f"a run is stopped after {limit[0] if limit else ''}: it is expected to take longer"
                yield Finding(slot.node.span, message)
