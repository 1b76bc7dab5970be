"""The task board of one workspace: every way to read it and every way to change it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar, Unpack

from vesper.errors import VesperError
from vesper.store import event_rows, task_rows
from vesper.store.database import Database
from vesper.store.engine import Connection, faults
from vesper.store.task_rows import TaskRow
from vesper.tasks.task import (
    NAME_LIMIT,
    POSITION_BASE,
    Draft,
    DraftFields,
    Event,
    Move,
    Place,
    Status,
    Task,
    TaskFilter,
    checked_draft,
    checked_line,
    checked_text,
    creation_detail,
    move_detail,
    moved,
    status_named,
)

T = TypeVar("T")
PAGE_LIMIT: Final = 1000
_ANY: Final = TaskFilter()


class Board:
    """The tasks of the workspace at `root`, safe with several processes and threads at once.

    Every change is one transaction that is on disk when the call returns, and happens whole or not
    at all. Reading a workspace that has no database creates nothing and finds nothing. `wait` is
    how many seconds a change waits for another process before it fails with `busy`.
    """

    def __init__(self, root: Path, *, wait: float = 5.0) -> None:
        self._database = Database(root / ".vesper" / "vesper.db", wait=wait)

    def create(self, title: str, *, actor: str, **fields: Unpack[DraftFields]) -> Task:
        """Add one pending task; `fields` are the other fields of `Draft`."""
        return self.create_many([Draft(title, **fields)], actor=actor)[0]

    def create_many(self, drafts: Sequence[Draft], *, actor: str) -> list[Task]:
        """Add pending tasks in this order: all of them or, when one is refused, none."""
        actor = checked_line("actor", actor, NAME_LIMIT)
        checked = [checked_draft(draft) for draft in drafts]

        def change(connection: Connection) -> list[Task]:
            return [insert(connection, draft, actor) for draft in checked]

        parents = [draft.parent for draft in checked if draft.parent is not None]
        if parents:
            return self._change(change, _no_task(parents[0], []))
        return self._database.write(change) if checked else []

    def faults(self) -> list[str]:
        """What is wrong inside the database, a line each; reads all of it."""
        return self._database.read(faults, [])

    def get(self, task_id: int) -> Task:
        """The task with that id; `not_found` names the ids near it."""

        def query(connection: Connection) -> Task:
            return existing(connection, task_id)

        task = self._database.read(query, None)
        if task is None:
            raise _no_task(task_id, [])
        return task

    def find(self, wanted: TaskFilter = _ANY, limit: int = 20, after: int = 0) -> list[Task]:
        """Up to `limit` tasks that match: open ones first, then by priority, then by age.

        For the next page give the `position` of the last task of this one as `after` (not its
        id). Pages neither repeat nor skip a task that keeps its status and priority.
        """
        closed, priority, task_id = _sort_key(after)
        limit = _checked_limit(limit)
        statuses = wanted.status
        if statuses is not None:
            statuses = tuple(status_named(it) for it in statuses)
        if not _storable(wanted.path, wanted.text, wanted.code):
            return []
        row = task_rows.Wanted(
            status=None if statuses is None else json.dumps(statuses),
            parent_id=None if wanted.parent is None else _reachable(wanted.parent),
            path=wanted.path,
            code=wanted.code,
            text=wanted.text,
            closed=closed,
            priority=priority,
            id=task_id,
            limit=limit,
        )

        def query(connection: Connection) -> list[Task]:
            return [_task(found) for found in task_rows.find(connection, row)]

        return self._database.read(query, [])

    def children(self, task_id: int) -> list[Task]:
        """The tasks directly under one, by priority, then by age."""

        def query(connection: Connection) -> list[Task]:
            existing(connection, task_id)
            return [_task(row) for row in task_rows.children(connection, task_id)]

        found = self._database.read(query, None)
        if found is None:
            raise _no_task(task_id, [])
        return found

    def history(self, task_id: int) -> list[Event]:
        """Everything that happened to one task, oldest first."""

        def query(connection: Connection) -> list[Event]:
            existing(connection, task_id)
            return [Event(*row) for row in event_rows.of_task(connection, task_id)]

        found = self._database.read(query, None)
        if found is None:
            raise _no_task(task_id, [])
        return found

    def claim(self, *, actor: str, task_id: int | None = None) -> Task:
        """Assign a task to `actor` and start it; of several claims at once exactly one wins.

        Without an id it is the most urgent pending task with no open child, the oldest of equals;
        `not_found` when none is left. A task that the actor already works on comes back unchanged.
        """
        actor = checked_line("actor", actor, NAME_LIMIT)
        if task_id is None:
            return self._claim_next(actor)

        def change(connection: Connection) -> Task:
            return _claim(connection, existing(connection, task_id), actor)

        return self._change(change, _no_task(task_id, []))

    def move(self, task_id: int, status: Status, *, actor: str, why: str = "") -> Task:
        """Move a task along the transition table, whoever it is assigned to.

        Moving to `active` assigns it to the actor; a reset to `pending` unassigns it. `conflict`
        when the table, an open child or a closed parent forbids the move.
        """
        actor = checked_line("actor", actor, NAME_LIMIT)
        move = Move(status_named(status), actor, why=checked_text("reason", why.strip()))

        def change(connection: Connection) -> Task:
            return transfer(connection, existing(connection, task_id), move)

        return self._change(change, _no_task(task_id, []))

    def complete(self, task_id: int, *, actor: str, summary: str) -> Task:
        """Complete a task that `actor` has claimed; the summary becomes its result.

        A blocked task is resumed first. `conflict` when somebody else has claimed it, nobody has,
        or a child is still open.
        """
        actor = checked_line("actor", actor, NAME_LIMIT)
        summary = checked_text("summary", summary.strip())

        def change(connection: Connection) -> Task:
            task = existing(connection, task_id)
            _check_held(task, actor)
            if task.status == "blocked":
                task = transfer(connection, task, Move("in_progress", actor))
            return transfer(connection, task, Move("completed", actor, result=summary))

        return self._change(change, _no_task(task_id, []))

    def open_at(self, path: str) -> list[Task]:
        """The open tasks of one file of the workspace, from its top to its end."""
        if not _storable(path):
            return []

        def query(connection: Connection) -> list[Task]:
            return [_task(row) for row in task_rows.open_at(connection, path)]

        return self._database.read(query, [])

    def events(self, after: int = 0, limit: int = 100) -> list[Event]:
        """What happened after the event with that id, oldest first."""
        after, limit = _reachable(after), _checked_limit(limit)

        def query(connection: Connection) -> list[Event]:
            return [Event(*row) for row in event_rows.since(connection, after, limit)]

        return self._database.read(query, [])

    def last_event(self) -> int:
        """The id of the newest event, 0 before the first: cheap enough to ask many times a second.

        It goes back only when the database was deleted or replaced.
        """
        return self._database.read(event_rows.last, 0)

    def close(self) -> None:
        """Close the database; no other thread may be in a call. A later call opens it again."""
        self._database.close()

    def _claim_next(self, actor: str) -> Task:
        # Agents ask again and again while nothing waits: that must not take the write lock.
        if self._database.read(task_rows.next_claimable, None) is None:
            raise _nothing_to_claim()

        def change(connection: Connection) -> Task:
            row = task_rows.next_claimable(connection)
            if row is None:
                raise _nothing_to_claim()
            return _claim(connection, _task(row), actor)

        return self._change(change, _nothing_to_claim())

    def _change(self, change: Callable[[Connection], T], missing: VesperError) -> T:
        """Write to a database that exists; one that has no tasks must not be made for a refusal."""
        if self._database.read(lambda _: True, missing=False):
            return self._database.write(change)
        raise missing


def insert(connection: Connection, draft: Draft, actor: str) -> Task:
    """Add a checked draft inside the transaction of whoever calls."""
    if draft.parent is not None:
        _check_parent(existing(connection, draft.parent))
    at = _now()
    place = draft.place
    row = task_rows.NewRow(
        title=draft.title,
        description=draft.description,
        parent_id=draft.parent,
        priority=draft.priority,
        tags=json.dumps(draft.tags, ensure_ascii=False),
        path=place and place.path,
        line=place and place.line,
        col=place and place.column,
        end_line=place and place.end_line,
        end_col=place and place.end_column,
        code=place and place.code,
    )
    task_id = task_rows.insert(connection, row, at)
    event_rows.append(connection, task_id, "created", at, actor, creation_detail(draft))
    return existing(connection, task_id)


def _claim(connection: Connection, task: Task, actor: str) -> Task:
    if task.status in {"active", "in_progress", "blocked"} and task.assignee != actor:
        message = f"task {task.id} is already claimed by {task.assignee}"
        hint = "claim without an id to get the next one (task_claim, `vesper task claim`)"
        raise VesperError("conflict", message, hint)
    if task.status in {"in_progress", "blocked"}:
        return task
    if task.status != "active":
        task = transfer(connection, task, Move("active", actor))
    return transfer(connection, task, Move("in_progress", actor))


def _check_held(task: Task, actor: str) -> None:
    """Refuse to complete what the actor has not started; a closed task is left to the table."""
    if task.status in {"active", "in_progress", "blocked"} and task.assignee != actor:
        message = f"task {task.id} is claimed by {task.assignee}, not by {actor}"
        hint = f"only {task.assignee} can complete it; others can move it, with a reason"
        raise VesperError("conflict", message, hint)
    if task.status in {"pending", "active"}:
        message = f"task {task.id} has not been started"
        hint = f"claim it first: call task_claim or run `vesper task claim {task.id}`"
        raise VesperError("conflict", message, hint)


def transfer(connection: Connection, task: Task, move: Move) -> Task:
    """Make a legal move and record it: every change of status goes through here.

    Inside the transaction of whoever calls, as `insert` and `existing` are.
    """
    after = moved(task, move, _now())
    if move.target == "completed":
        _check_children(connection, task)
    if move.target == "pending" and task.parent is not None:
        _check_parent(existing(connection, task.parent))
    task_rows.update(connection, task.id, after.status, after.assignee, after.result, after.updated)
    detail = move_detail(task.status, move)
    event_rows.append(connection, task.id, "status", after.updated, move.actor, detail)
    return after


def _check_children(connection: Connection, task: Task) -> None:
    open_ids = task_rows.open_children(connection, task.id)
    if open_ids:
        named = ", ".join(str(it) for it in open_ids[:10])
        more = f" and {len(open_ids) - 10} more" if len(open_ids) > 10 else ""
        message = f"task {task.id} has open children: {named}{more}"
        raise VesperError("conflict", message, "complete or cancel those first")


def _check_parent(parent: Task) -> None:
    """Refuse an open task under one that is done with, where nobody would look for it."""
    if parent.status in {"completed", "cancelled", "archived"}:
        message = f"the parent, task {parent.id}, is {parent.status}"
        raise VesperError("conflict", message, "choose an open parent, or none")


def existing(connection: Connection, task_id: int) -> Task:
    """The task with that id; `not_found` names the ids near it."""
    row = task_rows.get(connection, _reachable(task_id))
    if row is None:
        raise _no_task(task_id, task_rows.nearest(connection, _reachable(task_id), 3))
    return _task(row)


def _no_task(task_id: int, near: Sequence[int]) -> VesperError:
    hint = "there are no tasks yet: call task_create or run `vesper task add`"
    if near:
        named = " and ".join(str(it) for it in near)
        hint = f"near it: {named}; call task_list or run `vesper task list`"
    return VesperError("not_found", f"there is no task {task_id}", hint)


def _nothing_to_claim() -> VesperError:
    hint = "see who has the others: call task_list or run `vesper task list`"
    return VesperError("not_found", "no task is waiting to be claimed", hint)


def _reachable(number: int) -> int:
    """The id itself where it can exist, else one that cannot and that the database can hold."""
    return max(0, min(number, POSITION_BASE))


def _task(row: TaskRow) -> Task:
    return Task(
        id=row.id,
        title=row.title,
        description=row.description,
        status=status_named(row.status),
        parent=row.parent_id,
        priority=row.priority,
        tags=tuple(json.loads(row.tags)),
        assignee=row.assignee,
        place=_place(row),
        result=row.result,
        created=row.created_at,
        updated=row.updated_at,
    )


def _place(row: TaskRow) -> Place | None:
    if row.path is None:
        return None
    numbers = (row.line or 0, row.col or 0, row.end_line or 0, row.end_col or 0)
    return Place(row.path, *numbers, row.code or "")


def _sort_key(after: int) -> tuple[int, int, int]:
    """The key (closed, priority, id) of a `Task.position`; 0 is before every task."""
    rank, task_id = divmod(after, POSITION_BASE)
    closed, priority = divmod(rank, 10)
    if after and (closed not in {0, 1} or priority == 0):
        hint = "give the position that came with the last task, or 0 to start again"
        raise VesperError("invalid", f"{after} is not a position in the list", hint)
    return closed, priority, task_id


def _checked_limit(limit: int) -> int:
    if not 1 <= limit <= PAGE_LIMIT:
        raise VesperError("invalid", f"limit {limit} is out of range", f"use 1 to {PAGE_LIMIT}")
    return limit


def _storable(*texts: str | None) -> bool:
    """Whether these can be in the database at all: file names that are not UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for it in texts if it for character in it)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
