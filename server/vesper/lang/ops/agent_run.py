"""`agent_run`: work done by a role."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"agent.run.{text_of(step, 'role') or '*'}"


OPERATION = Operation(
    "agent_run",
    "Gives a piece of work to a role and goes on with its result.",
    (
        Field("role", Text("role-ref"), "Who does it.", required=True),
        Field(
            "goal",
            Text("template", "flow"),
            "What is to be reached, in plain words.",
            required=True,
        ),
        Field("context", Anything("flow"), "What it must know."),
        Field("review", Anything("flow"), "Who looks at the result before it counts."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: draft
operation: agent_run
role: writer
goal: "Write the release notes of {version}"
output: notes
""",
    returns="any",
    needs=_needs,
)
