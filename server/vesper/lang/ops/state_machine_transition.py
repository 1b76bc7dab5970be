"""`state_machine_transition`: an entity moved from one state to another."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Either, Field, ListOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"state.transition.{text_of(step, 'state_machine') or '*'}"


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
)
