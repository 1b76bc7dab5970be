"""`task_create`: a task."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, ListOf, Number, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "task.create"


OPERATION = Operation(
    "task_create",
    "Adds a task to the workspace's board.",
    (
        Field("title", Text("template", "flow"), "What is to be done.", required=True),
        Field("description", Text("template", "flow"), "More about it."),
        Field("role", Text("role-ref"), "The role that should do it."),
        Field("priority", Number(True, 1, 9), "1 is most urgent.", default="5"),
        Field("tags", ListOf(Anything("flow")), "Words to find it by."),
        Field("parent", Text("value", "flow"), "The task it belongs under."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: ask_for_review
operation: task_create
title: "Review order {order_id}"
role: reviewer
output: task
""",
    returns="map<string, any>",
    needs=_needs,
)
