"""The `memories` table, and the words by which its entries are found."""

from typing import Final, NamedTuple

from vesper.store.engine import Connection


class MemoryRow(NamedTuple):
    """One entry, its fields in the order of the columns."""

    id: int
    digest: str
    title: str
    content: str
    kind: str
    scope: str
    owner: str
    tags: str
    author: str
    execution: str
    at: str


class NewMemory(NamedTuple):
    """What an entry is made of. `digest` is equal for entries that say the same to the same people."""

    digest: str
    title: str
    content: str
    kind: str
    scope: str
    owner: str
    tags: str
    author: str
    execution: str
    at: str


class Wanted(NamedTuple):
    """Which entries to find. `words` is a query of FTS5; None of `kind` means any; `tags` is a JSON list."""

    words: str
    scope: str
    owner: str
    kind: str | None
    tags: str
    limit: int


_COLUMNS: Final = ", ".join(f"memories.{it}" for it in MemoryRow._fields)
_NEW: Final = ", ".join(NewMemory._fields)


def insert(connection: Connection, row: NewMemory) -> int:
    """Add an entry and give its id; that of the one there is where it says the same."""
    there = connection.execute("SELECT id FROM memories WHERE digest = ?", (row.digest,)).fetchone()
    if there is not None:
        return there[0]
    marks = ", ".join("?" * len(row))
    cursor = connection.execute(f"INSERT INTO memories ({_NEW}) VALUES ({marks})", row)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def find(connection: Connection, wanted: Wanted) -> list[tuple[MemoryRow, float]]:
    """Entries with their scores, the best first; a title counts more than what is below it."""
    rows = connection.execute(
        f"SELECT {_COLUMNS}, -bm25(memory_words, 4.0, 1.0, 2.0) AS score FROM memory_words"
        " JOIN memories ON memories.id = memory_words.rowid"
        " WHERE memory_words MATCH :words AND scope = :scope AND owner = :owner"
        " AND (:kind IS NULL OR kind = :kind)"
        " AND NOT EXISTS (SELECT 1 FROM json_each(:tags) AS tag WHERE tag.value NOT IN"
        " (SELECT value FROM json_each(memories.tags)))"
        " ORDER BY score DESC, memories.id DESC LIMIT :limit",
        wanted._asdict(),
    )
    return [(MemoryRow._make(row[:-1]), row[-1]) for row in rows]
