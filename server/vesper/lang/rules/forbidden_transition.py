"""VSP523: a step that moves a machine in a way it has no transition for."""

from collections.abc import Iterator

from vesper.lang.exports import words_of
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP523",
    "forbidden-transition",
    bad="""
        state_machines:
          order:
            states: [open, checked, paid]
            initial: open
            transitions:
              - {from: open, to: checked}
              - {from: checked, to: paid}
        flow:
          - step: pay
            operation: state_machine_transition
            state_machine: order
            from: open
            to: paid
        #       ^^^^ `order` has no way from `open` to `paid`: it leads to `checked`
        """,
    good="""
        state_machines:
          order:
            states: [open, checked, paid]
            initial: open
            transitions:
              - {from: open, to: checked}
              - {from: checked, to: paid}
        flow:
          - step: pay
            operation: state_machine_transition
            state_machine: order
            from: checked
            to: paid
        """,
)
def forbidden_transition(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Both states exist, but the machine has no way from the one to the other: the step fails."""
    for step in piece.steps:
        if step.operation != "state_machine_transition":
            continue
        machine, to = step.text("state_machine"), step.text("to")
        if machine is None or to is None or "{" in machine.text:
            continue
        found = scope.find("moves", machine.text)
        moves = str(found[0]).split("\n") if found and found[0] else []
        states = scope.find("machine", machine.text)
        known = str(states[0]).split("\n") if states else []
        if any(it not in known for move in moves for it in move.split(">")):
            # A misspelt state is told where it stands; until then no move is known for sure.
            continue
        for start in words_of(step.node.get("from")):
            if start.text not in known or to.text not in known or not moves:
                continue
            if f"{start.text}>{to.text}" not in moves:
                ways = [it.split(">")[1] for it in moves if it.startswith(f"{start.text}>")]
                only = f"it leads to {', '.join(f'`{it}`' for it in ways)}" if ways else (
                    "nothing leaves it")  # fmt: skip
                message = (
                    f"`{shortened(machine.text)}` has no way from `{start.text}` to `{to.text}`"
                )
                yield Finding(to.span, f"{message}: {only}")
