"""The `events` table: what happened to the tasks. Rows are only ever added."""

from typing import Final, NamedTuple

from vesper.store.engine import Connection


class EventRow(NamedTuple):
    """One row, its fields in the order of the columns."""

    id: int
    task_id: int
    kind: str
    at: str
    actor: str
    detail: str


_COLUMNS: Final = ", ".join(EventRow._fields)


def append(
    connection: Connection, task_id: int, kind: str, at: str, actor: str, detail: str
) -> None:
    """Add an event; `detail` is JSON. In a write transaction ids follow the order of commits."""
    connection.execute(
        "INSERT INTO events (task_id, kind, at, actor, detail) VALUES (?, ?, ?, ?, ?)",
        (task_id, kind, at, actor, detail),
    )


def since(connection: Connection, after: int, limit: int) -> list[EventRow]:
    """The rows with an id above `after`, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ?"
    return [EventRow._make(row) for row in connection.execute(sql, (after, limit))]


def of_task(connection: Connection, task_id: int) -> list[EventRow]:
    """The rows of one task, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM events WHERE task_id = ? ORDER BY id"
    return [EventRow._make(row) for row in connection.execute(sql, (task_id,))]


def last(connection: Connection) -> int:
    """The highest id; 0 when nothing has happened yet."""
    (found,) = connection.execute("SELECT max(id) FROM events").fetchone()
    return found or 0
