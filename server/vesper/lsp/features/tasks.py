"""Commands that turn problems into tasks, and the list of tasks behind a lens."""

from typing import Any

from vesper.errors import VesperError
from vesper.lang.check import Diagnostic
from vesper.lsp.documents import OpenDocument
from vesper.lsp.feature import command
from vesper.lsp.features.code_action import CREATE_TASK, CREATE_TASKS
from vesper.lsp.features.code_lens import SHOW_TASKS
from vesper.lsp.server import VesperServer
from vesper.tasks.task import TITLE_LIMIT, Draft, Place, Task

_PRIORITY = {"error": 3, "warning": 5, "hint": 7}


@command(CREATE_TASK)
def create_task(ls: VesperServer, problem: dict[str, Any]) -> dict[str, Any]:
    """Make a task of one problem; a problem that has an open task keeps that one."""
    document = ls.document(str(problem.get("uri", "")))
    wanted = (problem.get("code"), problem.get("message"))
    found = [it for it in document.analysis.diagnostics() if (it.code, it.message) == wanted]
    if not found:
        raise VesperError("not_found", "this problem is no longer there", "ask for actions again")
    nearest = min(found, key=lambda it: abs(it.span.line - int(problem.get("line", 0))))
    return _created(ls, document, [nearest])[0]


@command(CREATE_TASKS)
def create_tasks(ls: VesperServer, target: dict[str, Any]) -> list[dict[str, Any]]:
    """Make a task of every problem in a file that has none yet."""
    document = ls.document(str(target.get("uri", "")))
    return _created(ls, document, document.analysis.diagnostics())


@command(SHOW_TASKS)
def show_tasks(ls: VesperServer, ids: list[int]) -> list[dict[str, Any]]:
    """The tasks of a lens, for editors that show them in a list."""
    return [_summary(ls.project.board.get(it)) for it in ids]


def _created(
    ls: VesperServer, document: OpenDocument, problems: list[Diagnostic]
) -> list[dict[str, Any]]:
    project = ls.project_of(document)
    board = project.board
    known = {(it.place.code, it.title): it for it in board.open_at(document.path) if it.place}
    drafts = [_draft(document, it) for it in problems]
    fresh = {_key(it): it for it in drafts if _key(it) not in known}
    made = dict(zip(fresh, board.create_many(list(fresh.values()), actor="editor"), strict=True))
    if fresh:
        ls.tasks_changed(project)
    tasks = {_key(it): known.get(_key(it)) or made[_key(it)] for it in drafts}
    return [_summary(it) for it in tasks.values()]


def _key(draft: Draft) -> tuple[str, str]:
    return (draft.place.code if draft.place else "", draft.title)


def _draft(document: OpenDocument, problem: Diagnostic) -> Draft:
    title = f"{document.path}: {problem.message}"
    if len(title) > TITLE_LIMIT:
        title = f"{title[: TITLE_LIMIT - 1]}…"
    return Draft(
        title,
        description=f"{problem.code} at line {problem.span.line + 1}: {problem.message}",
        place=Place(document.path, *problem.span, problem.code),
        priority=_PRIORITY[problem.severity],
        tags=("problem",),
    )


def _summary(task: Task) -> dict[str, Any]:
    return {"id": task.id, "title": task.title, "status": task.status, "assignee": task.assignee}
