"""The `metrics` table: what was counted and measured, one row for each name and set of labels."""

from typing import NamedTuple

from vesper.store.engine import Connection


class MetricRow(NamedTuple):
    """One series. `labels` is canonical JSON; `buckets` how many values were at most each bound, as JSON."""

    name: str
    labels: str
    kind: str
    value: float
    times: int
    buckets: str


def get(connection: Connection, name: str, labels: str) -> MetricRow | None:
    """One series."""
    found = connection.execute(
        "SELECT name, labels, kind, value, times, buckets FROM metrics WHERE name = ? AND labels = ?",
        (name, labels),
    ).fetchone()
    return MetricRow._make(found) if found else None


def kind_and_size(connection: Connection, name: str) -> tuple[str, int]:
    """The kind of a metric, empty where it is new, and how many series it has."""
    kind, size = connection.execute(
        "SELECT coalesce(max(kind), ''), count(*) FROM metrics WHERE name = ?", (name,)
    ).fetchone()
    return str(kind), int(size)


def put(connection: Connection, row: MetricRow) -> None:
    """Write a series, new or known."""
    connection.execute(
        "INSERT INTO metrics (name, labels, kind, value, times, buckets) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (name, labels) DO UPDATE SET"
        " value = excluded.value, times = excluded.times, buckets = excluded.buckets",
        row,
    )


def every(connection: Connection) -> list[MetricRow]:
    """All series, those of one metric together."""
    found = connection.execute(
        "SELECT name, labels, kind, value, times, buckets FROM metrics ORDER BY name, labels"
    )
    return [MetricRow._make(row) for row in found]
