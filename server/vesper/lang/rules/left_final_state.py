"""VSP513: a transition out of a final state."""

from collections.abc import Iterator

from vesper.lang.machines import machines
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP513",
    "left-final-state",
    bad="""
        state_machines:
          order:
            states: [open, paid]
            initial: open
            final: [paid]
            transitions:
              - {from: open, to: paid}
              - {from: paid, to: open}
        #              ^^^^ `paid` is final: nothing leaves it
        """,
    good="""
        state_machines:
          order:
            states: [open, paid]
            initial: open
            final: [paid]
            transitions:
              - {from: open, to: paid}
        """,
)
def left_final_state(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Others rely on it that whatever has reached a final state stays there."""
    for machine in machines(piece):
        for move in machine.moves:
            final = machine.final.get(move.start.text)
            if final is not None:
                message = f"`{shortened(move.start.text)}` is final: nothing leaves it"
                related = (Related(final.span, "final here"),)
                yield Finding(move.start.span, message, related=related)
