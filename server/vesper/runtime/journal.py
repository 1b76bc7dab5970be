"""What is remembered of the effects of one run: enough to run it again without performing anything."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from vesper.runtime.handling import Suspended
from vesper.runtime.request import Effect, EffectKind, Failure
from vesper.values.value import Value

State = Literal["intended", "waiting", "done"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an effect was answered: a value, or how it failed."""

    value: Value = None
    failure: Failure | None = None
    seconds: float = 0.0
    """How long it took, all tries together."""

    def give(self) -> Value:
        """The value, or the failure raised."""
        if self.failure is None:
            return self.value
        held = self.failure
        # A new one each time: an exception that is raised twice keeps growing its traceback.
        raise Failure(held.codes, held.message, held.details, held.final)


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect of a run.

    `intended` is a write that was begun and never answered; `waiting` one whose provider waits for
    something outside and may be asked again.
    """

    site: str
    operation: str
    kind: EffectKind
    digest: str
    state: State
    arguments: Value = None
    """The request as people may see it."""
    outcome: Outcome = field(default_factory=Outcome)


class Journal(Protocol):
    """The memory of one run. Branches of a run use it from several threads."""

    def find(self, site: str) -> Entry | None:
        """What is known of the effect at that site."""
        ...

    def entries(self) -> list[Entry]:
        """All of them, in the order they were begun."""
        ...

    def intend(self, effect: Effect) -> None:
        """A write is about to be performed. On disk when this returns, with all that was noted before."""
        ...

    def settle(self, effect: Effect, outcome: Outcome) -> None:
        """An effect was answered. On disk when this returns for a write; for others, with the next write."""
        ...

    def hold(self, effect: Effect) -> None:
        """The provider of the effect waits; on disk as `settle` has it for a read."""
        ...


class Ambiguous(Suspended):
    """A write was begun, its provider knows no keys, and nobody knows whether it happened."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(
            f"nobody knows whether `{effect.operation}` at {effect.site} happened before the run ended"
        )
        self.effect = effect


class Remembered:
    """A journal in memory: for runs that nobody needs to find again, and for those that are replayed."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = {it.site: it for it in entries}

    def find(self, site: str) -> Entry | None:
        """What is known of the effect at that site."""
        return self._entries.get(site)

    def entries(self) -> list[Entry]:
        """All of them, in the order they were begun."""
        return list(self._entries.values())

    def intend(self, effect: Effect) -> None:
        """A write is about to be performed."""
        self._note(effect, "intended", Outcome())

    def settle(self, effect: Effect, outcome: Outcome) -> None:
        """An effect was answered."""
        self._note(effect, "done", outcome)

    def hold(self, effect: Effect) -> None:
        """The provider of the effect waits."""
        self._note(effect, "waiting", Outcome())

    def _note(self, effect: Effect, state: State, outcome: Outcome) -> None:
        self._entries[effect.site] = entry_of(effect, state, outcome)


def entry_of(effect: Effect, state: State, outcome: Outcome) -> Entry:
    """What is kept of an effect, its arguments as they are."""
    return Entry(
        effect.site, effect.operation, effect.kind, effect.digest, state,
        dict(effect.arguments), outcome,
    )  # fmt: skip


def diverged(effect: Effect, why: str) -> Failure:
    """The failure of a run that asks for something else than it did the first time."""
    return Failure(
        ("diverged",),
        f"{why} at {effect.site}: the run asks for something else than it did the first time",
        {"step": effect.site, "operation": effect.operation},
        final=True,
    )


def answered(entry: Entry, effect: Effect) -> Value:
    """What the journal holds for the effect; `diverged` when it is for another request."""
    if entry.digest != effect.digest:
        raise diverged(effect, f"`{effect.operation}` was `{entry.operation}` with other arguments")
    return entry.outcome.give()
