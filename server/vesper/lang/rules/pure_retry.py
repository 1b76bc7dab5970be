"""VSP520: another try of a step that can only fail again."""

from collections.abc import Iterator

from vesper.lang.operation import operations
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_HOLDERS = ("for_each", "parallel", "conditional", "switch")


@rule(
    "VSP520",
    "pure-retry",
    severity="warning",
    bad="""
        flow:
          - step: check
            operation: validation
            guards: ["amount > 0"]
            retry_policy:
        #   ^^^^^^^^^^^^ `validation` only computes: the next try fails like the first
              max_attempts: 3
        """,
    good="""
        flow:
          - step: find
            operation: database_query
            table: orders
            retry_policy:
              max_attempts: 3
              initial_delay: 500ms
        """,
)
def pure_retry(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A step that only computes gives the same answer each time, so a retry only takes time."""
    for step in piece.steps:
        known = operations().get(step.operation)
        entry = step.node.entry("retry_policy")
        if entry is None or known is None or step.operation in _HOLDERS:
            continue
        if known.effect == "pure":
            message = f"`{step.operation}` only computes: the next try fails like the first"
            yield Finding(entry.key.span, message, unused=True)
