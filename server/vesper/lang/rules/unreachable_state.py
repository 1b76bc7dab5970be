"""VSP512: a state that no transition leads to."""

from collections.abc import Iterator

from vesper.lang.machines import machines
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP512",
    "unreachable-state",
    severity="warning",
    bad="""
        state_machines:
          order:
            states: [open, paid, lost]
        #                        ^^^^ no transition leads from `open` to `lost`
            initial: open
            transitions:
              - {from: open, to: paid}
        """,
    good="""
        state_machines:
          order:
            states: [open, paid, lost]
            initial: open
            transitions:
              - {from: open, to: paid}
              - {from: open, to: lost}
        """,
)
def unreachable_state(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Nothing can ever be in it: a transition is missing, or the state is one too many."""
    for machine in machines(piece):
        if not machine.moves or machine.initial not in machine.states:
            continue
        reached = machine.reached()
        for name, state in machine.states.items():
            if name not in reached:
                message = f"no transition leads from `{machine.initial}` to `{shortened(name)}`"
                yield Finding(state.span, message, unused=True)
