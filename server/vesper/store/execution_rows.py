"""The `executions` table: every run of a node, and the keys that callers gave for theirs."""

from typing import Final, NamedTuple

from vesper.store.engine import Connection


class ExecutionRow(NamedTuple):
    """One row, its fields in the order of the columns. Dates are texts that sort by time."""

    number: int
    id: str
    node_id: str
    digest: str
    engine: str
    status: str
    inputs: bytes
    actor: str
    role: str
    owner: str
    stopped: int
    started_at: str
    ended_at: str
    envelope: bytes | None
    reason: str
    waits_for: str
    forked_from: str
    changes: str


class NewExecution(NamedTuple):
    """What a run begins with."""

    id: str
    node_id: str
    digest: str
    engine: str
    status: str
    inputs: bytes
    actor: str
    role: str
    owner: str
    started_at: str
    forked_from: str
    changes: str


_COLUMNS: Final = ", ".join(ExecutionRow._fields)
_NEW: Final = ", ".join(NewExecution._fields)
_MARKS: Final = ", ".join("?" * len(NewExecution._fields))


def insert(connection: Connection, row: NewExecution) -> int:
    """Add a run and give its number."""
    cursor = connection.execute(f"INSERT INTO executions ({_NEW}) VALUES ({_MARKS})", row)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(connection: Connection, execution: str) -> ExecutionRow | None:
    """The run with that id."""
    return _first(connection, "WHERE id = ?", (execution,))


def beginning_with(connection: Connection, start: str, limit: int) -> list[str]:
    """Ids that begin so."""
    rows = connection.execute(
        "SELECT id FROM executions WHERE substr(id, 1, ?) = ? ORDER BY number DESC LIMIT ?",
        (len(start), start, limit),
    )
    return [it for (it,) in rows]


def find(
    connection: Connection, node_id: str | None, status: str | None, before: int, limit: int
) -> list[ExecutionRow]:
    """The newest first, those with a number below `before`; None means any."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM executions WHERE (?1 IS NULL OR node_id = ?1)"
        " AND (?2 IS NULL OR status = ?2) AND number < ?3 ORDER BY number DESC LIMIT ?4",
        (node_id, status, before, limit),
    )
    return [ExecutionRow._make(row) for row in rows]


def begun_since(connection: Connection, node_id: str, since: str) -> list[str]:
    """When the runs of a node began that began at that moment or later, the oldest first."""
    rows = connection.execute(
        "SELECT started_at FROM executions WHERE node_id = ? AND started_at >= ?"
        " ORDER BY started_at",
        (node_id, since),
    )
    return [it for (it,) in rows]


def owners_running(connection: Connection, node_id: str) -> list[str]:
    """The owner of each run of a node that is under way, or was when its process ended."""
    rows = connection.execute(
        "SELECT owner FROM executions WHERE status = 'running' AND node_id = ?", (node_id,)
    )
    return [it for (it,) in rows]


def take(connection: Connection, execution: str, owner: str) -> None:
    """The run goes on, under that owner."""
    connection.execute(
        "UPDATE executions SET status = 'running', owner = ?, stopped = 0 WHERE id = ?",
        (owner, execution),
    )


def wait(connection: Connection, execution: str, status: str, reason: str, waits_for: str) -> None:
    """The run waits, `waiting` or `ambiguous`."""
    connection.execute(
        "UPDATE executions SET status = ?, reason = ?, waits_for = ? WHERE id = ?",
        (status, reason, waits_for, execution),
    )


def end(connection: Connection, execution: str, status: str, envelope: bytes, at: str) -> None:
    """The run has ended."""
    connection.execute(
        "UPDATE executions SET status = ?, envelope = ?, ended_at = ?, reason = '', waits_for = '{}'"
        " WHERE id = ?",
        (status, envelope, at, execution),
    )


def stop(connection: Connection, execution: str) -> None:
    """Ask whoever runs it to stop."""
    connection.execute("UPDATE executions SET stopped = 1 WHERE id = ?", (execution,))


def is_stopped(connection: Connection, execution: str) -> bool:
    """Whether somebody asked for it to stop."""
    row = connection.execute("SELECT stopped FROM executions WHERE id = ?", (execution,)).fetchone()
    return row is not None and row[0] == 1


def keyed(connection: Connection, node_id: str, key: str) -> tuple[str, str] | None:
    """The digest of the inputs and the run that a caller's key belongs to."""
    row = connection.execute(
        "SELECT inputs, execution FROM idempotency WHERE node_id = ? AND key = ?", (node_id, key)
    ).fetchone()
    return None if row is None else (row[0], row[1])


def keep_key(connection: Connection, node_id: str, key: str, inputs: str, execution: str) -> None:
    """The key belongs to this run from now on."""
    connection.execute(
        "INSERT INTO idempotency (node_id, key, inputs, execution) VALUES (?, ?, ?, ?)",
        (node_id, key, inputs, execution),
    )


def _first(connection: Connection, rest: str, values: tuple[object, ...]) -> ExecutionRow | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM executions {rest}", values).fetchone()
    return None if row is None else ExecutionRow._make(row)
