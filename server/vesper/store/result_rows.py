"""The `results` table: answers of pure nodes. Losing a row costs a computation, nothing else."""

from vesper.store.engine import Connection


def get(connection: Connection, digest: str, inputs: str) -> bytes | None:
    """The answer of the program and engine with that digest to those inputs."""
    row = connection.execute(
        "SELECT envelope FROM results WHERE digest = ? AND inputs = ?", (digest, inputs)
    ).fetchone()
    return None if row is None else row[0]


def put(connection: Connection, digest: str, inputs: str, envelope: bytes) -> None:
    """Keep an answer, as the newest one."""
    connection.execute(
        "INSERT OR REPLACE INTO results (digest, inputs, envelope, used)"
        " VALUES (?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM results))",
        (digest, inputs, envelope),
    )


def keep_newest(connection: Connection, most: int) -> None:
    """Drop the oldest answers above so many."""
    connection.execute(
        "DELETE FROM results WHERE used <= (SELECT max(used) FROM results) - ?", (most,)
    )
