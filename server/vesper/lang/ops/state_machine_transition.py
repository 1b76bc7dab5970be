"""`state_machine_transition`: a move from one state to another."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Either, Field, ListOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"state.transition.{text_of(step, 'state_machine') or '*'}"


OPERATION = Operation(
    "state_machine_transition",
    "Moves an entity from one state to another, if the machine allows it.",
    (
        Field(
            "state_machine", Text("machine-ref"), "The machine, of `state_machines`.", required=True
        ),
        Field("entity", Text("value", "flow"), "Which entity moves.", required=True),
        Field("from", Either((Text("name"), ListOf(Text("name")))), "The state it must be in."),
        Field("to", Text("name"), "The state it moves to.", required=True),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: mark_paid
operation: state_machine_transition
state_machine: order
entity: "{order_id}"
from: open
to: paid
""",
    returns="string",
    needs=_needs,
)
