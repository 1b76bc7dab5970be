"""What is counted and measured of runs, kept in the workspace so that any process can tell it."""

import json
import threading
import time
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from vesper.errors import VesperError
from vesper.store import metric_rows
from vesper.store.database import Database
from vesper.store.engine import Connection
from vesper.store.metric_rows import MetricRow

Kind = Literal["counter", "gauge", "histogram"]
BOUNDS: Final = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 60_000)
"""The upper bounds of a histogram's buckets; durations are in milliseconds."""
MOST_SERIES: Final = 1000
"""Of one metric; what comes with yet other labels is counted together, under `overflow`."""
_MOST_LABELS: Final = 12
_LONGEST: Final = 100
_OVERFLOW: Final = '{"overflow":"true"}'
_WAITING: Final = 64
_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Series:
    """One metric with one set of labels; of a histogram `value` is the sum and `buckets` add up."""

    name: str
    kind: Kind
    labels: Mapping[str, str]
    value: float
    count: int = 0
    buckets: tuple[int, ...] = ()


class Meters:
    """Counts in memory and writes now and then, and when closed: a number that is lost harms nobody."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self._pending: list[tuple[str, Kind, float, str]] = []
        self._lock = threading.Lock()
        self._written = time.monotonic()

    def add(self, name: str, kind: Kind, value: float, labels: Mapping[str, str]) -> None:
        """Count it in: added to a counter, put in the place of a gauge's value."""
        kept = {key[:_LONGEST]: labels[key][:_LONGEST] for key in sorted(labels)[:_MOST_LABELS]}
        said = json.dumps(kept, separators=(",", ":"))
        with self._lock:
            self._pending.append((name[:_LONGEST], kind, value, said))
            is_time = time.monotonic() - self._written > _SECONDS
        if is_time or len(self._pending) >= _WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Where that cannot be, it goes on waiting, up to a limit."""
        with self._lock:
            pending, self._pending = self._pending, []
            self._written = time.monotonic()
        if not pending:
            return

        def change(connection: Connection) -> None:
            for name, kind, value, labels in pending:
                _add(connection, name, kind, value, labels)

        try:
            self._store.write(change)
        except VesperError:
            with self._lock:
                self._pending = [*pending, *self._pending][-_WAITING * 10 :]

    def series(self) -> list[Series]:
        """All that was counted in this workspace."""
        self.flush()
        nothing: list[MetricRow] = []
        return [_series(it) for it in self._store.read(metric_rows.every, nothing)]

    def close(self) -> None:
        """Write what waits, and close the database."""
        self.flush()
        self._store.close()


def _add(connection: Connection, name: str, kind: Kind, value: float, labels: str) -> None:
    row = metric_rows.get(connection, name, labels)
    if row is None:
        known, size = metric_rows.kind_and_size(connection, name)
        if known and known != kind:
            # One name has one kind; whoever came first decides.
            return
        if size >= MOST_SERIES:
            labels = _OVERFLOW
            row = metric_rows.get(connection, name, labels)
    if row is None:
        row = MetricRow(name, labels, kind, 0.0, 0, json.dumps([0] * len(BOUNDS)))
    if row.kind != kind:
        return
    buckets = row.buckets
    if kind == "histogram":
        counts: list[int] = json.loads(buckets)
        for place in range(bisect_left(BOUNDS, value), len(BOUNDS)):
            counts[place] += 1
        buckets = json.dumps(counts)
    total = value if kind == "gauge" else row.value + value
    metric_rows.put(connection, row._replace(value=total, times=row.times + 1, buckets=buckets))


def _series(row: MetricRow) -> Series:
    return Series(
        row.name,
        cast("Kind", row.kind),
        json.loads(row.labels),
        row.value,
        row.times,
        tuple(json.loads(row.buckets)),
    )
