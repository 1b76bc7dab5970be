"""`task_update`: a changed task."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, Number, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "task.update"


OPERATION = Operation(
    "task_update",
    "Changes a task of the workspace's board.",
    (
        Field("task", Text("value", "flow"), "The task's id.", required=True),
        Field(
            "status",
            Choice(
                {
                    "in_progress": "Being worked on.",
                    "blocked": "Waits for something.",
                    "completed": "Done.",
                    "failed": "Could not be done.",
                    "cancelled": "Not wanted any more.",
                }
            ),
            "Its new status.",
        ),
        Field("comment", Text("template", "flow"), "Why."),
        Field("progress", Number(True, 0, 100), "How far it is, in percent."),
    ),
    "write",
    example="""\
step: finish
operation: task_update
task: "{task_id}"
status: completed
""",
    needs=_needs,
)
