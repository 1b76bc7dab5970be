"""The `audit` table: a chain in which each row seals the one before. The file refuses to change one."""

from collections.abc import Iterator
from typing import NamedTuple

from vesper.store.engine import Connection


class AuditRow(NamedTuple):
    """One row: the bytes that were sealed, exactly as they were, and the seal over them."""

    id: int
    body: bytes
    seal: bytes


def last(connection: Connection) -> AuditRow | None:
    """The newest row."""
    found = connection.execute(
        "SELECT id, CAST(body AS BLOB), seal FROM audit ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return AuditRow._make(found) if found else None


def append(connection: Connection, row: AuditRow) -> None:
    """Add a row, whose id is one above the last."""
    connection.execute(
        "INSERT INTO audit (id, body, seal) VALUES (?, ?, ?)", (row.id, row.body.decode(), row.seal)
    )


def each(connection: Connection) -> Iterator[AuditRow]:
    """All rows in the order of their ids."""
    for row in connection.execute("SELECT id, CAST(body AS BLOB), seal FROM audit ORDER BY id"):
        yield AuditRow._make(row)


def newest(connection: Connection, before: int | None, limit: int) -> list[AuditRow]:
    """Rows below an id, the newest first."""
    found = connection.execute(
        "SELECT id, CAST(body AS BLOB), seal FROM audit WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
        (before, before, limit),
    )
    return [AuditRow._make(row) for row in found]
