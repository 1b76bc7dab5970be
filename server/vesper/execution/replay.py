"""A run done again from its journal, performing nothing: to see its steps, compare engines, try changes."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vesper.execution.changes import Changed
from vesper.execution.envelopes import said
from vesper.execution.ledger import Draft
from vesper.lang.program import Clause, Program, Step
from vesper.runtime.driver import Conduct, Resolver, enveloped, follow
from vesper.runtime.engine import Engine, Watcher
from vesper.runtime.envelope import Envelope, Problem
from vesper.runtime.handlers.recall import nothing_else, recalling
from vesper.runtime.handling import Call, Handler, Suspended
from vesper.runtime.journal import Entry, Remembered
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Ended, Failure
from vesper.values.value import Fault, Value


@dataclass(slots=True)
class TracedStep:
    """A step as it ran."""

    step: str
    """Its site."""
    operation: str
    line: int
    """In its file, from 0."""
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    """The names that it set, sensitive values hidden."""
    failed: str = ""
    """The code that it failed with before its handlers ran."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class TracedEffect:
    """What was asked of the world, and the answer; sensitive values are hidden."""

    site: str
    operation: str
    kind: str
    state: str
    arguments: Value
    answer: Value
    failed: str
    seconds: float


@dataclass(frozen=True)
class Replay:
    """What came of doing a run again."""

    envelope: Envelope
    steps: tuple[TracedStep, ...]
    effects: tuple[TracedEffect, ...]
    is_equal: bool | None = None
    """Whether it ended as the run did; None where there is nothing to compare with."""
    would: Mapping[str, Value] | None = None
    """The effect that the changed run would go on to perform, and that nobody performed."""
    has_changed: bool = False
    """Whether the document is another one than when the run began."""
    ended: Envelope | None = None
    """What the run itself ended with, as it may be shown; None where it has not."""


class Recorder(Watcher):
    """Notes the steps of a run, in the order they began. Branches tell theirs from several threads."""

    def __init__(self, redactor: Redactor) -> None:
        self.steps: list[TracedStep] = []
        self.left_at: dict[str, int] = {}
        """By the path of a step: how many effects had been asked for when it was first left."""
        self.asked: list[str] = []
        self.failed: dict[str, tuple[Step, Mapping[str, Value]]] = {}
        """By site: a step that failed, and what the names held then."""
        self._redactor = redactor
        self._open: dict[tuple[int, str], tuple[TracedStep, dict[str, Value]]] = {}
        self._lock = threading.Lock()

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        """A step begins."""
        traced = TracedStep(site, step.operation, step.line)
        with self._lock:
            self.steps.append(traced)
            self._open[threading.get_ident(), site] = (traced, dict(scope))

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        """A step has ended."""
        with self._lock:
            self.left_at.setdefault(step.path, len(self.asked))
            opened = self._open.pop((threading.get_ident(), site), None)
            if failure is not None:
                self.failed[site] = (step, dict(scope))
        if opened is None:
            return
        traced, before = opened
        traced.ended = True
        traced.failed = "" if failure is None else failure.code
        set_now = {
            name: value
            for name, value in scope.items()
            if not name.startswith("$") and (name not in before or before[name] is not value)
        }
        hidden = self._redactor.hide(set_now)
        traced.values = hidden if isinstance(hidden, dict) else {}

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        """A clause was evaluated; the envelope tells those that do not hold."""

    def listening(self, inner: Handler) -> Handler:
        """Count what is asked for on its way to `inner`."""

        def handle(effect: Effect, call: Call) -> Value:
            self.asked.append(effect.site)
            return inner(effect, call)

        return handle


def replayed(
    draft: Draft,
    entries: Sequence[Entry],
    ended: Envelope | None,
    engine: Engine,
    resolve: Resolver,
) -> Replay:
    """The run done again in an engine, every effect answered from the journal."""
    journal = Remembered(entries)
    handler = recalling(journal, nothing_else(ended is not None))
    replay, _ = _run(draft, entries, handler, engine, resolve)
    is_equal = None if ended is None else said(replay.envelope) == said(ended)
    redactor = Redactor.of(draft.program.security.sensitive, draft.inputs)
    return replace(
        replay,
        is_equal=is_equal,
        envelope=_told(replay.envelope, redactor),
        ended=None if ended is None else _told(ended, redactor),
    )


def tried(draft: Draft, changed: Changed, engine: Engine, resolve: Resolver) -> Replay:
    """The changed run as far as the journal knows the answers; the effect it would perform next is told."""
    journal = Remembered(changed.entries)
    program = changed.program
    redactor = Redactor.of(program.security.sensitive, changed.inputs)
    would: list[dict[str, Value]] = []

    def handle(effect: Effect, call: Call) -> Value:
        entry = journal.find(effect.site)
        if entry is not None and entry.digest == effect.digest and entry.state == "done":
            return entry.outcome.give()
        would.append(
            {
                "site": effect.site,
                "operation": effect.operation,
                "kind": effect.kind,
                "arguments": redactor.hide(dict(effect.arguments)),
            }
        )
        raise Suspended(f"the changed run would perform `{effect.operation}` at {effect.site}")

    copy = replace(draft, program=program, inputs=changed.inputs)
    replay, _ = _run(copy, changed.entries, handle, engine, resolve)
    told = _told(replay.envelope, redactor)
    return replace(replay, would=would[0] if would else None, envelope=told)


def before_changes(
    draft: Draft, entries: Sequence[Entry], changed: Changed, engine: Engine, resolve: Resolver
) -> list[Entry]:
    """The entries that no change can have touched: asked for before the first changed step ended."""
    if changed.has_new_inputs:
        return []
    handler = recalling(Remembered(entries), nothing_else(False))
    _, recorder = _run(draft, entries, handler, engine, resolve)
    count = min((recorder.left_at.get(it, 0) for it in changed.paths), default=0)
    kept = set(recorder.asked[:count])
    return [it for it in changed.entries if it.site in kept and it.state == "done"]


def asked_at(
    draft: Draft, entries: Sequence[Entry], site: str, engine: Engine, resolve: Resolver
) -> Effect | None:
    """The effect that the run asks for at that site, if it still does."""
    found: list[Effect] = []
    recalled = recalling(Remembered(entries), nothing_else(False))

    def handle(effect: Effect, call: Call) -> Value:
        if effect.site == site:
            found.append(effect)
        return recalled(effect, call)

    _run(draft, entries, handle, engine, resolve)
    return found[0] if found else None


def failed_at(
    draft: Draft, entries: Sequence[Entry], site: str, engine: Engine, resolve: Resolver
) -> tuple[Step, Mapping[str, Value]] | None:
    """The step that failed there, and what the names held; the run is done again from the journal."""
    handler = recalling(Remembered(entries), nothing_else(False))
    _, recorder = _run(draft, entries, handler, engine, resolve)
    return recorder.failed.get(site)


def _run(
    draft: Draft, entries: Sequence[Entry], handler: Handler, engine: Engine, resolve: Resolver
) -> tuple[Replay, Recorder]:
    program = draft.program
    sensitive = program.security.sensitive
    recorder = Recorder(Redactor.of(sensitive, draft.inputs))
    call = Call(
        draft.id, program.node_id, "", draft.actor, draft.role, sensitive=frozenset(sensitive)
    )
    refusals = {it.site: it.outcome for it in entries if it.operation == "call_node"}

    def permit(effect: Effect, _call: Call) -> None:
        # Which call of another node was refused is on record; what is allowed by now does not matter.
        if effect.site in refusals:
            refusals[effect.site].give()

    conduct = Conduct(engine, recorder.listening(handler), call, resolve, permit, recorder)
    began = time.monotonic()
    try:
        ended: Ended | Suspended = follow(_unhurried(program), draft.inputs, conduct)
    except Suspended as suspended:
        ended = suspended
    envelope = enveloped(program, ended, conduct, time.monotonic() - began)
    asked = {*recorder.asked, *refusals}
    effects = tuple(_shown(it, draft) for it in entries if it.site in asked)
    return Replay(envelope, tuple(recorder.steps), effects), recorder


def _told(envelope: Envelope, redactor: Redactor) -> Envelope:
    """The result as it may be shown to whoever looks at a run: its caller has the real one."""
    output, error, contracts = envelope.output, envelope.error, envelope.contracts
    if error is not None:
        message = redactor.hide_text(error.message)
        error = Problem(error.code, message, _hidden(error.details, redactor))
    violated = tuple(
        replace(it, values=_hidden(it.values, redactor), reason=redactor.hide_text(it.reason))
        for it in contracts.violated
    )
    return replace(
        envelope,
        output=None if output is None else _hidden(output, redactor),
        error=error,
        contracts=replace(contracts, violated=violated),
    )


def _hidden(values: Mapping[str, Value], redactor: Redactor) -> dict[str, Value]:
    hidden = redactor.hide(dict(values))
    return hidden if isinstance(hidden, dict) else {}


def _unhurried(program: Program) -> Program:
    """The program without a time limit: what was late then is on record, and nothing else is late."""
    return replace(program, limits=replace(program.limits, timeout=None))


def _shown(entry: Entry, draft: Draft) -> TracedEffect:
    redactor = Redactor.of(draft.program.security.sensitive, draft.inputs)
    failure = entry.outcome.failure
    return TracedEffect(
        entry.site,
        entry.operation,
        entry.kind,
        entry.state,
        redactor.hide(entry.arguments),
        redactor.hide(entry.outcome.value),
        "" if failure is None else failure.code,
        entry.outcome.seconds,
    )
