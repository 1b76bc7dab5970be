"""`approval`: a person's yes."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, ListOf, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "human.ask"


OPERATION = Operation(
    "approval",
    "Asks a person and waits for the answer, however long it takes.",
    (
        Field("question", Text("template", "flow"), "What to ask.", required=True),
        Field("approver", Text("name"), "Who may answer."),
        Field("options", ListOf(Text("name")), "The answers to choose from."),
        Field("on_rejection", STEPS_OR_RETURN, "What to do on a no."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: ask
operation: approval
question: "Refund {amount} to {customer}?"
output: answer
""",
    returns="any",
    needs=_needs,
)
