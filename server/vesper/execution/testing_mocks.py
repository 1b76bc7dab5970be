"""What a test answers in place of the world: its mocks first, and what never leaves the test behind them."""

import hashlib
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, cast

from vesper.lang.program import Program
from vesper.runtime.engine import Engine, Watcher
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Request, Running
from vesper.values.value import Value

FAILS: Final = "fails_with"
"""The key of a mock that stands for a failure: a code, or several from special to general."""
_ROUND: Final = re.compile(r"\[\d+\]")
_STAYS_INSIDE: Final = frozenset(
    {
        "database_write", "database_update", "database_delete", "event_publish", "emit_metric", "log",
        "file_write", "memory_store", "task_create", "task_update", "wait", "state_machine_transition",
    }
)  # fmt: skip
_UNCOUNTED: Final = frozenset({"log", "emit_metric"})
"""What is said about a run, and changes nothing."""


def step_of(site: str) -> str:
    """The step that asks, without the calls, loops and branches around it."""
    path = site.rpartition(">")[2].partition("#")[0]
    return _ROUND.sub("", path.rpartition("/")[2]).partition("!")[0]


@dataclass
class Mocks:
    """Answers effects inside one test. Several threads may ask at once."""

    answers: Mapping[str, Value]
    now: datetime
    """What every clock says, so that all engines see the same."""
    seed: str
    writes: list[str] = field(default_factory=list[str])
    """The sites of the writes that were asked for, in order."""
    _states: dict[str, str] = field(default_factory=dict[str, str])
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, effect: Effect, call: Call) -> Value:
        """The answer, as a `Handler` gives it. A read that nobody answers is the failure `not_mocked`."""
        step = step_of(effect.site)
        with self._lock:
            if effect.kind == "write" and effect.operation not in _UNCOUNTED:
                self.writes.append(effect.site)
            if effect.operation in ("clock", "random"):
                return self._recorded(effect)
            if effect.operation == "fact":
                return self._fact(effect)
            if step in self.answers:
                return shaped(effect.operation, _unless_failing(self.answers[step], step))
            return self.inside(effect, step, call)

    def _recorded(self, effect: Effect) -> Value:
        if effect.operation == "clock":
            return self.now
        return hashlib.sha256(f"{self.seed}\n{effect.site}".encode()).hexdigest()

    def _fact(self, effect: Effect) -> Value:
        name = effect.arguments.get("name")
        if isinstance(name, str) and name in self.answers:
            return self.answers[name]
        raise Failure(("fact_unknown", "effect_failed"), f"no mock says what `{name}` is")

    def inside(self, effect: Effect, step: str, call: Call) -> Value:
        """What happens without a mock: writes succeed and reach nobody, everything else must be told."""
        if effect.operation not in _STAYS_INSIDE:
            message = f"`{step}` asks for {effect.operation} and has no answer: add `{step}:` under `mocks`"
            raise Failure(("not_mocked", "effect_failed"), message, {"step": step}, final=True)
        match effect.operation:
            case "database_write":
                data = effect.arguments.get("data")
                return data if isinstance(data, dict) else {}
            case "database_update" | "database_delete":
                return 1
            case "state_machine_transition":
                return self._moved(effect)
            case "task_create":
                return len(self.writes)
            case "memory_store":
                return f"memory-{len(self.writes)}"
            case "wait":
                return {}
            case _:
                return None

    def _moved(self, effect: Effect) -> Value:
        """The new state. An entity that no step has moved is where its machine begins."""
        given = effect.arguments
        entity = f"{given.get('state_machine')}\n{given.get('entity')}"
        to = str(given.get("to"))
        state = self._states.get(entity) or str(given.get("initial") or "")
        start = given.get("from")
        allowed = [str(it) for it in start] if isinstance(start, list) else [str(start)]
        if state and state not in allowed:
            codes = ("wrong_state", "state_conflict", "effect_failed")
            raise Failure(codes, f"it is {state}, not {' or '.join(allowed)}", {"state": state})
        self._states[entity] = to
        return to


def shaped(operation: str, answer: Value) -> Value:
    """What the provider would give, so that the step's output is what the mock says."""
    match operation:
        case "external_api_call":
            return {"status": 200, "headers": {}, "body": answer}
        case "database_query":
            return answer if isinstance(answer, list) else [] if answer is None else [answer]
        case _:
            return answer


def _unless_failing(answer: Value, step: str) -> Value:
    if isinstance(answer, dict) and answer.keys() == {FAILS}:
        named = answer[FAILS]
        codes = [str(it) for it in named] if isinstance(named, list) else [str(named)]
        message = f"the mock of `{step}` fails with {codes[0]}"
        raise Failure((*codes, "effect_failed"), message, {})
    return answer


class Mocked:
    """An engine whose calls of other nodes are answered by mocks where there are any."""

    def __init__(self, engine: Engine, mocks: Mocks) -> None:
        self._engine = engine
        self._mocks = mocks
        self.name = engine.name

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        """Run as the engine does; see `Engine`."""
        return self._answering(self._engine.begin(program, inputs, site, watcher))

    def _answering(self, running: Running) -> Running:
        """Pass on what the engine asks for, but for the calls that are mocked."""
        send: Callable[[], Request] = lambda: next(running)  # noqa: E731 -- it changes with each turn
        while True:
            try:
                request = send()
            except StopIteration as end:
                return cast("Ended", end.value)
            try:
                answer = yield from self._answer(request)
            except Failure as failure:
                send = _throwing(running, failure)
            else:
                send = _sending(running, answer)

    def _answer(self, request: Request) -> Generator[Request, Value, Value]:
        match request:
            case Invocation(site=site) if (step := step_of(site)) in self._mocks.answers:
                return _unless_failing(self._mocks.answers[step], step)
            case Fork(site, branches, limit):
                wrapped = tuple(self._branch(it) for it in branches)
                return (yield Fork(site, wrapped, limit))
            case _:
                return (yield request)

    def _branch(self, begin: Callable[[], Running]) -> Callable[[], Running]:
        return lambda: self._answering(begin())


def _sending(running: Running, answer: Value) -> Callable[[], Request]:
    return lambda: running.send(answer)


def _throwing(running: Running, failure: Failure) -> Callable[[], Request]:
    return lambda: running.throw(failure)
