"""Code lenses: the open tasks, above the lines they belong to."""

from collections import defaultdict

from lsprotocol import types

from vesper.lang.source import Span
from vesper.lsp.feature import feature
from vesper.lsp.server import VesperServer
from vesper.tasks.task import Task

SHOW_TASKS = "vesper.showTasks"


@feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
def code_lens(ls: VesperServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """One lens a line that has open tasks."""
    document = ls.document(params.text_document.uri)
    by_line: defaultdict[int, list[Task]] = defaultdict(list)
    last = len(document.analysis.text.lines) - 1
    for task in ls.project_of(document).board.open_at(document.path):
        if task.place is not None:
            by_line[min(task.place.line, last)].append(task)
    return [
        types.CodeLens(
            ls.range(document, Span(line, 0, line, 0)),
            types.Command(_title(tasks), SHOW_TASKS, arguments=[[it.id for it in tasks]]),
        )
        for line, tasks in sorted(by_line.items())
    ]


def _title(tasks: list[Task]) -> str:
    if len(tasks) > 1:
        return f"{len(tasks)} open tasks"
    task = tasks[0]
    state = f", {task.assignee} is on it" if task.assignee else ""
    return f"Task {task.id}: {task.title}{state}"
