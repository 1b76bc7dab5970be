"""`task_create`: a piece of work put on the board."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Field, ListOf, Number, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "task.create"


OPERATION = Operation(
    "task_create",
    "Puts a task on the workspace's board, for a person or an agent to claim. The flow does not "
    "wait for it.",
    (
        Field("title", Text("template", "flow"), "What is to be done, in a line.", required=True),
        Field("description", Text("template", "flow"), "All that somebody must know to do it."),
        Field("role", Text("role-ref"), "The role that should do it."),
        Field(
            "priority",
            Number(True, 1, 9),
            "How urgent it is: 1 is the most urgent.",
            default="5",
        ),
        Field("parent", Text("value", "flow"), "The id of the task that this is a part of."),
        Field("path", Text("template", "flow"), "The file it is about."),
        Field("tags", ListOf(Text("value", "flow")), "Words to find it by."),
        Field("output", Text("output-name"), "The name for the new task's id."),
    ),
    "write",
    example="""\
step: ask_for_check
operation: task_create
title: "Check invoice {invoice_id} by hand"
role: accountant
priority: 3
output: check_task
""",
    returns="integer",
    needs=_needs,
)
