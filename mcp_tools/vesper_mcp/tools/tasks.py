"""Tools for the work of a workspace: plan it, take it, finish it."""

from typing import Final

from vesper.errors import VesperError
from vesper.project import Project
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


@tool(otherwise="task_list shows the tasks")
def task_create(  # noqa: PLR0913 - one parameter for each argument a model can give
    project: Workspace,
    caller: Caller,
    *,
    title: str,
    description: str = "",
    parent: Positive | None = None,
    priority: int = 5,
    tags: list[str] | None = None,
    at: str = "",
) -> Fields:
    """Add a task, or with parent a subtask. at: the path or path:line it belongs to. priority: 1
    urgent to 9.
    """
    task = project.board.create(
        title,
        actor=caller,
        description=description,
        parent=parent,
        priority=priority,
        tags=tags or (),
        place=_place(project, at) if at else None,
    )
    return task_row(task)


@tool(reads=True)
def task_list(  # noqa: PLR0913 - one parameter for each argument a model can give
    project: Workspace,
    *,
    status: str = "open",
    parent: Positive | None = None,
    path: str = "",
    query: str = "",
    limit: Positive = 20,
    cursor: Positive | None = None,
) -> Fields:
    """List tasks, urgent first. status: open, closed, all or one status. path: of one file. query:
    text in them. cursor: from the last reply.
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


@tool(reads=True, otherwise="task_list shows the tasks")
def task_get(project: Workspace, id: Positive) -> Fields:
    """Everything about one task: description, place, result, children."""
    task = project.board.get(id)
    return task_whole(task, project.board.children(id))


@tool(otherwise="task_list shows who has which")
def task_claim(
    project: Workspace, caller: Caller, id: Positive | None = None, agent: str = ""
) -> Fields:
    """Take a task and start it; without id, the most urgent one that is free. Exactly one agent
    gets a task. agent: your short name. Returns all of it.
    """
    return task_whole(project.board.claim(actor=agent or caller, task_id=id))


@tool(otherwise="task_get shows its status and children")
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


def _place(project: Project, at: str) -> Place:
    path, colon, number = at.rpartition(":")
    if not (colon and number.isascii() and number.isdigit()):
        return Place(project.relative(at))
    line = int(number[:10]) - 1
    if line < 0:
        raise VesperError("invalid", f"{at[:200]!r} has line 0", "lines count from 1")
    return Place(project.relative(path), line=line, end_line=line)
