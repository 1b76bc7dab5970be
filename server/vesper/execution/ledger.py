"""The book of runs: which there were, who has them, and what came of each."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from vesper.errors import VesperError
from vesper.execution.envelopes import packed, unpacked
from vesper.execution.journal import RunJournal
from vesper.execution.sealing import Seal, Seals
from vesper.lang.program import Limits, Program
from vesper.runtime.envelope import Envelope
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Failure
from vesper.store import execution_rows
from vesper.store.database import Database
from vesper.store.engine import Connection
from vesper.store.execution_rows import ExecutionRow, NewExecution
from vesper.store.lease import Lease, Leases
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Value

Status = Literal["running", "interrupted", "waiting", "ambiguous", "success", "error", "cancelled"]
STATUSES: Final[tuple[Status, ...]] = (
    "running", "interrupted", "waiting", "ambiguous", "success", "error", "cancelled",
)  # fmt: skip
ENDED: Final = frozenset({"success", "error", "cancelled"})
_NEWEST: Final = 2**62
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a node, as the workspace remembers it."""

    id: str
    number: int
    node_id: str
    digest: str
    """Of the program that ran."""
    engine: str
    status: Status
    """`interrupted`: its process ended before it did; `ambiguous`: a person must say what happened."""
    actor: str
    role: str
    started_at: str
    ended_at: str = ""
    reason: str = ""
    """What it waits for, in words."""
    waits_for: Mapping[str, Value] = field(default_factory=dict[str, Value])
    forked_from: str = ""
    changes: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Draft:
    """A run that is about to begin."""

    id: str
    program: Program
    inputs: Mapping[str, Value]
    engine: str
    actor: str
    role: str
    key: str = ""
    """The caller's; the same key is the same run."""
    forked_from: str = ""
    changes: Mapping[str, Value] = field(default_factory=dict[str, Value])

    @property
    def is_sensitive(self) -> bool:
        """Whether what it knows must not lie open on disk."""
        return bool(self.program.security.sensitive)


class Ledger:
    """The runs of the workspace whose state folder is given, for this process and all others."""

    def __init__(self, folder: Path, now: Callable[[], datetime], *, wait: float = 5.0) -> None:
        self.database = Database(folder / "vesper.db", wait=wait)
        self.seals = Seals(folder)
        self._leases = Leases(folder)
        self._held: dict[str, Lease] = {}
        self._now = now

    def begin(self, draft: Draft) -> RunJournal | str:
        """Enter a run that is under way from now on. The id of another one where the key is its key.

        `Failure` with `key_reused` for a key of other inputs, and `rate_limited`.
        """
        lease = self._leases.take()
        row = self._new(draft, lease.name)
        said = digest_of(draft.inputs) if draft.key else ""

        def change(connection: Connection) -> int | str:
            if draft.key:
                before = _keyed(connection, draft, said)
                if before:
                    return before
            self._admit(connection, draft.program)
            number = execution_rows.insert(connection, row)
            if draft.key:
                node = draft.program.node_id
                execution_rows.keep_key(connection, node, draft.key, said, draft.id)
            return number

        number = self._with(lease, draft.id, change, lambda it: isinstance(it, int))
        return number if isinstance(number, str) else self._journal(number, draft)

    def enter(self, draft: Draft, envelope: Envelope) -> None:
        """Enter a run that has ended already, and asked for nothing."""
        row = self._new(draft, "")
        data = self._seal(draft).close(packed(envelope))
        ended = self._now().isoformat()

        def change(connection: Connection) -> None:
            execution_rows.insert(connection, row)
            execution_rows.end(connection, draft.id, _ending(envelope), data, ended)

        self.database.write(change)

    def end(self, draft: Draft, journal: RunJournal, envelope: Envelope) -> None:
        """The run has ended with this."""
        data = self._seal(draft).close(packed(envelope))
        ended = self._now().isoformat()

        def change(connection: Connection) -> None:
            journal.drain(connection)
            execution_rows.end(connection, draft.id, _ending(envelope), data, ended)

        self.database.write(change)

    def cancel(self, execution: str, envelope: Envelope) -> None:
        """The run ends with this, which shows nothing of what it did."""
        data = self.seals.of(execution, False).close(packed(envelope))
        ended = self._now().isoformat()

        def change(connection: Connection) -> None:
            execution_rows.end(connection, execution, "cancelled", data, ended)

        self.database.write(change)

    def wait(
        self, draft: Draft, journal: RunJournal, reason: str, waits_for: Mapping[str, Value]
    ) -> None:
        """The run waits, and whoever comes may take it up."""
        status = "ambiguous" if "decide" in waits_for else "waiting"
        waits = canonical(dict(waits_for)).decode()

        def change(connection: Connection) -> None:
            journal.drain(connection)
            execution_rows.wait(connection, draft.id, status, reason, waits)

        self.database.write(change)

    def release(self, execution: str) -> None:
        """This process has the run in hand no longer, whether it has ended or not."""
        lease = self._held.pop(execution, None)
        if lease is not None:
            lease.close()

    def take(self, execution: str) -> bool:
        """Take up a run that waits or was interrupted; false where it has ended, `busy` where one has it."""
        lease = self._leases.take()

        def change(connection: Connection) -> bool:
            row = execution_rows.get(connection, execution)
            if row is None:
                raise _unknown(execution)
            if row.status in ENDED:
                return False
            if row.status == "running" and self._leases.is_held(row.owner):
                message = f"run {execution[:12]} is under way"
                raise VesperError("busy", message, "wait for it, or stop it first")
            execution_rows.take(connection, execution, lease.name)
            return True

        return self._with(lease, execution, change, bool)

    def _with(
        self,
        lease: Lease,
        execution: str,
        change: Callable[[Connection], T],
        is_mine: Callable[[T], bool],
    ) -> T:
        """Make the change, and keep the lease where that gave the run to us."""
        kept = False
        try:
            found = self.database.write(change)
            kept = is_mine(found)
            if kept:
                self._held[execution] = lease
            return found
        finally:
            if not kept:
                lease.close()

    def stop(self, execution: str) -> None:
        """Ask whoever runs it to stop, in any process."""
        self.database.write(lambda connection: execution_rows.stop(connection, execution))

    def is_stopped(self, execution: str) -> bool:
        """Whether somebody asked for that."""
        return self.database.read(
            lambda connection: execution_rows.is_stopped(connection, execution), False
        )

    def get(self, execution: str) -> Execution:
        """The run with that id, or the only one whose id begins so; `not_found`."""
        return self._execution(self._row(execution))

    def draft_of(self, execution: str, program: Program) -> Draft:
        """A run as it was begun, with the inputs it was given."""
        row = self._row(execution)
        seal = self.seals.of(row.id, False)
        inputs = cast("dict[str, Value]", decoded(seal.open(row.inputs)))
        changes = cast("dict[str, Value]", decoded(row.changes))
        return Draft(
            row.id, program, inputs, row.engine, row.actor, row.role, "", row.forked_from, changes
        )

    def journal_of(self, draft: Draft) -> RunJournal:
        """What a run was answered so far."""
        journal = self._journal(self._row(draft.id).number, draft)
        journal.load()
        return journal

    def envelope_of(self, execution: str) -> Envelope | None:
        """What a run ended with; None where it has not."""
        row = self._row(execution)
        if row.envelope is None:
            return None
        return unpacked(self.seals.of(row.id, False).open(row.envelope))

    def find(
        self, node_id: str | None = None, status: Status | None = None, limit: int = 20,
        before: int = _NEWEST,
    ) -> list[Execution]:  # fmt: skip
        """Runs, the newest first; for the next page give the number of the last one as `before`."""
        stored = "running" if status == "interrupted" else status
        found: list[Execution] = []
        nothing: list[ExecutionRow] = []
        while len(found) < limit:
            rows = self.database.read(
                lambda connection, before=before: execution_rows.find(
                    connection, node_id, stored, before, limit
                ),
                nothing,
            )
            seen = map(self._execution, rows)
            found += [it for it in seen if status is None or it.status == status]
            if len(rows) < limit:
                break
            before = rows[-1].number
        return found[:limit]

    def close(self) -> None:
        """Let go of everything; the ledger must not be used afterwards."""
        for execution in list(self._held):
            self.release(execution)
        self.database.close()

    def _new(self, draft: Draft, owner: str) -> NewExecution:
        inputs = self._seal(draft).close(canonical(dict(draft.inputs)))
        changes = canonical(dict(draft.changes)).decode()
        program = draft.program
        return NewExecution(
            draft.id, program.node_id, program.digest, draft.engine, "running", inputs, draft.actor,
            draft.role, owner, self._now().isoformat(), draft.forked_from, changes,
        )  # fmt: skip

    def _seal(self, draft: Draft) -> Seal:
        return self.seals.of(draft.id, draft.is_sensitive)

    def _journal(self, number: int, draft: Draft) -> RunJournal:
        redactor = Redactor.of(draft.program.security.sensitive, draft.inputs)
        return RunJournal(self.database, number, self._seal(draft), redactor, self._now)

    def _admit(self, connection: Connection, program: Program) -> None:
        """Refuse a run that is one too many."""
        limits, node = program.limits, program.node_id
        if limits.rate is not None:
            most, seconds = limits.rate
            now = self._now()
            since = (now - timedelta(seconds=seconds)).isoformat()
            begun = execution_rows.begun_since(connection, node, since)
            if len(begun) >= most:
                free = datetime.fromisoformat(begun[-most]) + timedelta(seconds=seconds)
                message = f"`{node}` may run {most} times in {seconds:g} s"
                raise _limited(message, (free - now).total_seconds())
        if limits.concurrency is not None:
            owners = execution_rows.owners_running(connection, node)
            if sum(map(self._leases.is_held, owners)) >= limits.concurrency:
                raise _limited(f"`{node}` may run {limits.concurrency} times at once", 1.0)

    def _row(self, execution: str) -> ExecutionRow:
        def query(connection: Connection) -> ExecutionRow | list[str]:
            row = execution_rows.get(connection, execution)
            if row is not None:
                return row
            near = execution_rows.beginning_with(connection, execution, 3)
            row = execution_rows.get(connection, near[0]) if len(near) == 1 else None
            return near if row is None else row

        nothing: list[str] = []
        found = self.database.read(query, nothing)
        if isinstance(found, ExecutionRow):
            return found
        if len(found) > 1 and execution:
            starts = ", ".join(it[:12] for it in found)
            message = f"several runs begin with {execution}: {starts}"
            raise VesperError("invalid", message, "give some more of its letters")
        raise _unknown(execution)

    def _execution(self, row: ExecutionRow) -> Execution:
        status = row.status
        if status == "running" and not self._leases.is_held(row.owner):
            status = "interrupted"
        return Execution(
            row.id, row.number, row.node_id, row.digest, row.engine, cast("Status", status),
            row.actor, row.role, row.started_at, row.ended_at, row.reason,
            cast("dict[str, Value]", decoded(row.waits_for)), row.forked_from,
            cast("dict[str, Value]", decoded(row.changes)),
        )  # fmt: skip


def digest_of(inputs: Mapping[str, Value]) -> str:
    """Equal for equal inputs."""
    return hashlib.blake2b(canonical(dict(inputs)), digest_size=16).hexdigest()


def limits_of(program: Program) -> Limits | None:
    """The limits that count runs; None where a run need not be entered before it begins."""
    limits = program.limits
    return limits if limits.rate is not None or limits.concurrency is not None else None


def _keyed(connection: Connection, draft: Draft, said: str) -> str:
    """The run that the caller's key belongs to already."""
    found = execution_rows.keyed(connection, draft.program.node_id, draft.key)
    if found is None:
        return ""
    inputs, execution = found
    if inputs == said:
        return execution
    raise Failure(
        ("key_reused",),
        f"the key `{draft.key[:80]}` belongs to a run with other inputs: {execution[:12]}",
        {"trace_id": execution},
        final=True,
    )


def _ending(envelope: Envelope) -> str:
    if envelope.error is None:
        return "success"
    return "cancelled" if envelope.error.code == "cancelled" else "error"


def _limited(message: str, seconds: float) -> Failure:
    after = Decimal(str(round(max(seconds, 0.001), 3)))
    return Failure(("rate_limited",), message, {"retry_after": after}, final=True)


def _unknown(execution: str) -> VesperError:
    hint = "`vesper trace --list` shows the runs of this workspace"
    return VesperError("not_found", f"there is no run {execution[:40]}", hint)
