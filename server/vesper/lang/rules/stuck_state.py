"""VSP514: a state that is not final and that nothing leaves."""

from collections.abc import Iterator

from vesper.lang.machines import machines
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP514",
    "stuck-state",
    severity="hint",
    bad="""
        state_machines:
          order:
            states: [open, checked, paid]
        #                  ^^^^^^^ nothing leaves `checked`: list it under `final`, or add a transition
            initial: open
            final: [paid]
            transitions:
              - {from: open, to: checked}
              - {from: open, to: paid}
        """,
    good="""
        state_machines:
          order:
            states: [open, checked, paid]
            initial: open
            final: [paid]
            transitions:
              - {from: open, to: checked}
              - {from: checked, to: paid}
        """,
)
def stuck_state(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Where final states are listed, any other state is one that something moves on from."""
    for machine in machines(piece):
        if not machine.final or not machine.moves:
            continue
        left = {move.start.text for move in machine.moves}
        reached = machine.reached()
        for name, state in machine.states.items():
            if name in reached and name not in left and name not in machine.final:
                message = f"nothing leaves `{shortened(name)}`: list it under `final`, or add a transition"
                yield Finding(state.span, message)
