"""VSP420: an alert that can never go off."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.grammar import parse
from vesper.lang.names import free_names
from vesper.lang.piece import Piece
from vesper.lang.program import RUN_NAMES
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP420",
    "unchecked-alert",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        observability:
          alerts:
            - name: slow
              condition: "p99_latency > 500"
        #                ^^^^^^^^^^^^^^^^^^^ this alert never goes off: nobody defines `p99_latency`
        """,
    good="""
        inputs:
          amount: decimal
        observability:
          alerts:
            - name: slow
              condition: "duration_ms > 500 AND amount > 100"
        """,
)
def unchecked_alert(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A condition may use inputs, outputs, and what is known of the run: `duration_ms`, `success`, `status`,
    `error_code`, and of all runs of the node `executions`, `errors` and `error_rate`."""
    for slot in piece.walked.slots:
        node = slot.node
        if not isinstance(node, tree.Scalar) or not _is_condition(slot.path) or scope.is_broken():
            continue
        found = parse(node.text)
        lead = "this alert never goes off"
        if found.faults or found.tree is None:
            yield Finding(node.span, f"{lead}: its condition is no expression")
            continue
        for name in free_names(found.tree):
            if not _is_known(name.name, scope):
                what = shortened(name.name)
                yield Finding(node.span, f"{lead}: nobody defines `{what}`")
                break


def _is_condition(path: tuple[str | int, ...]) -> bool:
    return path[:2] == ("observability", "alerts") and (
        len(path) == 3 or (len(path) == 4 and path[3] == "condition")
    )


def _is_known(name: str, scope: Scope) -> bool:
    return name in RUN_NAMES or any(
        name in scope.names(kind) for kind in ("input", "output", "error-field")
    )
