"""A run in a thread of its own that stops where somebody wants to look, and goes on as they say."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from vesper.execution.breakpoints import (
    AtLine,
    AtStep,
    Breakpoint,
    OnFailure,
    OnTransition,
    OnViolation,
    WhenHolds,
    is_at,
    shown,
)
from vesper.execution.inspection import Seen, holds, look, read_expression
from vesper.execution.watching import Called, Left, Verdict, WatchedEngine
from vesper.lang.program import Program, Step
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import Envelope
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Ended, Failure
from vesper.values.encoding import to_json
from vesper.values.value import Value

Why = Literal[
    "entry", "step", "breakpoint", "violation", "failure", "transition", "condition", "divergence", "pause"
]  # fmt: skip
Start = Callable[[Engine], Envelope]
"""Drives a run to its end with the engine that it is given."""
Locate = Callable[[Program], str]
"""The file of a node, as the workspace names it; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A step that is open, or below its steps the node that they belong to."""

    node: Called
    step: Step | None
    site: str
    names: Mapping[str, Value]
    file: str

    @property
    def line(self) -> int:
        """Where it begins in the file, from 0."""
        return self.step.line if self.step is not None else 0

    @property
    def title(self) -> str:
        """What it is called: the site of a step, or the id of a node."""
        return self.site if self.step is not None else self.node.program.node_id

    @property
    def visible(self) -> dict[str, Value]:
        """The names that the document gave; what it calls sensitive is shown to who asks for it by name."""
        own = {name: it for name, it in self.names.items() if not name.startswith("$")}
        return self.shown(own)

    @property
    def inputs(self) -> dict[str, Value]:
        """The inputs of the node, sensitive ones hidden."""
        return self.shown(dict(self.node.inputs))

    def shown(self, values: dict[str, Value]) -> dict[str, Value]:
        """Values of the node as they may be shown."""
        hidden = redactor_of(self.node).hide(values)
        return hidden if isinstance(hidden, dict) else {}

    def look(self, text: str) -> Seen:
        """What an expression comes to here; VesperError `invalid` where it is none."""
        return look(read_expression(text), asked_names(self.node, self.names))


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run stands. The innermost frame is the first."""

    why: Why
    text: str
    frames: tuple[Frame, ...]
    thread: int
    effect: Effect | None = None
    """What is about to be asked for."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over: its result, or what broke."""

    envelope: Envelope | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a run did on its way, for people."""

    text: str


News = Stop | Finished | Told


@dataclass(frozen=True, slots=True)
class _Going:
    """How far to go: `deepest` is the depth at which the next step stops; None only at breakpoints."""

    deepest: int | None = None


@dataclass
class _Open:
    step: Step
    site: str
    node: Called
    names: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a run, for whoever compares two: what happened, and what the names held."""

    kind: Literal["entered", "left", "judged", "ended"]
    site: str
    names: Mapping[str, Value] = field(default_factory=dict[str, Value])
    outcome: str = ""
    """How a step failed, or what came of a clause or a node."""


class Peer(Protocol):
    """Another engine that goes through the same run, event by event."""

    def differs(self, moment: Moment) -> str:
        """Come as far as the run has; how the two differ, or nothing."""
        ...

    def answered(self, effect: Effect, answer: Value | Failure) -> None:
        """What an effect was answered, which holds for both."""
        ...

    def quit(self) -> None:
        """Give up."""
        ...


class Debugger:
    """One run under somebody's eyes.

    Commands come from another thread than the run's. `listen` is called for all news, in the thread of the
    run, and must not wait; `wait` is for whoever would rather wait for it.
    """

    def __init__(
        self,
        locate: Locate = lambda _: "",
        listen: Callable[[News], None] = lambda _: None,
        peer: Peer | None = None,
    ) -> None:
        self.breakpoints: list[Breakpoint] = []
        """Replaced as a whole, never changed in place: the run reads it from its own thread."""
        self._locate = locate
        self._listen = listen
        self._peer = peer
        self._changed = threading.Condition()
        self._stop: Stop | None = None
        self._finished: Finished | None = None
        self._going = _Going(_ANYWHERE)
        self._is_pausing = False
        self._is_quitting = False
        self._open: dict[str, _Open] = {}
        self._nodes: dict[str, Called] = {}
        self._held: dict[tuple[str, str], bool] = {}
        self._is_at_entry = True

    def start(self, engine: Engine, start: Start, *, stop_on_entry: bool = True) -> None:
        """Begin the run; with `stop_on_entry` it stops at its first step."""
        if not stop_on_entry:
            self._going = _Going()
            self._is_at_entry = False
        watched = WatchedEngine(engine, self, one_by_one=self._peer is not None)
        run = threading.Thread(
            target=self._work, args=(watched, start), name="vesper-debugged", daemon=True
        )
        run.start()

    def wait(self, timeout: float | None = None) -> Stop | Finished | None:
        """Where the run stands once it stands; None when it still runs after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._stop or self._finished, timeout)
            return self._finished or self._stop

    def step_in(self) -> None:
        """Go on to the next step, wherever it is."""
        self._go(lambda _: _Going(_ANYWHERE))

    def step_over(self) -> None:
        """Go on to the next step that is not inside this one."""
        self._go(lambda stop: _Going(len(stop.frames)))

    def step_out(self) -> None:
        """Go on to the first step behind the one around this."""
        self._go(lambda stop: _Going(_depth_around(stop)))

    def resume(self) -> None:
        """Go on to the next breakpoint, or the end."""
        self._go(lambda _: _Going())

    def pause(self) -> None:
        """Stop at the next step."""
        with self._changed:
            self._is_pausing = self._stop is None

    def quit(self) -> None:
        """Give the run up: it ends as one that somebody cancelled, and performs no more."""
        with self._changed:
            self._is_quitting = True
            self._stop = None
            self._changed.notify_all()
        if self._peer is not None:
            self._peer.quit()

    @property
    def nodes(self) -> list[Called]:
        """The nodes at work."""
        return list(self._nodes.values())

    def _go(self, going: Callable[[Stop], _Going]) -> None:
        with self._changed:
            if self._stop is None:
                return
            self._going = going(self._stop)
            self._stop = None
            self._changed.notify_all()

    def _work(self, engine: Engine, start: Start) -> None:
        try:
            finished = Finished(start(engine))
        except Exception as error:  # noqa: BLE001 -- a thread's end: whoever waits is told
            finished = Finished(error=error)
        with self._changed:
            self._finished = finished
            self._changed.notify_all()
        self._listen(finished)

    # What the engine tells, in its own threads.

    def began(self, node: Called) -> None:
        """A node begins."""
        with self._changed:
            self._nodes[node.prefix] = node

    def ended(self, node: Called, ended: Ended | None) -> None:
        """A node has ended."""
        with self._changed:
            self._nodes.pop(node.prefix, None)
        if ended is not None:
            moment = Moment("ended", node.prefix, ended.output or {}, outcome_of(ended))
            self._compare(moment, node, None)

    def entered(self, node: Called, step: Step, site: str, names: Mapping[str, Value]) -> None:
        """A step begins."""
        node.take(names)
        opened = _Open(step, site, node, names)
        with self._changed:
            self._open[site] = opened
        self._compare(Moment("entered", site, names), node, opened)
        self._meet(node, opened, lambda frames: self._at_step(opened, frames))

    def left(self, node: Called, left: Left) -> None:
        """A step has ended."""
        opened = _Open(left.step, left.site, node, left.names)
        node.take(left.names)
        failure = left.failure
        if failure is not None and not failure.final:
            text = f"{left.site} failed: {failure.message} ({failure.code})"
            self._meet(node, opened, lambda _: self._if_wanted(OnFailure, "failure", text))
        outcome = failure.code if failure is not None else ""
        self._compare(Moment("left", left.site, left.names, outcome), node, opened)
        with self._changed:
            self._open.pop(left.site, None)

    def judged(self, node: Called, verdict: Verdict) -> None:
        """A clause was evaluated."""
        node.verdicts.append(verdict)
        outcome = f"{verdict.clause.text}: {verdict.outcome}"
        self._compare(Moment("judged", node.prefix, {}, outcome), node, None)
        if verdict.value is not True:
            self._meet(
                node, None, lambda _: self._if_wanted(OnViolation, "violation", str(verdict))
            )

    def asking(self, node: Called, effect: Effect) -> None:
        """An effect is about to be asked for."""
        opened = self._open.get(effect.site.partition("#")[0])

        def reason(_frames: tuple[Frame, ...]) -> tuple[Why, str] | None:
            for it in self.breakpoints:
                if isinstance(it, OnTransition) and it.fits(effect):
                    return "transition", f"{effect.site} moves on: {shown(it)}"
            return None

        self._meet(node, opened, reason, effect)

    def answered(self, node: Called, effect: Effect, answer: Value | Failure) -> None:
        """An effect was answered."""
        if self._peer is not None:
            self._peer.answered(effect, answer)
        hidden = answer if isinstance(answer, Failure) else redactor_of(node).hide(answer)
        told = str(hidden) if isinstance(hidden, Failure) else to_json(hidden)
        text = redactor_of(node).hide_text(f"{effect.site}: {effect.operation} -> {told}")
        self._listen(Told(text))

    # Stopping.

    def _meet(
        self,
        node: Called,
        opened: _Open | None,
        reason: Callable[[tuple[Frame, ...]], tuple[Why, str] | None],
        effect: Effect | None = None,
    ) -> None:
        """Stop here if there is a reason to, until somebody says how to go on."""
        with self._changed:
            # While one branch stands, the others stand as soon as they come by.
            self._changed.wait_for(lambda: self._stop is None or self._is_quitting)
            self._give_up_if_quitting()
            frames = self._frames(node, opened)
            found = reason(frames)
            if found is None:
                return
            self._is_pausing = False
            self._is_at_entry = False
            stop = self._stop = Stop(*found, frames, threading.get_ident(), effect)
            self._changed.notify_all()
        self._listen(stop)
        with self._changed:
            self._changed.wait_for(lambda: self._stop is not stop)
            self._give_up_if_quitting()

    def _give_up_if_quitting(self) -> None:
        if self._is_quitting:
            raise Failure(("cancelled",), "the debugger ended the run", final=True)

    def _at_step(self, opened: _Open, frames: tuple[Frame, ...]) -> tuple[Why, str] | None:
        file = frames[0].file
        met: tuple[Why, str] | None = None
        for it in self.breakpoints:
            if isinstance(it, AtStep | AtLine) and is_at(it, opened.step, opened.site, file):
                condition = it.condition if isinstance(it, AtLine) else None
                if condition is None or holds(condition, asked_names(opened.node, opened.names)):
                    met = met or ("breakpoint", f"breakpoint {shown(it)}")
            elif isinstance(it, WhenHolds) and self._became_true(it, opened):
                met = met or ("condition", f"{it.text} holds")
        if met is not None:
            return met
        if self._is_pausing:
            return "pause", "paused"
        deepest = self._going.deepest
        if deepest is None or len(frames) > deepest:
            return None
        return ("entry", "the first step") if self._is_at_entry else ("step", "step")

    def _became_true(self, it: WhenHolds, opened: _Open) -> bool:
        """Whether the condition holds now and did not at the step before, in the same node."""
        key = (it.text, opened.node.prefix)
        before, now = (
            self._held.get(key, False),
            holds(it.condition, asked_names(opened.node, opened.names)),
        )
        self._held[key] = now
        return now and not before

    def _if_wanted(
        self, kind: type[OnFailure] | type[OnViolation], why: Why, text: str
    ) -> tuple[Why, str] | None:
        is_wanted = any(isinstance(it, kind) for it in self.breakpoints)
        return (why, text) if is_wanted else None

    def _compare(self, moment: Moment, node: Called, opened: _Open | None) -> None:
        """Let the other engine come as far; stop where the two differ."""
        difference = self._peer.differs(moment) if self._peer is not None else ""
        if difference:
            self._meet(node, opened, lambda _: ("divergence", difference))

    def _frames(self, node: Called, opened: _Open | None) -> tuple[Frame, ...]:
        """The steps and nodes around a place, the innermost first."""
        site = opened.site if opened is not None else node.prefix
        found: list[Frame] = []
        for it in self._around(site, node):
            file = self._locate(it.program)
            steps = [
                one for one in self._open.values() if one.node is it and _is_around(one.site, site)
            ]
            found += [
                Frame(it, one.step, one.site, one.names, file)
                for one in sorted(steps, key=lambda one: len(one.site), reverse=True)
            ]
            found.append(Frame(it, None, it.prefix, it.names, file))
        return tuple(found)

    def _around(self, site: str, node: Called) -> list[Called]:
        others = [
            it for it in self._nodes.values() if it is not node and site.startswith(it.prefix)
        ]
        others = [it for it in others if len(it.prefix) < len(node.prefix)]
        return [node, *sorted(others, key=lambda it: len(it.prefix), reverse=True)]


def asked_names(node: Called, names: Mapping[str, Value]) -> dict[str, Value]:
    """What an expression may use: all names, and `input` for the inputs as they were given."""
    inputs = dict(node.inputs)
    return {"input": inputs, "inputs": inputs, **names}


def redactor_of(node: Called) -> Redactor:
    """Hides what a node calls sensitive."""
    return Redactor.of(node.program.security.sensitive, node.inputs)


def _depth_around(stop: Stop) -> int:
    """How deep the step around the innermost one is."""
    return max(len(stop.frames) - 1, 1)


def _is_around(outer: str, site: str) -> bool:
    return site == outer or (site.startswith(outer) and site[len(outer)] in _BELOW)


def outcome_of(ended: Ended) -> str:
    """The code of the error that a node ended with, or nothing."""
    return "" if ended.error is None else str(ended.error.get("code"))


_ANYWHERE: Final = 1_000_000
_BELOW: Final = "/[>!#~"
