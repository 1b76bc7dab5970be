"""An engine that is looked at: which node each event belongs to, and what passes between engine and world."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from vesper.lang.program import Clause, Program, Step
from vesper.runtime.engine import Engine, Watcher
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Request, Running
from vesper.values.value import Fault, Value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a clause."""

    clause: Clause
    value: bool | Fault

    @property
    def outcome(self) -> str:
        """`true`, `false` or the code of the fault."""
        return self.value.code if isinstance(self.value, Fault) else str(self.value).lower()

    def __str__(self) -> str:
        if isinstance(self.value, Fault):
            return f"`{self.clause.text}` is violated: {self.value.message} ({self.value.code})"
        return f"`{self.clause.text}` {'holds' if self.value else 'is violated'}"


@dataclass(frozen=True, slots=True)
class Left:
    """A step that has ended; `failure` is what it failed with before its handlers ran."""

    step: Step
    site: str
    names: Mapping[str, Value]
    failure: Failure | None


@dataclass
class Called:
    """A node at work: the outermost one, or one that another calls. `prefix` is how its sites begin."""

    program: Program
    prefix: str
    inputs: Mapping[str, Value]
    """As they were given, until the node has taken them; then with their declared types."""
    names: Mapping[str, Value] = field(default_factory=dict[str, Value])
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    has_begun: bool = False

    def take(self, names: Mapping[str, Value]) -> None:
        """Note what its names hold now."""
        if not self.has_begun:
            self.has_begun = True
            self.inputs = {
                it.name: names[it.name] for it in self.program.inputs if it.name in names
            }
        self.names = names


class Witness(Protocol):
    """Told of everything, in the thread in which it happens, before it goes on."""

    def entered(self, node: Called, step: Step, site: str, names: Mapping[str, Value]) -> None:
        """A step begins."""
        ...

    def left(self, node: Called, left: "Left") -> None:
        """A step has ended."""
        ...

    def judged(self, node: Called, verdict: Verdict) -> None:
        """A clause was evaluated."""
        ...

    def began(self, node: Called) -> None:
        """A node begins."""
        ...

    def ended(self, node: Called, ended: Ended | None) -> None:
        """A node has ended; without an end it was given up."""
        ...

    def asking(self, node: Called, effect: Effect) -> None:
        """An effect is about to be asked for."""
        ...

    def answered(self, node: Called, effect: Effect, answer: Value | Failure) -> None:
        """What came of it: a value, or how it failed."""
        ...


Answer = Callable[[Effect], Value]
"""Answers an effect in place of the world, or raises its failure."""


class WatchedEngine:
    """An engine whose work a witness sees.

    With `one_by_one`, branches run in order, so that two engines can be compared event by event.
    With `answer`, effects are not asked for outside.
    """

    def __init__(
        self,
        engine: Engine,
        witness: Witness,
        *,
        one_by_one: bool = False,
        answer: Answer | None = None,
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._witness = witness
        self._one_by_one = one_by_one
        self._answer = answer

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        """Run as the engine does; see `Engine`."""
        node = Called(program, site, inputs)
        seeing = _Seeing(node, self._witness, watcher)
        return self._whole(node, self._engine.begin(program, inputs, site, seeing))

    def _whole(self, node: Called, running: Running) -> Running:
        self._witness.began(node)
        ended: Ended | None = None
        try:
            ended = yield from self._passing(node, running)
            return ended
        finally:
            self._witness.ended(node, ended)

    def _passing(self, node: Called, running: Running) -> Running:
        """Pass on what the engine asks for and what it is answered."""
        value: Value = None
        failure: Failure | None = None
        try:
            while True:
                try:
                    request = running.send(value) if failure is None else running.throw(failure)
                except StopIteration as end:
                    return cast("Ended", end.value)
                value, failure = None, None
                try:
                    value = yield from self._asked(node, request)
                except Failure as it:
                    failure = it
        finally:
            running.close()

    def _asked(self, node: Called, request: Request) -> Generator[Request, Value, Value]:
        match request:
            case Effect():
                return (yield from self._performed(node, request))
            case Fork(site, branches, limit):
                wrapped = tuple(self._branch(node, it) for it in branches)
                return (yield Fork(site, wrapped, 1 if self._one_by_one else limit))
            case Invocation():
                return (yield request)

    def _performed(self, node: Called, effect: Effect) -> Generator[Request, Value, Value]:
        self._witness.asking(node, effect)
        try:
            value = (yield effect) if self._answer is None else self._answer(effect)
        except Failure as failure:
            self._witness.answered(node, effect, failure)
            raise
        self._witness.answered(node, effect, value)
        return value

    def _branch(self, node: Called, begin: Callable[[], Running]) -> Callable[[], Running]:
        return lambda: self._passing(node, begin())


class _Seeing:
    """What an engine tells, with the node it is about; told on to another watcher as well."""

    def __init__(self, node: Called, witness: Witness, watcher: Watcher | None) -> None:
        self._node = node
        self._witness = witness
        self._watcher = watcher

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        if self._watcher is not None:
            self._watcher.entered(step, site, scope)
        self._witness.entered(self._node, step, site, scope)

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        if self._watcher is not None:
            self._watcher.left(step, site, scope, failure)
        self._witness.left(self._node, Left(step, site, scope, failure))

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        if self._watcher is not None:
            self._watcher.judged(clause, scope, verdict)
        self._node.take(scope)
        self._witness.judged(self._node, Verdict(clause, verdict))
