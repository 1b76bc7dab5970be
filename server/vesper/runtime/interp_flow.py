"""The meaning of steps and statements: blocks that run, and what happens when one fails."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from vesper.lang.ir import Expr
from vesper.lang.parts import names
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Fail,
    Guard,
    Handler,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Program,
    Statement,
    Step,
    Switch,
)
from vesper.runtime.ending import Answered, fault_failure, guard_failure, too_many_items
from vesper.runtime.engine import Watcher
from vesper.runtime.interp_expr import Setting, evaluate
from vesper.runtime.meter import FINAL, Meter
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Request, Running
from vesper.values.access import items, truth
from vesper.values.compare import equal
from vesper.values.text import printed
from vesper.values.value import Fault, Value

Ran = Generator[Request, Value, Answered | None]
"""A block at work; it comes to an answer when one ends the flow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block runs: its names, and how the sites in it begin."""

    names: dict[str, Value]
    meter: Meter
    site: str = ""
    """Of the step that the block belongs to."""
    path: str = ""
    """The same as the document has it, without rounds and tries."""
    step: Step | None = None

    def site_of(self, path: str) -> str:
        """The site of a step inside."""
        return self.site + path.removeprefix(self.path)

    def value(self, expr: Expr) -> Value:
        """What the expression comes to here."""
        return evaluate(expr, Setting(self.names, self.meter))

    def values(self, entries: tuple[tuple[str, Expr], ...]) -> dict[str, Value]:
        """The same for several, in order."""
        return {name: self.value(it) for name, it in entries}


@dataclass
class Round:
    """What one branch of a fork came to."""

    place: Place
    answer: Answered | None = None
    collected: Value = None


@dataclass(frozen=True)
class Flow:
    """The flow of one run."""

    program: Program
    watcher: Watcher
    unchecked: list[str] = field(default_factory=list[str])
    """Guards that nobody can check, as they were met."""
    times: dict[str, int] = field(default_factory=dict[str, int])
    """How often the run came to a site again."""

    def whole(self, block: Block, place: Place) -> Ran:
        """The flow itself: failures that no step handled go to the program's handlers."""
        for it in block:
            answer = yield from self._answered(it, place)
            if answer is not None:
                return answer
        return None

    def _answered(self, it: Statement | Step, place: Place) -> Ran:
        handlers = self.program.handlers
        again = [one.retries for one in handlers]
        while True:
            try:
                return (yield from self._run(it, place))
            except Failure as failure:
                chosen = _handler_for(failure, handlers)
                if chosen is None or not again[chosen]:
                    return (yield from self._handle(handlers, failure, place))
                again[chosen] -= 1

    def block(self, block: Block, place: Place) -> Ran:
        """The statements in order, up to an answer."""
        for it in block:
            answer = yield from self._run(it, place)
            if answer is not None:
                return answer
        return None

    def _run(self, it: Statement | Step, place: Place) -> Ran:
        match it:
            case Step():
                return (yield from self._step(it, place))
            case Assign(name, value):
                place.names[name] = place.value(value)
            case If() | Switch():
                return (yield from self.block(_chosen(it, place), place))
            case Loop():
                return (yield from self._loop(it, place))
            case Parallel():
                return (yield from self._parallel(it, place))
            case Perform():
                yield from perform(it, place)
            case Invoke():
                given = place.values(it.arguments)
                _keep(it.output, (yield Invocation(it.node, place.site, given)), place)
            case Answer(side, fields):
                return Answered(side, place.values(fields))
            case Fail():
                told = place.values(it.values)
                message = printed(place.value(it.message))
                raise Failure((it.code,), message, {"step": place.site, **told})
            case _:
                assert_never(it)
        return None

    def _step(self, step: Step, outer: Place) -> Ran:
        """The step, run again as often as its handlers say; a failure they do not answer is raised."""
        again = [it.retries for it in step.handlers]
        while True:
            site = self._fresh(outer.site_of(step.path))
            place = replace(outer, site=site, path=step.path, step=step)
            self.watcher.entered(step, site, place.names)
            failure: Failure | None = None
            try:
                answer = yield from self._try(step, place)
            except Failure as it:
                failure = it
                chosen = _handler_for(failure, step.handlers)
                if chosen is not None and again[chosen]:
                    self.watcher.left(step, site, place.names, failure)
                    again[chosen] -= 1
                    continue
                try:
                    answer = yield from self._handle(step.handlers, failure, place)
                except Failure:
                    self.watcher.left(step, site, place.names, failure)
                    raise
            self.watcher.left(step, site, place.names, failure)
            return answer

    def _fresh(self, site: str) -> str:
        """The site, with the number of the time behind `~` when a failure brings the run there again."""
        times = self.times[site] = self.times.get(site, -1) + 1
        return f"{site}~{times}" if times else site

    def _try(self, step: Step, place: Place) -> Ran:
        try:
            place.meter.charge(1)
            for read in step.reads:
                yield from perform(read, place)
            if step.when is not None and not truth(place.value(step.when)):
                return None
            for guard in step.guards:
                self._guard(guard, place)
            return (yield from self.block(step.body, place))
        except Fault as fault:
            raise fault_failure(fault, place.site) from None
        except Failure as failure:
            # The innermost step is told.
            failure.details = {"step": place.site, **failure.details}
            raise

    def _guard(self, guard: Guard, place: Place) -> None:
        if guard.condition is None:
            self.unchecked.append(guard.text)
            return
        try:
            verdict: bool | Fault = truth(place.value(guard.condition))
        except Fault as fault:
            if fault.code in FINAL:
                raise
            verdict = fault
        if verdict is not True:
            raise guard_failure(guard, verdict, told(guard.condition, place.names), place.site)

    def _handle(self, handlers: tuple[Handler, ...], failure: Failure, place: Place) -> Ran:
        """What the first fitting handler makes of the failure; it is raised where none answers it."""
        chosen = _handler_for(failure, handlers)
        if chosen is None:
            raise failure
        handler = handlers[chosen]
        site = self._fresh(f"{place.site}!{chosen}")
        inner = replace(place, site=site, path=f"{place.path}!{chosen}")
        before = place.names.get(_FAILURE, _NOTHING)
        place.names[_FAILURE] = {"code": failure.code, "message": failure.message}
        try:
            for block in (handler.undo, handler.body):
                answer = yield from self.block(block, inner)
                if answer is not None:
                    return answer
        except Fault as fault:
            raise fault_failure(fault, inner.site) from None
        finally:
            place.names[_FAILURE] = before
            if before is _NOTHING:
                del place.names[_FAILURE]
        if not handler.goes_on:
            raise failure
        return None

    def _loop(self, loop: Loop, place: Place) -> Ran:
        found = items(place.value(loop.items))
        if len(found) > loop.max_items:
            raise too_many_items(len(found), loop.max_items, place.site)
        place.meter.charge(len(found))
        rounds = [Round(self._round(loop, place, at, it)) for at, it in enumerate(found)]
        if loop.concurrency > 1:
            works = [self._branch(loop.body, it, loop.collect) for it in rounds]
            answer = yield from self._fork(works, rounds, loop.concurrency, place)
        else:
            answer = None
            for it in rounds:
                answer = yield from self._in_round(loop.body, it, loop.collect)
                if answer is not None:
                    break
        if answer is None and loop.output:
            place.names[loop.output] = [it.collected for it in rounds]
        return answer

    def _round(self, loop: Loop, place: Place, at: int, it: Value) -> Place:
        """Names set inside are the round's own."""
        given: dict[str, Value] = {loop.name: it}
        if loop.index:
            given[loop.index] = at
        meter = place.meter.branch() if loop.concurrency > 1 else place.meter
        site = f"{place.site}[{at}]"
        return replace(place, names={**place.names, **given}, site=site, meter=meter)

    def _in_round(self, body: Block, it: Round, collect: Expr | None) -> Ran:
        it.answer = yield from self.block(body, it.place)
        if it.answer is None and collect is not None:
            it.collected = it.place.value(collect)
        return it.answer

    def _parallel(self, parallel: Parallel, place: Place) -> Ran:
        rounds: list[Round] = []
        works: list[Callable[[], Running]] = []
        for name, body in parallel.branches:
            inner = replace(
                place,
                names=dict(place.names),
                meter=place.meter.branch(),
                site=f"{place.site}/{name}",
                path=f"{place.path}/{name}",
            )
            rounds.append(Round(inner))
            works.append(self._branch(body, rounds[-1], None))
        before = dict(place.names)
        answer = yield from self._fork(works, rounds, len(works), place)
        for it in rounds:
            for name, value in it.place.names.items():
                if name not in before or before[name] is not value:
                    place.names[name] = value
        return answer

    def _branch(self, body: Block, it: Round, collect: Expr | None) -> Callable[[], Running]:
        def work() -> Running:
            try:
                yield from self._in_round(body, it, collect)
            except Fault as fault:
                raise fault_failure(fault, it.place.site) from None
            return Ended()

        return work

    def _fork(
        self, works: list[Callable[[], Running]], rounds: list[Round], limit: int, place: Place
    ) -> Ran:
        """All branches run to their end; the first answer in order counts."""
        has_failed = True
        try:
            if works:
                yield Fork(place.site, tuple(works), limit)
            has_failed = False
        finally:
            place.meter.join([it.place.meter for it in rounds], check=not has_failed)
        return next((it.answer for it in rounds if it.answer is not None), None)


def perform(it: Perform, place: Place) -> Generator[Request, Value, None]:
    """Ask for the effect, and keep what comes back under its name."""
    effect = Effect(
        it.operation,
        f"{place.site}#{it.site}" if it.site else place.site,
        it.kind,
        place.values(it.arguments),
        tuple(printed(place.value(one)) for one in it.capabilities),
        it.type,
    )
    if place.step is not None:
        effect = replace(effect, timeout=place.step.timeout, retry=place.step.retry)
    _keep(it.output, (yield effect), place)


def told(expr: Expr, scope: Mapping[str, Value]) -> dict[str, Value]:
    """The values of the document's own names in an expression, for whoever must know why it failed."""
    wanted = names(expr)
    return {name: scope[name] for name in wanted if name in scope and not name.startswith("$")}


def _keep(name: str, value: Value, place: Place) -> None:
    if name:
        place.names[name] = value


def _chosen(it: If | Switch, place: Place) -> Block:
    if isinstance(it, If):
        for condition, body in it.arms:
            if truth(place.value(condition)):
                return body
        return it.otherwise
    on = place.value(it.on)
    return next((body for case, body in it.cases if equal(on, case)), it.otherwise)


def _handler_for(failure: Failure, handlers: tuple[Handler, ...]) -> int | None:
    """The number of the first handler that may answer."""
    if failure.final:
        return None
    for number, it in enumerate(handlers):
        if not it.codes or not set(it.codes).isdisjoint(failure.codes):
            return number
    return None


_FAILURE: Final = "$failure"
_NOTHING: Final[dict[str, Value]] = {}
