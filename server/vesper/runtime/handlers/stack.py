"""The order of the handlers, from the engine to the world."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vesper.lang.program import Program
from vesper.runtime.engine import Watcher
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.breaker import Breaker
from vesper.runtime.handlers.budget import MOST_EFFECTS, counting
from vesper.runtime.handlers.deadline import in_time
from vesper.runtime.handlers.gate import Gate
from vesper.runtime.handlers.recall import nothing_else, recalling
from vesper.runtime.handlers.recording import recording
from vesper.runtime.handlers.redaction import redacting
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.retry import Pause, Retrier
from vesper.runtime.handling import Call, Handler
from vesper.runtime.journal import Journal, Outcome
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value


class Witness:
    """Told what a run does to the world: for audits, spans and metrics. Does nothing by itself.

    It is called in the thread of the run or the effect. Only `began` and `begins` may raise, a `Failure`:
    then nothing is done, because what cannot be audited must not happen.
    """

    def began(self, program: Program, call: Call, inputs: Mapping[str, Value]) -> None:
        """A run begins, or goes on after it had to wait."""

    def ended(self, program: Program, call: Call, envelope: Envelope) -> None:
        """A run has ended, or waits."""

    def watching(self, program: Program, call: Call) -> Watcher | None:
        """What should watch the steps of a run that is about to begin; watching costs time."""
        return None

    def begins(self, effect: Effect, call: Call) -> None:
        """An effect is about to be performed; for a write the intent is on record."""

    def refused(self, effect: Effect, call: Call, failure: Failure) -> None:
        """A capability was missing; nothing was done."""

    def performed(self, effect: Effect, call: Call, outcome: Outcome) -> None:
        """An effect was performed, and what came of it is on record."""


def _clock() -> float:
    return time.monotonic()


@dataclass(frozen=True)
class Stack:
    """The handlers of one run. `handler` answers its effects, `permit` its calls of other nodes."""

    handler: Handler
    permit: Callable[[Effect, Call], None]


@dataclass(frozen=True)
class World:
    """What all runs of a process share: who performs, what is known of targets, the time, who watches."""

    registry: Registry
    clock: Callable[[], float] = _clock
    pause: Pause = time.sleep
    breaker: Breaker = field(default_factory=lambda: Breaker(_clock))
    witness: Witness = field(default_factory=Witness)


def live(
    world: World, journal: Journal, redactor: Redactor, most_effects: int = MOST_EFFECTS
) -> Stack:
    """Handlers that perform: recall, gate, budget, journal, deadline, retry, breaker, redaction, provider."""
    handler: Handler = redacting(world.registry, redactor)
    handler = world.breaker.around(handler)
    handler = Retrier(handler, world.registry.is_keyed, world.clock, world.pause)
    handler = in_time(handler, world.clock)
    handler = _announced(handler, world.witness)
    handler = recording(journal, handler, world.registry.is_keyed, world.witness.performed)
    handler = counting(handler, len(journal.entries()), most_effects)

    def refused(effect: Effect, call: Call, failure: Failure) -> None:
        # On record, so that a replay ends where the run did, whatever may be allowed by then.
        journal.settle(effect, Outcome(failure=failure))
        world.witness.refused(effect, call, failure)

    gate = Gate(handler, refused)
    return Stack(recalling(journal, gate), _permitted(journal, gate.permit))


def replayed(journal: Journal, whole: bool) -> Stack:
    """Handlers that only remember. `whole` is a journal of a run that has ended."""
    return Stack(recalling(journal, nothing_else(whole)), _permitted(journal, _anything))


def _announced(inner: Handler, witness: Witness) -> Handler:
    def handle(effect: Effect, call: Call) -> Value:
        witness.begins(effect, call)
        return inner(effect, call)

    return handle


def _permitted(
    journal: Journal, permit: Callable[[Effect, Call], None]
) -> Callable[[Effect, Call], None]:
    def ask(effect: Effect, call: Call) -> None:
        entry = journal.find(effect.site)
        if entry is not None and entry.outcome.failure is not None:
            entry.outcome.give()
        permit(effect, call)

    return ask


def _anything(_effect: Effect, _call: Call) -> None:
    pass
