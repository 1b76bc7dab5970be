"""Tools for the work of a workspace: plan it, take it, finish it."""

from typing import Annotated, Final

from pydantic import Field

from vesper.errors import VesperError
from vesper.tasks.task import OPEN, STATUSES, Place, Status, TaskFilter
from vesper_mcp.answers import Fields, task_row, task_whole, within_budget
from vesper_mcp.arguments import did_you_mean
from vesper_mcp.tool import Caller, Positive, Workspace, tool

MOST_ROWS: Final = 100

_GROUPS: Final[dict[str, tuple[Status, ...] | None]] = {
    "open": tuple(it for it in STATUSES if it in OPEN),
    "closed": tuple(it for it in STATUSES if it not in OPEN),
    "all": None,
    "todo": ("pending",),
    "doing": ("active", "in_progress"),
    "done": ("completed",),
}


@tool()
def task_create(  # noqa: PLR0913 - one parameter for each argument a model can give
    project: Workspace,
    caller: Caller,
    title: str,
    description: str = "",
    parent: Positive | None = None,
    priority: int = 5,
    tags: Annotated[list[str], Field(default_factory=list)] = ...,
    path: str = "",
    line: Positive | None = None,
    agent: str = "",
) -> Fields:
    """Add a task. parent makes it a subtask; path and line (from 1) tie it to a document.
    priority: 1 urgent to 9. Returns its id.
    """
    task = project.board.create(
        title,
        actor=agent or caller,
        description=description,
        parent=parent,
        priority=priority,
        tags=tags,
        place=_place(project, path, line),
    )
    return task_row(task)


@tool(reads=True)
def task_list(  # noqa: PLR0913 - one parameter for each argument a model can give
    project: Workspace,
    status: str = "open",
    parent: Positive | None = None,
    path: str = "",
    query: str = "",
    limit: Positive = 20,
    cursor: Positive | None = None,
) -> Fields:
    """List tasks, open and urgent first. status: open, closed, all or a status name. path: of one
    document. query: text in them. Give the reply's cursor back for more.
    """
    wanted = TaskFilter(
        status=_statuses(status),
        parent=parent,
        path=project.relative(path) if path else None,
        text=query or None,
    )
    count = min(limit, MOST_ROWS)
    found = project.board.find(wanted, limit=count + 1, after=cursor or 0)
    rows = within_budget([task_row(it) for it in found[:count]])
    more: Fields = {"cursor": found[len(rows) - 1].position} if len(rows) < len(found) else {}
    return {"tasks": rows} | more


@tool(reads=True)
def task_get(project: Workspace, id: Positive) -> Fields:
    """Everything about one task: description, place, result, children."""
    task = project.board.get(id)
    return task_whole(task, project.board.children(id))


@tool()
def task_claim(
    project: Workspace, caller: Caller, id: Positive | None = None, agent: str = ""
) -> Fields:
    """Take a task and start it; without id the most urgent one that is free. agent: your short name.
    Exactly one agent gets a task. Returns all of it.
    """
    return task_whole(project.board.claim(actor=agent or caller, task_id=id))


@tool()
def task_complete(
    project: Workspace, caller: Caller, id: Positive, summary: str, agent: str = ""
) -> Fields:
    """Finish a task you claimed, under the same agent name. summary: what was done and where.
    Its children must be finished first.
    """
    task = project.board.complete(id, actor=agent or caller, summary=summary)
    return task_row(task)


def _statuses(name: str) -> tuple[Status, ...] | None:
    if name in _GROUPS:
        return _GROUPS[name]
    for status in STATUSES:
        if status == name:
            return (status,)
    names = ["open", "closed", "all", *STATUSES]
    raise VesperError("invalid", f"no status {name[:40]!r}{did_you_mean(name, names)}")


def _place(project: Workspace, path: str, line: int | None) -> Place | None:
    if path:
        row = (line or 1) - 1
        return Place(project.relative(path), line=row, end_line=row)
    if line is not None:
        raise VesperError("invalid", "line is given without path", "give both, or neither")
    return None
