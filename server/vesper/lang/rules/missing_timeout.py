"""VSP540: a step that may wait for ever."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_WAITING = {
    "external_api_call": "30s", "shell": "10m", "agent_run": "15m", "event_subscribe": "1d",
    "approval": "2d",
}  # fmt: skip


@rule(
    "VSP540",
    "missing-timeout",
    severity="hint",
    bad="""
        flow:
          - step: ask
            operation: external_api_call
        #              ^^^^^^^^^^^^^^^^^ this may wait for ever: give it a `timeout`
            provider: monitor
            endpoint: /status
        """,
    good="""
        flow:
          - step: ask
            operation: external_api_call
            provider: monitor
            endpoint: /status
            timeout: 10s
        """,
)
def missing_timeout(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The other side may never answer; a timeout turns that into an error the flow can handle."""
    for step in piece.steps:
        usual = _WAITING.get(step.operation)
        if usual is None or step.node.entry("timeout") is not None or piece.is_broken:
            continue
        if scope.find("time-limit", "run") is not None:
            continue
        place = step.node.entry("operation")
        if place is None:
            continue
        key = place.key.span
        start = Span(key.line, key.column, key.line, key.column)
        text = f"timeout: {usual}\n{' ' * key.column}"
        fix = None if step.node.flow else replace(f"Add `timeout: {usual}`", start, text)
        yield Finding(place.value.span, "this may wait for ever: give it a `timeout`", fix)
