"""Runs of a workspace's nodes: begun, taken up again, stopped and found."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.errors import VesperError
from vesper.execution.changes import Change, changed, from_notes, noted, rewritten
from vesper.execution.involved import with_values
from vesper.execution.journal import RunJournal
from vesper.execution.ledger import Draft, Execution, Ledger, Status, limits_of
from vesper.execution.recovery import Decision, ask_person, decide
from vesper.execution.replay import Replay, asked_at, before_changes, replayed, tried
from vesper.execution.results import Results
from vesper.lang.program import Program
from vesper.lang.types import shown
from vesper.runtime.driver import Conduct, enveloped, follow, typed
from vesper.runtime.engine import Engine, Watcher
from vesper.runtime.envelope import Contracts, Envelope, Problem
from vesper.runtime.grant import Grant
from vesper.runtime.handlers.stack import World, live
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.journal import Ambiguous, Journal, Remembered
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Ended, Failure
from vesper.runtime.watching import together
from vesper.values.value import Value

if TYPE_CHECKING:
    from vesper.tasks.board import Board

KEY_INPUT: Final = "idempotency_key"
"""An input of this name is the caller's key where none is given beside the inputs."""
LOOK: Final = 0.25
"""Seconds between two looks whether another process asked for a stop."""


def _never() -> bool:
    return False


def _no_roles(name: str) -> Grant:
    """Nothing is known of any role, so nothing is run under one."""
    if not name:
        return Grant()
    raise VesperError("not_found", f"there is no role `{name[:60]}` here", "leave the role out")


@dataclass(frozen=True)
class RunOptions:
    """How a run is wanted. Everything may be left out."""

    engine: str = ""
    """The name of one; else the first that there is."""
    idempotency_key: str = ""
    """The same key with the same inputs is the same run, and is done once."""
    actor: str = "local"
    role: str = ""
    grant: Grant = field(default_factory=Grant)
    """What the caller allows, beside the workspace and the node."""
    patience: float = 0.0
    """Seconds to wait for what comes from outside, such as a person's answer, before the run is kept."""
    is_stopped: Callable[[], bool] = _never
    watcher: Watcher | None = None
    is_cached: bool = True
    """Whether the answer of a pure node may come from memory."""
    trace_id: str = ""
    """32 hex digits; else a new one."""


_USUAL: Final = RunOptions()


@dataclass(frozen=True)
class Setting:
    """What runs need from their surroundings."""

    folder: Path
    """The workspace's state folder."""
    nodes: Callable[[str], Program]
    """The program of a node by its reference; VesperError or `Failure` where there is none."""
    engines: Mapping[str, Engine]
    """By name; the first is the usual one."""
    world: World
    grant: Grant = field(default_factory=Grant)
    """What the workspace allows."""
    roles: Callable[[str], Grant] = _no_roles
    """What the role of that name may do; asked anew each time a run goes on."""
    board: "Callable[[], Board] | None" = None
    """Where people are asked what nobody else can know."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    wait: float = 5.0
    """Seconds to wait for a lock of the database."""


class Runs:
    """All runs of one workspace. Safe with several threads and processes at once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._stops: dict[str, threading.Event] = {}

    @cached_property
    def ledger(self) -> Ledger:
        """The book that they stand in."""
        return Ledger(self._setting.folder, self._setting.now, wait=self._setting.wait)

    @cached_property
    def results(self) -> Results:
        """Answers of pure nodes."""
        return Results(self.ledger.database)

    def run(
        self,
        node: Program | str,
        inputs: Mapping[str, Value],
        options: RunOptions = _USUAL,
    ) -> Envelope:
        """Run a node and say what came of it, an error as well.

        VesperError where there is no such node, or where the run could not be entered: then nothing was done.
        """
        program = self._setting.nodes(node) if isinstance(node, str) else node
        engine = self.engine(options.engine)
        self._setting.roles(options.role)
        draft = Draft(
            options.trace_id or self._setting.new_id(),
            program, inputs, engine.name, options.actor, options.role, _key_of(program, inputs, options),
        )  # fmt: skip
        if program.is_pure and not draft.key and limits_of(program) is None:
            if not options.is_cached or options.watcher is not None:
                return self._pure(draft, options)
            return self.results.get(
                program, inputs, engine.name, lambda: self._pure(draft, options)
            )
        try:
            journal = self.ledger.begin(draft)
        except Failure as failure:
            return _refused(draft, failure)
        if isinstance(journal, str):
            return self._again(journal, options)
        return self._go(draft, journal, options)

    def resume(
        self, trace_id: str, options: RunOptions = _USUAL, decision: Decision | None = None
    ) -> Envelope:
        """Take up a run that waits or whose process has ended, from where its journal ends.

        `decision` is a person's word on a write of which nobody knows whether it happened. A run that
        has ended gives what it ended with.
        """
        execution = self.ledger.get(trace_id)
        program = self._setting.nodes(execution.node_id)
        ended = self.ledger.envelope_of(execution.id)
        if ended is not None:
            return ended
        if program.digest != execution.digest:
            raise _changed_since(execution)
        program = rewritten(program, from_notes(execution.changes))
        self._setting.roles(execution.role)
        draft = self.ledger.draft_of(execution.id, program)
        if not self.ledger.take(execution.id):
            return self.resume(execution.id, options)
        try:
            journal = self.ledger.journal_of(draft)
            if decision is not None:
                decision = self._fitting(draft, journal, execution, decision)
                decide(journal, execution, decision, options.actor)
        except BaseException:
            self.ledger.release(execution.id)
            raise
        if decision is not None and self._setting.board is not None:
            decision.close_task(self._setting.board(), execution, options.actor)
        wanted = options.engine or execution.engine
        options = replace(
            options, engine=wanted if wanted in self._setting.engines else "",
            actor=execution.actor, role=execution.role,
        )  # fmt: skip
        return self._go(draft, journal, options)

    def trace(self, trace_id: str, engine: str = "") -> Replay:
        """The steps of a run with their values, from its journal; performs nothing.

        An `engine` of another name shows whether that one does the same.
        """
        draft, has_changed = self._remembered(trace_id)
        entries = self.ledger.journal_of(draft).entries()
        replay = replayed(
            draft, entries, self.ledger.envelope_of(draft.id), self.engine(engine or draft.engine),
            self.resolve,
        )  # fmt: skip
        return replace(replay, has_changed=has_changed)

    def fork(
        self, trace_id: str, changes: Sequence[Change], options: RunOptions = _USUAL
    ) -> Replay:
        """A run done again with changes, as far as its journal knows the answers; performs nothing."""
        draft, has_changed = self._remembered(trace_id)
        entries = self.ledger.journal_of(draft).entries()
        made = changed(draft.program, draft.inputs, entries, changes)
        engine = self.engine(options.engine or draft.engine)
        return replace(tried(draft, made, engine, self.resolve), has_changed=has_changed)

    def fork_live(
        self, trace_id: str, changes: Sequence[Change], options: RunOptions = _USUAL
    ) -> Envelope:
        """A new run that begins as another did up to the first change, and from there on really acts."""
        self._setting.roles(options.role)
        draft, has_changed = self._remembered(trace_id)
        if has_changed:
            raise _changed_since(self.ledger.get(trace_id))
        entries = self.ledger.journal_of(draft).entries()
        made = changed(draft.program, draft.inputs, entries, changes)
        engine = self.engine(options.engine or draft.engine)
        kept = before_changes(draft, entries, made, engine, self.resolve)
        copy = Draft(
            options.trace_id or self._setting.new_id(), made.program, made.inputs, engine.name,
            options.actor, options.role, "", draft.id, noted(changes),
        )  # fmt: skip
        journal = self.ledger.begin(copy)
        assert isinstance(journal, RunJournal)
        journal.adopt(kept)
        return self._go(copy, journal, options)

    def _remembered(self, trace_id: str) -> tuple[Draft, bool]:
        """A run as it was begun, and whether its document is another one by now."""
        execution = self.ledger.get(trace_id)
        program = self._setting.nodes(execution.node_id)
        draft = self.ledger.draft_of(
            execution.id, rewritten(program, from_notes(execution.changes))
        )
        return draft, program.digest != execution.digest

    def stop(self, trace_id: str) -> Execution:
        """Have a run stopped before its next effect, in whatever process it is; one that waits ends now."""
        execution = self.ledger.get(trace_id)
        self.ledger.stop(execution.id)
        if execution.id in self._stops:
            self._stops[execution.id].set()
        elif execution.status in ("waiting", "ambiguous", "interrupted"):
            self._cancel(execution)
        return self.ledger.get(execution.id)

    def find(
        self, node_id: str | None = None, status: Status | None = None, limit: int = 20
    ) -> list[Execution]:
        """Runs, the newest first."""
        return self.ledger.find(node_id, status, limit)

    def get(self, trace_id: str) -> Execution:
        """The run with that id, or the only one whose id begins so."""
        return self.ledger.get(trace_id)

    def envelope(self, trace_id: str) -> Envelope | None:
        """What a run ended with; None where it has not."""
        return self.ledger.envelope_of(self.ledger.get(trace_id).id)

    def close(self) -> None:
        """Let go of everything; runs that are under way can be resumed by others then."""
        if "ledger" in self.__dict__:
            self.ledger.close()

    def engine(self, name: str = "") -> Engine:
        """The engine of that name, or the usual one."""
        engines = self._setting.engines
        found = engines.get(name) if name else next(iter(engines.values()), None)
        if found is None:
            known = " or ".join(engines)
            raise VesperError("invalid", f"there is no engine `{name}`", f"take {known}")
        return found

    @property
    def setting(self) -> Setting:
        """What runs need from their surroundings."""
        return self._setting

    def go(self, draft: Draft, journal: RunJournal, options: RunOptions) -> Envelope:
        """Drive a run that was entered, with what its journal holds already."""
        return self._go(draft, journal, options)

    def _pure(self, draft: Draft, options: RunOptions) -> Envelope:
        """Run what asks for nothing: there is nothing to recover, so it is entered when it has ended."""
        began = self._setting.world.clock()
        nothing = Remembered()
        conduct = self._conduct(draft, nothing, options, options.is_stopped)
        ended = self._followed(draft, nothing, conduct)
        seconds = self._setting.world.clock() - began
        envelope = enveloped(draft.program, ended, conduct, seconds)
        self._setting.world.witness.ended(draft.program, conduct.call, envelope)
        # An answer that could not be entered is an answer all the same: nothing was done.
        with contextlib.suppress(VesperError):
            self.ledger.enter(draft, envelope)
        return envelope

    def _again(self, trace_id: str, options: RunOptions) -> Envelope:
        """What comes of a run that was asked for before with the same key."""
        envelope = self.ledger.envelope_of(trace_id)
        if envelope is not None:
            return envelope
        execution = self.ledger.get(trace_id)
        if execution.status == "running":
            message = "the run with that key is under way"
            waits: dict[str, Value] = {"waits_for": {"trace_id": trace_id}}
            problem = Problem("waiting", message, waits)
            return Envelope(
                execution.node_id, "error", None, problem, Contracts(), execution.engine, trace_id, 0.0
            )  # fmt: skip
        return self.resume(trace_id, replace(options, idempotency_key="", trace_id=""))

    def _go(self, draft: Draft, journal: RunJournal, options: RunOptions) -> Envelope:
        stopped = self._stops[draft.id] = threading.Event()
        began = self._setting.world.clock()
        try:
            is_stopped = self._watch(draft.id, stopped, options)
            conduct = self._conduct(draft, journal, options, is_stopped)
            try:
                ended: Ended | Suspended = self._followed(draft, journal, conduct)
            except Suspended as suspended:
                ended = self._asked_about(draft, suspended)
            seconds = self._setting.world.clock() - began
            envelope = enveloped(draft.program, ended, conduct, seconds)
            self._settle(draft, journal, ended, envelope)
            self._setting.world.witness.ended(draft.program, conduct.call, envelope)
            return envelope
        finally:
            del self._stops[draft.id]
            self.ledger.release(draft.id)

    def _followed(self, draft: Draft, journal: RunJournal | Remembered, conduct: Conduct) -> Ended:
        """Run it to its end, unless its beginning may not even be told: then nothing is done."""
        try:
            self._setting.world.witness.began(draft.program, conduct.call, draft.inputs)
        except Failure as failure:
            return Ended(error={"code": failure.code, "message": failure.message})
        ended = follow(draft.program, draft.inputs, conduct)
        return with_values(ended, draft, journal, self.resolve)

    def _settle(
        self, draft: Draft, journal: RunJournal, ended: Ended | Suspended, envelope: Envelope
    ) -> None:
        """Write down how it ended. A run of which that cannot be written stays one that was interrupted."""
        if not isinstance(ended, Suspended):
            self.ledger.end(draft, journal, envelope)
            return
        with contextlib.suppress(VesperError):
            self.ledger.wait(draft, journal, ended.reason, ended.waits_for)

    def _fitting(
        self, draft: Draft, journal: RunJournal, execution: Execution, decision: Decision
    ) -> Decision:
        """The decision with its value as the step needs it; VesperError where it is none."""
        site = execution.waits_for.get("decide")
        if decision.answer != "done" or not isinstance(site, str) or ">" in site:
            return decision
        engine = self.engine(draft.engine)
        effect = asked_at(draft, journal.entries(), site, engine, self.resolve)
        if effect is None:
            return decision
        try:
            return replace(decision, value=typed(decision.value, effect, draft.program.named))
        except Failure as failure:
            hint = f"say with --value what `{effect.operation}` gave, as {shown(effect.type)}"
            raise VesperError("invalid", failure.message, hint) from failure

    def _asked_about(self, draft: Draft, suspended: Suspended) -> Suspended:
        if isinstance(suspended, Ambiguous):
            board = None if self._setting.board is None else self._setting.board()
            return ask_person(board, draft, suspended)
        return suspended

    def _cancel(self, execution: Execution) -> None:
        """End a run that nobody has in hand; its document may be gone by now."""
        if not self.ledger.take(execution.id):
            return
        problem = Problem("cancelled", "somebody stopped the run while it waited")
        envelope = Envelope(
            execution.node_id, "error", None, problem, Contracts(), execution.engine,
            execution.id, 0.0,
        )  # fmt: skip
        try:
            self.ledger.cancel(execution.id, envelope)
        finally:
            self.ledger.release(execution.id)

    def _watch(
        self, execution: str, stopped: threading.Event, options: RunOptions
    ) -> Callable[[], bool]:
        """Whether the run was stopped, here or by another process, which is looked at now and then."""
        looked = time.monotonic()

        def is_stopped() -> bool:
            nonlocal looked
            if not stopped.is_set() and time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                if self.ledger.is_stopped(execution):
                    stopped.set()
            return stopped.is_set() or options.is_stopped()

        return is_stopped

    def _conduct(
        self,
        draft: Draft,
        journal: Journal,
        options: RunOptions,
        is_stopped: Callable[[], bool],
    ) -> Conduct:
        sensitive = draft.program.security.sensitive
        world = self._setting.world
        redactor = Redactor.of(sensitive, draft.inputs)
        stack = live(world, journal, redactor)
        call = Call(
            draft.id,
            draft.program.node_id,
            "",
            draft.actor,
            draft.role,
            self._grant(draft.role, options),
            patience=world.clock() + options.patience,
            is_stopped=is_stopped,
            sensitive=frozenset(sensitive),
            redactor=redactor,
        )
        return Conduct(
            self.engine(draft.engine), stack.handler, call, self.resolve, stack.permit,
            together(options.watcher, world.witness.watching(draft.program, call)), world.clock,
        )  # fmt: skip

    def _grant(self, role: str, options: RunOptions) -> Grant:
        """What the workspace, the role and the caller allow together."""
        says = (*self._setting.roles(role).says, *options.grant.says)
        return self._setting.grant.narrowed(*says)

    def resolve(self, reference: str) -> Program:
        """The program of a node that another one calls."""
        try:
            return self._setting.nodes(reference)
        except VesperError as error:
            code = "node_not_found" if error.kind == "not_found" else "document_invalid"
            details: dict[str, Value] = {"hint": error.hint} if error.hint else {}
            raise Failure((code, "effect_failed"), error.message, details) from error


def _changed_since(execution: Execution) -> VesperError:
    message = f"`{execution.node_id}` has changed since run {execution.id[:12]} began"
    hint = f"put the document back as it was, or `vesper resume {execution.id[:12]} --stop` gives it up"
    return VesperError("conflict", message, hint)


def _key_of(program: Program, inputs: Mapping[str, Value], options: RunOptions) -> str:
    if options.idempotency_key:
        return options.idempotency_key
    named = any(it.name == KEY_INPUT for it in program.inputs)
    given = inputs.get(KEY_INPUT) if named else None
    return given if isinstance(given, str) else ""


def _refused(draft: Draft, failure: Failure) -> Envelope:
    """What a run ends with that was not let in."""
    problem = Problem(failure.code, failure.message, failure.details)
    return Envelope(
        draft.program.node_id, "error", None, problem, Contracts(), draft.engine, draft.id, 0.0
    )
