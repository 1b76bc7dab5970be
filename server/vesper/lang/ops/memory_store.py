"""`memory_store`: something remembered."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, ListOf, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "memory.write"


OPERATION = Operation(
    "memory_store",
    "Keeps a text in the workspace's memory.",
    (
        Field("content", Text("template", "flow"), "What to remember.", required=True),
        Field("kind", Text("name"), "What kind of memory it is.", default="note"),
        Field("tags", ListOf(Anything("flow")), "Words to find it by."),
        Field(
            "scope",
            Choice(
                {
                    "workspace": "For everybody here.",
                    "project": "For this project.",
                    "agent": "For this agent.",
                    "session": "For this session.",
                }
            ),
            "Who can find it.",
            default="workspace",
        ),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: remember
operation: memory_store
content: "customer {customer_id} prefers email"
""",
    returns="string",
    needs=_needs,
)
