"""The `tasks` table. Every function works inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vesper.store.engine import Connection


class TaskRow(NamedTuple):
    """One row, its fields in the order of `COLUMNS`. The place is `None` throughout or nowhere."""

    id: int
    title: str
    description: str
    status: str
    parent_id: int | None
    priority: int
    tags: str
    assignee: str
    path: str | None
    line: int | None
    col: int | None
    end_line: int | None
    end_col: int | None
    code: str | None
    result: str
    created_at: str
    updated_at: str


COLUMNS = ", ".join(TaskRow._fields)


class NewRow(NamedTuple):
    """What a task begins with; everything else starts empty."""

    title: str
    description: str
    parent_id: int | None
    priority: int
    tags: str
    path: str | None
    line: int | None
    col: int | None
    end_line: int | None
    end_col: int | None
    code: str | None


class Wanted(NamedTuple):
    """Which rows to find: `None` means any. `status` is a JSON list, `text` any part of a text.

    The search goes on after the row with the key (`closed`, `priority`, `id`).
    """

    status: str | None
    parent_id: int | None
    path: str | None
    code: str | None
    text: str | None
    closed: int
    priority: int
    id: int
    limit: int


def insert(connection: Connection, row: NewRow, at: str) -> int:
    """Add a pending task and give its id."""
    cursor = connection.execute(
        f"INSERT INTO tasks ({', '.join(NewRow._fields)},"
        " status, assignee, result, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', '', '', ?, ?)",
        (*row, at, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update(
    connection: Connection, task_id: int, status: str, assignee: str, result: str, at: str
) -> None:
    """Write what a move changes."""
    connection.execute(
        "UPDATE tasks SET status = ?, assignee = ?, result = ?, updated_at = ? WHERE id = ?",
        (status, assignee, result, at, task_id),
    )


def get(connection: Connection, task_id: int) -> TaskRow | None:
    """The row with that id."""
    rows = _rows(connection, "WHERE id = ?", (task_id,))
    return rows[0] if rows else None


def nearest(connection: Connection, task_id: int, count: int) -> list[int]:
    """The ids closest to one that is missing, in their order."""
    found = connection.execute(
        "SELECT id FROM tasks ORDER BY abs(id - ?) LIMIT ?", (task_id, count)
    ).fetchall()
    return sorted(identity for (identity,) in found)


def find(connection: Connection, wanted: Wanted) -> list[TaskRow]:
    """Rows that are wanted: open ones first, then by priority, then by id."""
    text = wanted.text
    if text is not None:
        text = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        text = f"%{text}%"
    return _rows(
        connection,
        "WHERE (:status IS NULL OR status IN (SELECT value FROM json_each(:status)))"
        " AND (:parent_id IS NULL OR parent_id = :parent_id)"
        " AND (:path IS NULL OR path = :path)"
        " AND (:code IS NULL OR code = :code)"
        " AND (:text IS NULL OR title LIKE :text ESCAPE '\\'"
        "      OR description LIKE :text ESCAPE '\\')"
        " AND (closed, priority, id) > (:closed, :priority, :id)"
        " ORDER BY closed, priority, id LIMIT :limit",
        {**wanted._asdict(), "text": text},
    )


def children(connection: Connection, parent_id: int) -> list[TaskRow]:
    """The rows directly under one, by priority, then by id."""
    return _rows(connection, "WHERE parent_id = ? ORDER BY priority, id", (parent_id,))


def open_children(connection: Connection, parent_id: int) -> list[int]:
    """The ids of the unfinished rows directly under one."""
    found = connection.execute(
        "SELECT id FROM tasks WHERE parent_id = ? AND NOT closed ORDER BY id", (parent_id,)
    )
    return [identity for (identity,) in found.fetchall()]


def open_at(connection: Connection, path: str) -> list[TaskRow]:
    """The unfinished rows of one file, from its top to its end."""
    return _rows(connection, "WHERE path = ? AND closed = 0 ORDER BY line, col, id", (path,))


def next_claimable(connection: Connection) -> TaskRow | None:
    """The most urgent, oldest row that waits and has no unfinished child."""
    rows = _rows(
        connection,
        "WHERE status = 'pending' AND NOT EXISTS ("
        "SELECT 1 FROM tasks AS child WHERE child.parent_id = tasks.id AND NOT child.closed"
        ") ORDER BY priority, id LIMIT 1",
        (),
    )
    return rows[0] if rows else None


def _rows(
    connection: Connection, rest: str, values: Sequence[object] | Mapping[str, object]
) -> list[TaskRow]:
    found = connection.execute(f"SELECT {COLUMNS} FROM tasks {rest}", values).fetchall()
    return [TaskRow._make(row) for row in found]
