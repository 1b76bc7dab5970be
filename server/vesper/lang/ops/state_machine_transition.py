"""`state_machine_transition`: an entity moved from one state to another."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.fields import Either, Field, ListOf, Text
from vesper.lang.ir import Const
from vesper.lang.ir import ListOf as States
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block
from vesper.lang.types import STRING, Array


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"state.transition.{text_of(step, 'state_machine') or '*'}"


def _lower(step: Lowering) -> Block:
    """The provider is told what the machine allows: the step alone does not know the entity's state."""
    name, to = step.word("state_machine"), step.word("to")
    start = tuple(it.text for it in words_of(step.get("from")))
    step.require(step.machine_guards(name, start, to))
    machine = step.machine(name)
    arguments = {
        **dict(step.arguments("from")),
        "from": States(tuple(map(Const, start)), Array(STRING)),
    }
    if machine is not None:
        moves = [States((Const(it), Const(other)), Array(STRING)) for it, other in machine.moves]
        arguments["initial"] = Const(machine.initial, STRING)
        arguments["moves"] = States(tuple(moves), Array(Array(STRING)))
    return (step.perform(tuple(arguments.items())),)


OPERATION = Operation(
    "state_machine_transition",
    "Moves an entity from one state to another, in one indivisible change. It fails when the "
    "entity is in another state, a guard does not hold, or the machine has no such transition.",
    (
        Field(
            "state_machine",
            Text("machine-ref"),
            "The machine, as named under `state_machines`.",
            required=True,
        ),
        Field(
            "entity",
            Text("value", "flow"),
            "Which entity moves: its id, such as `{order_id}`.",
        ),
        Field(
            "from",
            Either((Text("name"), ListOf(Text("name")))),
            "The state, or one of the states, it must be in.",
            required=True,
        ),
        Field("to", Text("name"), "The state it is in afterwards.", required=True),
        Field("output", Text("output-name"), "The name for the new state."),
    ),
    "write",
    example="""\
step: mark_paid
operation: state_machine_transition
state_machine: order
entity: "{order_id}"
from: pending
to: paid
""",
    returns="string",
    needs=_needs,
    lower=_lower,
)
