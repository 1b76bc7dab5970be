"""The journal of a run in the workspace's database."""

import itertools
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, cast

from vesper.errors import VesperError
from vesper.execution.sealing import Seal
from vesper.runtime.handling import Suspended
from vesper.runtime.journal import Entry, Outcome, State, entry_of
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.store import effect_rows
from vesper.store.database import Database
from vesper.store.effect_rows import EffectRow
from vesper.store.engine import Connection
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Value

MOST_UNWRITTEN: Final = 256
"""Outcomes of reads that wait for the next commit; more are written without one."""


class RunJournal:
    """What one run asked and was answered.

    A write is on disk before it is performed, and again when it is answered; each of these commits takes
    along every read that was noted before it. A run that is killed therefore loses reads only that
    nothing on disk depends on.
    """

    def __init__(
        self,
        database: Database,
        number: int,
        seal: Seal,
        redactor: Redactor,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._number = number
        self._seal = seal
        self._redactor = redactor
        self._now = now
        self._entries: dict[str, Entry] = {}
        self._places: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._unwritten: list[EffectRow] = []
        self._writing = threading.Lock()

    def load(self) -> None:
        """Take in what the database holds of this run."""

        def query(connection: Connection) -> list[EffectRow]:
            return effect_rows.of_execution(connection, self._number)

        nothing: list[EffectRow] = []
        rows = self._database.read(query, nothing)
        for row in rows:
            self._entries[row.site] = entry_from(row, self._seal)
            self._places[row.site] = row.place
        self._numbers = itertools.count(max((it.place for it in rows), default=0) + 1)

    def find(self, site: str) -> Entry | None:
        """What is known of the effect at that site."""
        return self._entries.get(site)

    def entries(self) -> list[Entry]:
        """All of them, in the order they were begun."""
        return sorted(self._entries.values(), key=lambda it: self._places[it.site])

    def intend(self, effect: Effect) -> None:
        """A write is about to be performed; on disk when this returns."""
        self._note(effect, "intended", Outcome(), durable=True)

    def settle(self, effect: Effect, outcome: Outcome) -> None:
        """An effect was answered; on disk when this returns for a write."""
        self._note(effect, "done", outcome, durable=effect.kind == "write")

    def hold(self, effect: Effect) -> None:
        """The provider waits; on disk with the run's own word that it waits."""
        self._note(effect, "waiting", Outcome(), durable=False)

    def decide(self, entry: Entry, decision: str) -> None:
        """Somebody settled an entry by hand; on disk when this returns."""
        with self._writing:
            self._entries[entry.site] = entry
            self._unwritten.append(self._row(entry, decision))
            self._write()

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Begin with what another run was answered; on disk when this returns."""
        with self._writing:
            for entry in entries:
                self._places.setdefault(entry.site, next(self._numbers))
                self._entries[entry.site] = entry
                self._unwritten.append(self._row(entry, "adopted"))
            self._write()

    def drain(self, connection: Connection) -> None:
        """Write what waits for a commit inside that of somebody else."""
        if self._unwritten:
            effect_rows.put(connection, self._unwritten)

    def _note(self, effect: Effect, state: State, outcome: Outcome, *, durable: bool) -> None:
        entry = entry_of(effect, state, outcome)
        with self._writing:
            self._places.setdefault(effect.site, next(self._numbers))
            self._entries[effect.site] = entry
            self._unwritten.append(self._row(entry))
            if durable or len(self._unwritten) >= MOST_UNWRITTEN:
                self._write()

    def _write(self) -> None:
        try:
            self._database.write(self.drain)
        except VesperError as error:
            # Nothing more may be done for a run whose deeds cannot be remembered.
            hint = f" ({error.hint})" if error.hint else ""
            raise Suspended(f"the journal could not be written: {error.message}{hint}") from error
        self._unwritten.clear()

    def _row(self, entry: Entry, decision: str = "") -> EffectRow:
        shown = self._redactor.hide(entry.arguments)
        outcome = self._seal.close(_packed(entry.outcome)) if entry.state == "done" else None
        return EffectRow(
            self._number, entry.site, self._places[entry.site], entry.operation, entry.kind,
            entry.digest, entry.state, canonical(shown), outcome, entry.outcome.seconds,
            self._now().isoformat(), decision,
        )  # fmt: skip


def entry_from(row: EffectRow, seal: Seal) -> Entry:
    """What a row says of an effect."""
    outcome = Outcome()
    if row.outcome is not None:
        outcome = _unpacked(seal.open(row.outcome), row.seconds)
    kind, state = cast("Any", row.kind), cast("Any", row.state)
    return Entry(row.site, row.operation, kind, row.digest, state, decoded(row.arguments), outcome)


def _packed(outcome: Outcome) -> bytes:
    failure = outcome.failure
    if failure is None:
        return canonical({"value": outcome.value})
    said: dict[str, Value] = {
        "codes": list(failure.codes),
        "message": failure.message,
        "details": dict(failure.details),
        "final": failure.final,
    }
    return canonical({"failure": said})


def _unpacked(data: bytes, seconds: float) -> Outcome:
    held = cast("dict[str, Any]", decoded(data))
    if "failure" not in held:
        return Outcome(held["value"], None, seconds)
    said = held["failure"]
    failure = Failure(tuple(said["codes"]), said["message"], said["details"], said["final"])
    return Outcome(None, failure, seconds)
