"""The `bus` table, to which events are only ever added, and `waits`: who waits for what, and since when."""

from typing import NamedTuple

from vesper.store.engine import Connection


class BusRow(NamedTuple):
    """One event; `data` is a value in its canonical form."""

    id: int
    kind: str
    execution: str
    data: bytes
    at: str


class WaitRow(NamedTuple):
    """One effect that waits. `place` is its site without rounds of loops."""

    key: str
    execution: str
    place: str
    began_at: str
    event: int | None
    """The event that it got."""
    task_id: int | None
    """The task that it waits for."""


def publish(connection: Connection, kind: str, execution: str, data: bytes, at: str) -> int:
    """Add an event and give its id. Ids follow the order of commits."""
    cursor = connection.execute(
        "INSERT INTO bus (kind, execution, data, at) VALUES (?, ?, ?, ?)",
        (kind, execution, data, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(connection: Connection, event: int) -> BusRow | None:
    """The event with that id."""
    row = connection.execute("SELECT * FROM bus WHERE id = ?", (event,)).fetchone()
    return None if row is None else BusRow._make(row)


def next_of(connection: Connection, kind: str, after: int, since: str) -> BusRow | None:
    """The first event of a kind with an id above `after`, not older than `since`."""
    row = connection.execute(
        "SELECT * FROM bus WHERE kind = ? AND id > ? AND at >= ? ORDER BY id LIMIT 1",
        (kind, after, since),
    ).fetchone()
    return None if row is None else BusRow._make(row)


def since(connection: Connection, after: int, limit: int) -> list[BusRow]:
    """Events with an id above `after`, oldest first."""
    sql = "SELECT * FROM bus WHERE id > ? ORDER BY id LIMIT ?"
    return [BusRow._make(row) for row in connection.execute(sql, (after, limit))]


def wait(connection: Connection, key: str) -> WaitRow | None:
    """The wait of an effect."""
    row = connection.execute("SELECT * FROM waits WHERE key = ?", (key,)).fetchone()
    return None if row is None else WaitRow._make(row)


def begin(connection: Connection, row: WaitRow) -> None:
    """Add a wait."""
    connection.execute("INSERT INTO waits VALUES (?, ?, ?, ?, ?, ?)", row)


def take(connection: Connection, key: str, event: int) -> None:
    """Give an event to a wait."""
    connection.execute("UPDATE waits SET event = ? WHERE key = ?", (event, key))


def first_wait(connection: Connection, execution: str, place: str) -> str:
    """When a place of a run first waited; empty before that."""
    (found,) = connection.execute(
        "SELECT min(began_at) FROM waits WHERE execution = ? AND place = ?", (execution, place)
    ).fetchone()
    return found or ""


def last_taken(connection: Connection, execution: str, place: str) -> int:
    """The newest event that a place of a run has got; 0 before the first."""
    (found,) = connection.execute(
        "SELECT max(event) FROM waits WHERE execution = ? AND place = ?", (execution, place)
    ).fetchone()
    return found or 0
