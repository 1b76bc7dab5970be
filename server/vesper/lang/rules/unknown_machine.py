"""VSP515: a step that moves a state machine nobody defines."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened, suggestion
from vesper.lang.scope import Scope


@rule(
    "VSP515",
    "unknown-machine",
    severity="warning",
    bad="""
        state_machines:
          order:
            states: [open, paid]
            initial: open
        flow:
          - step: pay
            operation: state_machine_transition
            state_machine: ordr
        #                  ^^^^ no state machine is called `ordr`; did you mean `order`?
            from: open
            to: paid
        """,
    good="""
        state_machines:
          order:
            states: [open, paid]
            initial: open
        flow:
          - step: pay
            operation: state_machine_transition
            state_machine: order
            from: open
            to: paid
        """,
)
def unknown_machine(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Without its machine nobody can tell whether the move is allowed."""
    for node, _ in piece.texts.get("machine-ref", ()):
        if "{" in node.text or scope.find("machine", node.text) is not None or scope.is_broken():
            continue
        known = scope.names("machine")
        near = nearest(node.text, known)
        name = shortened(node.text)
        hint = suggestion(node.text, known) or ": define it under `state_machines:`"
        fix = replace(f"Change it to `{near}`", node.span, near) if near else None
        yield Finding(node.span, f"no state machine is called `{name}`{hint}", fix)
