"""VSP608: a sensitive value told to somebody."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece, Step
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope

_LISTENERS = {
    "log": "the log", "emit_metric": "a metric", "memory_store": "the workspace's memory",
    "agent_run": "a model",
}  # fmt: skip


@rule(
    "VSP608",
    "told-secret",
    severity="warning",
    bad="""
        inputs:
          card_number: string
        flow:
          - step: note
            operation: log
            message: "Charging {card_number}"
        #                       ^^^^^^^^^^^ `card_number` is listed as sensitive, and the log would be told
        security:
          capabilities_required: [log.write]
          sensitive_data: [card_number]
        """,
    good="""
        inputs:
          card_number: string
          order_id: string
        flow:
          - step: note
            operation: log
            message: "Charging the card for {order_id}"
        security:
          capabilities_required: [log.write]
          sensitive_data: [card_number]
        """,
)
def told_secret(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """`sensitive_data` hides the field itself; a text that it was put into is not that field."""
    telling = [it for it in piece.steps if it.operation in _LISTENERS]
    for expression in piece.expressions if telling else ():
        if expression.parsed.tree is None:
            continue
        step = _step_of(expression.slot.path, telling)
        if step is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Name) and scope.find("sensitive", node.name) is not None:
                who = _LISTENERS[step.operation]
                message = (
                    f"`{shortened(node.name)}` is listed as sensitive, and {who} would be told"
                )
                yield Finding(expression.span(node.start, node.end), message)


def _step_of(path: tuple[str | int, ...], steps: list[Step]) -> Step | None:
    return next((it for it in reversed(steps) if path[: len(it.path)] == it.path), None)
