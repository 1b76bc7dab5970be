"""A second engine that goes through a run beside the first, event by event, until the two differ."""

import threading
from collections.abc import Mapping
from queue import Empty, Queue
from typing import Final

from vesper.execution.debugger import Moment, Start, outcome_of
from vesper.execution.watching import Called, Left, Verdict, WatchedEngine
from vesper.lang.program import Step
from vesper.runtime.engine import Engine
from vesper.runtime.request import Effect, Ended, Failure
from vesper.values.encoding import canonical, to_json
from vesper.values.value import Value

PATIENCE: Final = 60.0
"""Seconds that the other engine may take from one event to the next."""


class Follower:
    """Runs the same as another engine, which leads. It performs nothing: it is answered what that one was."""

    def __init__(self, leader: str, engine: Engine, start: Start) -> None:
        self.leader = leader
        self.name = engine.name
        self.moment: Moment | None = None
        """Where it stands."""
        self._engine = engine
        self._start = start
        self._answers: dict[str, tuple[str, Value | Failure]] = {}
        self._moments: Queue[Moment] = Queue()
        self._go = threading.Semaphore(0)
        self._is_over = False
        self._asked_otherwise = ""
        self._thread: threading.Thread | None = None

    def answered(self, effect: Effect, answer: Value | Failure) -> None:
        """What the leader was answered."""
        self._answers[effect.site] = (effect.digest, answer)

    def differs(self, moment: Moment) -> str:
        """Come as far as the leader has; how the two differ, or nothing. After one difference it rests."""
        if self._is_over:
            return ""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="vesper-compared", daemon=True)
            self._thread.start()
        else:
            self._go.release()
        try:
            own = self._moments.get(timeout=PATIENCE)
        except Empty:
            self.quit()
            return f"{self.name} does not go on"
        self.moment = own
        if own.kind == "ended" and not own.site:
            self.quit()
        found = self._asked_otherwise or self._difference(moment, own)
        if found:
            self.quit()
        return found

    def quit(self) -> None:
        """Follow no more."""
        self._is_over = True
        self._go.release()

    def _difference(self, leading: Moment, own: Moment) -> str:
        if (leading.kind, leading.site) != (own.kind, own.site):
            return self._two(_where(leading), _where(own))
        if leading.outcome != own.outcome:
            return self._two(leading.outcome or "no failure", own.outcome or "no failure")
        names = dict.fromkeys((*leading.names, *own.names))
        for name in (it for it in names if not it.startswith("$")):
            one, other = _shown(leading.names, name), _shown(own.names, name)
            if one != other:
                return f"`{name}` {self._two(one, other)}"
        return ""

    def _two(self, leading: str, own: str) -> str:
        return f"{self.leader}: {leading}, {self.name}: {own}"

    def _work(self) -> None:
        watched = WatchedEngine(self._engine, _Witness(self), one_by_one=True, answer=self._answer)
        try:
            self._start(watched)
        except Exception as error:  # noqa: BLE001 -- a thread's end: the leader is told
            self._moments.put(Moment("ended", "", {}, f"{type(error).__name__}: {error}"))

    def _answer(self, effect: Effect) -> Value:
        digest, answer = self._answers.get(effect.site, ("", None))
        if digest != effect.digest:
            asked = f"{effect.operation} {to_json(dict(effect.arguments))}"
            told = "asks for something else" if digest else "does not ask for that"
            self._asked_otherwise = (
                f"at {effect.site} {self.name} asks for {asked}; {self.leader} {told}"
            )
            raise Failure(("diverged",), self._asked_otherwise, final=True)
        if isinstance(answer, Failure):
            raise Failure(answer.codes, answer.message, answer.details, answer.final)
        return answer

    def come_to(self, moment: Moment) -> None:
        """Tell where it stands, and wait until the leader has gone on."""
        if not self._is_over:
            self._moments.put(moment)
            self._go.acquire()
        if self._is_over and moment.kind != "ended":
            raise Failure(("cancelled",), "nobody follows any more", final=True)


class _Witness:
    """Turns what the following engine does into the moments that are compared."""

    def __init__(self, follower: Follower) -> None:
        self._come_to = follower.come_to

    def began(self, node: Called) -> None:
        pass

    def ended(self, node: Called, ended: Ended | None) -> None:
        if ended is not None:
            self._come_to(Moment("ended", node.prefix, ended.output or {}, outcome_of(ended)))

    def entered(self, node: Called, step: Step, site: str, names: Mapping[str, Value]) -> None:
        self._come_to(Moment("entered", site, names))

    def left(self, node: Called, left: Left) -> None:
        outcome = left.failure.code if left.failure is not None else ""
        self._come_to(Moment("left", left.site, left.names, outcome))

    def judged(self, node: Called, verdict: Verdict) -> None:
        outcome = f"{verdict.clause.text}: {verdict.outcome}"
        self._come_to(Moment("judged", node.prefix, {}, outcome))

    def asking(self, node: Called, effect: Effect) -> None:
        pass

    def answered(self, node: Called, effect: Effect, answer: Value | Failure) -> None:
        pass


def _where(moment: Moment) -> str:
    site = moment.site or "the node"
    words = {"entered": "begins", "left": "is done", "judged": "is judged", "ended": "has ended"}
    why = f" ({moment.outcome})" if moment.kind == "ended" and moment.outcome else ""
    return f"{site} {words[moment.kind]}{why}"


def _shown(names: Mapping[str, Value], name: str) -> str:
    return canonical(names[name]).decode() if name in names else "nothing"
