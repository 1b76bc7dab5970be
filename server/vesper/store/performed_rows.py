"""The `performed` table: what effects on the workspace's own state answered, by the effect's key."""

from vesper.store.engine import Connection


def find(connection: Connection, key: str) -> tuple[str, bytes] | None:
    """The digest of the request and the answer, where an effect with that key was performed."""
    return connection.execute(
        "SELECT request, answer FROM performed WHERE key = ?", (key,)
    ).fetchone()


def add(connection: Connection, key: str, request: str, answer: bytes, at: str) -> None:
    """Keep an answer, in the transaction of what it tells of."""
    connection.execute("INSERT INTO performed VALUES (?, ?, ?, ?)", (key, request, answer, at))
