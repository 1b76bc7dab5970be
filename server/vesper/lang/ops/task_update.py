"""`task_update`: a task moved on."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "task.update"


OPERATION = Operation(
    "task_update",
    "Moves a task of the board to another status. It fails when there is no way from its status to "
    "that one.",
    (
        Field(
            "task", Text("value", "flow"), "The task's id, such as `{check_task}`.", required=True
        ),
        Field(
            "status",
            Choice(
                {
                    "pending": "Free to be claimed.",
                    "active": "Assigned, not begun.",
                    "in_progress": "Being worked on.",
                    "blocked": "Waiting for something else.",
                    "completed": "Done.",
                    "failed": "Tried, without success.",
                    "cancelled": "Not wanted any more.",
                    "archived": "Closed and out of sight.",
                }
            ),
            "The status it gets.",
            required=True,
        ),
        Field(
            "reason",
            Text("template", "flow"),
            "Why, kept in the task's history; with `completed` it is the task's result.",
        ),
    ),
    "write",
    example="""\
step: close_check
operation: task_update
task: "{check_task}"
status: completed
reason: "Invoice {invoice_id} is right"
""",
    needs=_needs,
)
