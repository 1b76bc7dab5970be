"""VSP541: a retry whose waits make no sense."""

from collections.abc import Iterator
from decimal import Decimal

from vesper.lang import tree
from vesper.lang.operation import text_of
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.rules.bad_duration import seconds_of
from vesper.lang.scope import Scope

_EAGER = 5


@rule(
    "VSP541",
    "retry-delays",
    severity="warning",
    bad="""
        flow:
          - step: find
            operation: database_query
            table: orders
            retry_policy:
              max_attempts: 5
              initial_delay: 30s
        #                    ^^^ the first wait is longer than the longest one
              max_delay: 10s
        """,
    good="""
        flow:
          - step: find
            operation: database_query
            table: orders
            retry_policy:
              max_attempts: 5
              initial_delay: 1s
              max_delay: 10s
        """,
)
def retry_delays(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Many tries at once make an outage worse; a first wait above the longest one is a slip."""
    for slot in piece.walked.slots:
        node = slot.node
        if slot.path[-1:] != ("retry_policy",) or not isinstance(node, tree.Mapping):
            continue
        first, longest = node.entry("initial_delay"), node.entry("max_delay")
        low, high = _seconds(node, "initial_delay"), _seconds(node, "max_delay")
        if first and longest and low is not None and high is not None and low > high:
            related = (Related(longest.value.span, "the longest wait"),)
            message = "the first wait is longer than the longest one"
            yield Finding(first.value.span, message, related=related)
        attempts = node.get("max_attempts")
        many = attempts.value if isinstance(attempts, tree.Scalar) else None
        at_once = low == 0 or (low is None and text_of(node, "backoff") in ("", "none"))
        if (
            isinstance(many, int)
            and many >= _EAGER
            and at_once
            and isinstance(attempts, tree.Scalar)
        ):
            message = f"{many} tries at once make an outage worse: add `initial_delay`"
            yield Finding(attempts.span, message)


def _seconds(node: tree.Mapping, key: str) -> Decimal | None:
    return seconds_of(text_of(node, key))
