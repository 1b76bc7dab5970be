"""The `events` table: what happened, in the order in which it was committed. Only ever added to."""

from typing import NamedTuple

from vesper.store.engine import Connection


class EventRow(NamedTuple):
    """One row, its fields in the order of the columns."""

    id: int
    task_id: int
    kind: str
    at: str
    actor: str
    detail: str


def insert(connection: Connection, row: EventRow) -> None:
    """Append an event; the id of `row` is not used, the table gives the next one."""
    connection.execute(
        "INSERT INTO events (task_id, kind, at, actor, detail) VALUES (?, ?, ?, ?, ?)", row[1:]
    )


def after(connection: Connection, event_id: int, limit: int) -> list[EventRow]:
    """The events that follow one, oldest first."""
    found = connection.execute(
        "SELECT id, task_id, kind, at, actor, detail FROM events WHERE id > ? ORDER BY id LIMIT ?",
        (event_id, limit),
    ).fetchall()
    return [EventRow._make(row) for row in found]


def last(connection: Connection) -> int:
    """The id of the newest event; 0 before the first."""
    (newest,) = connection.execute("SELECT max(id) FROM events").fetchone()
    return newest or 0
