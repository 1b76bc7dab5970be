"""The `effects` table: what each run asked of the world, and what it was answered."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from vesper.store.engine import Connection


class EffectRow(NamedTuple):
    """One row, its fields in the order of the columns. `execution` is the run's number."""

    execution: int
    site: str
    place: int
    operation: str
    kind: str
    digest: str
    state: str
    arguments: bytes
    outcome: bytes | None
    seconds: float
    at: str
    decision: str = ""


_COLUMNS: Final = ", ".join(EffectRow._fields)
_MARKS: Final = ", ".join("?" * len(EffectRow._fields))


def put(connection: Connection, rows: Iterable[EffectRow]) -> None:
    """Add rows; one that is there gets its new state, outcome and decision, and keeps its place."""
    connection.executemany(
        f"INSERT INTO effects ({_COLUMNS}) VALUES ({_MARKS})"
        " ON CONFLICT (execution, site) DO UPDATE SET state = excluded.state,"
        " outcome = excluded.outcome, seconds = excluded.seconds,"
        " decision = CASE excluded.decision WHEN '' THEN decision ELSE excluded.decision END",
        rows,
    )


def of_execution(connection: Connection, execution: int) -> list[EffectRow]:
    """The rows of one run, in the order they were begun."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM effects WHERE execution = ? ORDER BY place", (execution,)
    )
    return [EffectRow._make(row) for row in rows]
