"""The `changed_files` table: which files a run has changed."""

from vesper.store.engine import Connection


def note(connection: Connection, execution: str, path: str) -> int:
    """Note a file, and tell how many the run has changed with it."""
    connection.execute("INSERT OR IGNORE INTO changed_files VALUES (?, ?)", (execution, path))
    (count,) = connection.execute(
        "SELECT count(*) FROM changed_files WHERE execution = ?", (execution,)
    ).fetchone()
    return count
