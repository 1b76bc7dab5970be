"""`agent_run`: a role does a piece of work."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"agent.run.{text_of(step, 'role') or '*'}"
    reviewer = text_of(step, "review")
    if reviewer:
        yield f"agent.run.{reviewer}"


OPERATION = Operation(
    "agent_run",
    "Lets a role do a piece of work and waits for its result. The agent has the role's tools and "
    "limits, and may do only what the role and this node both allow. An answer is recorded once: a "
    "restart or a replay never pays for it again.",
    (
        Field("role", Text("role-ref"), "The role, as named in a role file.", required=True),
        Field(
            "goal",
            Text("template", "flow"),
            "What is wanted, as you would tell a colleague.",
            required=True,
        ),
        Field(
            "context",
            MapOf(Anything("flow")),
            "What the agent is shown, by name; it is given as data, not as instructions.",
        ),
        Field(
            "review",
            Text("role-ref"),
            "The role that must accept the result; its remarks go back for another try.",
        ),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "nondeterministic",
    example="""\
step: summarise
operation: agent_run
role: researcher
goal: "Summarise the complaints of {customer} in three sentences"
context:
  complaints: "{complaints}"
review: editor
timeout: 10m
output: summary
""",
    returns="any",
    needs=_needs,
)
