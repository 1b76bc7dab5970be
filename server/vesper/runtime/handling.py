"""Who answers what an engine asks for: handlers around handlers, the providers innermost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from vesper.runtime.grant import Grant
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect
from vesper.values.value import Value


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Call:
    """What goes with an effect on its way to its provider."""

    execution: str
    """The id of the run, which is its trace id too."""
    node_id: str
    key: str
    """The idempotency key: the same over retries, engines and recovery, different for any other effect."""
    actor: str = "local"
    """Who runs the node, as told in audits and on tasks."""
    role: str = ""
    grant: Grant = field(default_factory=Grant)
    """What the run may do at this place; the capability gate has asked it already. A provider asks it for
    what only it can know: the weakest sandbox, the files that may be changed."""
    attempt: int = 1
    deadline: float | None = None
    """By `time.monotonic()`; what is not done by then is the failure `timeout`."""
    patience: float | None = None
    """By `time.monotonic()`; a provider that only waits raises `Suspended` then. None waits on."""
    is_stopped: Callable[[], bool] = _never
    """Whether somebody stopped the run; whoever waits or reads long asks it."""
    sensitive: frozenset[str] = field(default_factory=frozenset[str])
    """Names whose values must not show in logs, traces and audits."""
    redactor: Redactor = field(default_factory=Redactor)
    """Hides those values wherever they turn up; knows the inputs' ones already."""
    audit: Literal["none", "basic", "detailed"] = "basic"
    """How much of what the node at this place does is audited."""


Handler = Callable[[Effect, Call], Value]
"""Answers one effect, or raises `Failure` or `Suspended`."""


class Provider(Protocol):
    """Performs some operations in the world."""

    operations: frozenset[str]

    def perform(self, effect: Effect, call: Call) -> Value:
        """What came of it. `Failure` with codes from special to general, the last `effect_failed`."""
        ...

    def is_keyed(self, effect: Effect) -> bool:
        """Whether a write performed twice with the same key counts once, so that it may be asked again."""
        ...


class Suspended(Exception):
    """The run waits for something outside. It is kept, and goes on when that is there."""

    def __init__(self, reason: str, waits_for: Mapping[str, Value] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """In words: `a person's answer to "Refund 20.00?"`."""
        self.waits_for: Mapping[str, Value] = waits_for or {}
        """Such as `{task: 12}`, `{event: order_paid}` or `{until: a moment}`."""
