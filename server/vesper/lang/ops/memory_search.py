"""`memory_search`: what was remembered."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, ListOf, Number, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "memory.read"


OPERATION = Operation(
    "memory_search",
    "Searches the workspace's memory by words and by meaning.",
    (
        Field("query", Text("template", "flow"), "What to look for.", required=True),
        Field("limit", Number(True, 1, 100), "The most hits.", default="10"),
        Field("tags", ListOf(Anything("flow")), "Words that hits must have."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: recall
operation: memory_search
query: "how does {customer_id} want to be reached"
output: memories
""",
    returns="array<map<string, any>>",
    needs=_needs,
)
