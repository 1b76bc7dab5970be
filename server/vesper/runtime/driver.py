"""Drives engines: answers what they ask, runs the nodes they call and their branches, keeps the time."""

import contextvars
import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vesper.lang.conversion import convert
from vesper.lang.program import Program
from vesper.lang.types import ANY, Type, shown
from vesper.runtime.engine import Engine, Watcher
from vesper.runtime.envelope import Contracts, Envelope, Problem
from vesper.runtime.handling import Call, Handler, Suspended
from vesper.runtime.journal import Ambiguous
from vesper.runtime.memory import bounded
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Request, Running
from vesper.runtime.timing import GRACE, timed
from vesper.runtime.watching import together
from vesper.values.value import Value

DEEPEST: Final = 32
"""How many nodes may call one another in a row."""
_FINAL: Final = frozenset(
    {"budget_exceeded", "memory_exceeded", "capability_denied", "cancelled", "diverged"}
)
_CALLEE: Final = re.compile(r"\w+(?:\.\d+)*")

Resolver = Callable[[str], Program]
"""The program of a node that is called; raises `Failure` with `node_not_found` or `document_invalid`."""


def _unknown(reference: str) -> Program:
    raise Failure(("node_not_found", "effect_failed"), f"there is no node `{reference}` here")


def _always(_effect: Effect, _call: Call) -> None:
    pass


@dataclass(frozen=True)
class Conduct:
    """How a run is conducted, beside its program and inputs."""

    engine: Engine
    handler: Handler
    call: Call
    """What goes with every effect; key and deadline are filled in, and the grant narrowed to the node's."""
    resolve: Resolver = _unknown
    permit: Callable[[Effect, Call], None] = _always
    """Raises `capability_denied` where a node may not be called."""
    watcher: Watcher | None = None
    """Called from several threads where a program has branches."""
    clock: Callable[[], float] = time.monotonic
    since: float | None = None
    """When the run began, where that was before it is driven; by `clock`."""


def drive(program: Program, inputs: Mapping[str, Value], conduct: Conduct) -> Envelope:
    """Run a program to its end, or until it must wait: then the error is `waiting` or `effect_ambiguous`."""
    began = conduct.clock() if conduct.since is None else conduct.since
    try:
        ended: Ended | Suspended = follow(program, inputs, conduct)
    except Suspended as suspended:
        ended = suspended
    return enveloped(program, ended, conduct, conduct.clock() - began)


def follow(program: Program, inputs: Mapping[str, Value], conduct: Conduct) -> Ended:
    """Run a program to its end; `Suspended` where it has to wait."""
    call = replace(
        conduct.call,
        grant=conduct.call.grant.for_program(program),
        audit=program.security.audit,
    )
    return _Run(conduct).program(program, inputs, _Place(program, call, conduct.clock()))


def enveloped(
    program: Program, ended: Ended | Suspended, conduct: Conduct, seconds: float
) -> Envelope:
    """What a run ended with, in the form that every surface gives."""
    output, error, contracts = None, None, Contracts()
    if isinstance(ended, Suspended):
        code = "effect_ambiguous" if isinstance(ended, Ambiguous) else "waiting"
        error = Problem(code, ended.reason, {"waits_for": dict(ended.waits_for)})
    else:
        output = ended.output
        contracts = Contracts(ended.checked, ended.violated, ended.unchecked)
        error = None if ended.error is None else _problem(ended.error)
    return Envelope(
        program.node_id,
        "success" if error is None else "error",
        output,
        error,
        contracts,
        conduct.engine.name,
        conduct.call.execution,
        round(seconds * 1000, 3),
    )


def typed(value: Value, effect: Effect, named: Mapping[str, Type]) -> Value:
    """The answer as a value of the type that the program counts on; else the failure `result_invalid`."""
    found = convert(value, effect.type, named)
    if not found.problems:
        return found.value
    problems: list[Value] = [{"path": it.path, "message": it.message} for it in found.problems]
    raise Failure(
        ("result_invalid", "effect_failed"),
        f"{effect.site} was answered with something else than {shown(effect.type)}: "
        f"{found.problems[0].message}",
        {"step": effect.site, "problems": problems},
    )


def key_of(execution: str, site: str) -> str:
    """The idempotency key of an effect: equal over tries, engines and recovery."""
    return hashlib.blake2b(f"{execution}\0{site}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the calls of nodes a run is."""

    program: Program
    call: Call
    began: float
    prefix: str = ""
    depth: int = 1

    @property
    def deadline(self) -> float | None:
        """When this program and those that called it must be done."""
        own = self.program.limits.timeout
        times = [it for it in (self.call.grant.timeout, own) if it is not None]
        ends = [self.began + it for it in times]
        if self.call.deadline is not None:
            ends.append(self.call.deadline)
        return min(ends, default=None)


class _Run:
    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._abandoned = threading.Event()

    def program(self, program: Program, inputs: Mapping[str, Value], place: _Place) -> Ended:
        """Run one program, the outermost or one that is called."""
        place = replace(place, call=replace(place.call, deadline=place.deadline))
        in_time = timed(program, place.call, self._conduct.clock)
        watcher = together(self._conduct.watcher, bounded(program), in_time)
        running = self._conduct.engine.begin(program, inputs, place.prefix, watcher)
        return self._follow(running, place)

    def _follow(self, running: Running, place: _Place) -> Any:
        """What the generator returns once all that it asks for is answered."""
        answer: Value = None
        failure: Failure | None = None
        try:
            while True:
                try:
                    request = running.send(answer) if failure is None else running.throw(failure)
                except StopIteration as stop:
                    return stop.value
                try:
                    answer, failure = self._answer(request, place), None
                except Failure as raised:
                    failure = raised
        finally:
            running.close()

    def _answer(self, request: Request, place: _Place) -> Value:
        if isinstance(request, Effect):
            return self._perform(request, place)
        if isinstance(request, Invocation):
            return self._invoke(request, place)
        return self._fork(request, place)

    def _perform(self, effect: Effect, place: _Place) -> Value:
        value = self._conduct.handler(effect, self._call(effect, place))
        return value if effect.type == ANY else typed(value, effect, place.program.named)

    def _call(self, effect: Effect, place: _Place) -> Call:
        call = place.call
        deadline = call.deadline
        if deadline is not None and "!" in effect.site:
            deadline += GRACE
        if effect.timeout is not None:
            own = self._conduct.clock() + effect.timeout
            deadline = own if deadline is None else min(own, deadline)
        return replace(
            call,
            key=key_of(call.execution, effect.site),
            deadline=deadline,
            is_stopped=self._is_stopped,
        )

    def _is_stopped(self) -> bool:
        return self._abandoned.is_set() or self._conduct.call.is_stopped()

    def _invoke(self, invocation: Invocation, place: _Place) -> Value:
        site = invocation.site
        callee = _CALLEE.match(invocation.node)
        need = f"node.call.{callee[0] if callee else '*'}"
        asked = Effect("call_node", site, "read", {"node_id": invocation.node}, (need,))
        self._conduct.permit(asked, self._call(asked, place))
        if place.depth >= DEEPEST:
            message = f"nodes call one another {DEEPEST} deep, at {site}: one of them calls itself"
            raise Failure(("too_deep", "effect_failed"), message, {"step": site})
        program = self._conduct.resolve(invocation.node)
        call = replace(
            place.call,
            node_id=program.node_id,
            grant=place.call.grant.for_program(program),
            audit=program.security.audit,
            sensitive=place.call.sensitive.union(program.security.sensitive),
            redactor=place.call.redactor.naming(program.security.sensitive).knowing(
                invocation.arguments
            ),
        )
        inner = _Place(program, call, self._conduct.clock(), f"{site}>", place.depth + 1)
        ended = self.program(program, invocation.arguments, inner)
        if ended.error is None:
            return ended.output
        raise _failed_call(ended, program)

    def _fork(self, fork: Fork, place: _Place) -> Value:
        if fork.limit <= 1 or len(fork.branches) <= 1:
            return _joined([self._branch(it, place) for it in fork.branches])
        workers = min(fork.limit, len(fork.branches))
        with ThreadPoolExecutor(workers, thread_name_prefix="vesper-branch") as pool:
            try:
                waiting = [
                    pool.submit(contextvars.copy_context().run, self._branch, it, place)
                    for it in fork.branches
                ]
                return _joined([it.result() for it in waiting])
            except BaseException:
                # Whoever is interrupted must not wait for what the other branches still wait for.
                self._abandoned.set()
                raise

    def _branch(self, branch: Callable[[], Running], place: _Place) -> "_Joint":
        try:
            return _Joint(self._follow(branch(), place))
        except Failure as failure:
            return _Joint(failure=failure)
        except Suspended as suspended:
            return _Joint(suspended=suspended)


@dataclass(frozen=True, slots=True)
class _Joint:
    """How one branch ended."""

    value: Any = None
    failure: Failure | None = None
    suspended: Suspended | None = field(default=None)


def _joined(joints: list[_Joint]) -> Any:
    """The values of all branches. A final failure counts before a wait, a wait before a failure."""
    failures = [it.failure for it in joints if it.failure is not None]
    for failure in failures:
        if failure.final:
            raise failure
    for it in joints:
        if it.suspended is not None:
            raise it.suspended
    if failures:
        raise failures[0]
    return [it.value for it in joints]


def _failed_call(ended: Ended, program: Program) -> Failure:
    """The error of a called node as a failure of the step that calls it."""
    problem = _problem(ended.error or {})
    details: dict[str, Value] = {**problem.details, "node_id": program.node_id}
    if ended.violated:
        details["violated"] = [
            {"kind": it.kind, "clause": it.clause, "reason": it.reason, "values": dict(it.values)}
            for it in ended.violated
        ]
    final = not ended.declared and problem.code in _FINAL
    return Failure((problem.code, "effect_failed"), problem.message, details, final)


def _problem(error: Mapping[str, Value]) -> Problem:
    code, message, details = error.get("code"), error.get("message"), error.get("details")
    return Problem(
        code if isinstance(code, str) else "effect_failed",
        message if isinstance(message, str) else "",
        details if isinstance(details, dict) else {},
    )
