"""What an engine asks for while it runs a program, and what it is answered.

An engine is a generator: it yields requests and is sent answers, and touches nothing itself.
"""

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from vesper.lang.program import Retry
from vesper.lang.types import ANY, Type
from vesper.values.encoding import canonical
from vesper.values.value import Value

EffectKind = Literal["read", "write", "nondeterministic"]


@dataclass(frozen=True)
class Effect:
    """One request to the world. `site` is unique in its execution and the same in every engine.

    A site is the path of the step with rounds of loops in brackets, and the effect's own name behind `#`
    where a step has several: `charge_all[3]/charge`, `check#clock`, `pay>charge` inside a called node.
    """

    operation: str
    site: str
    kind: EffectKind
    arguments: Mapping[str, Value]
    capabilities: tuple[str, ...] = ()
    type: Type = ANY
    """What a result must be."""
    timeout: float | None = None
    """Seconds, for all tries together."""
    retry: Retry = field(default_factory=Retry)

    @cached_property
    def digest(self) -> str:
        """Equal for equal requests: what is compared before an effect is performed or answered."""
        said: dict[str, Value] = {
            "operation": self.operation,
            "site": self.site,
            "capabilities": list(self.capabilities),
            "arguments": dict(self.arguments),
        }
        return hashlib.blake2b(canonical(said), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Invocation:
    """A call of another node; the answer's value is the record of its success fields."""

    node: str
    site: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True)
class Fork:
    """Branches to run at once, at most `limit`; answered with the list of what they return, in order.

    When branches fail, the failure of the first in order is thrown into the engine, once all have ended.
    """

    site: str
    branches: tuple["Callable[[], Running]", ...]
    limit: int


Request = Effect | Invocation | Fork


class Failure(Exception):
    """A step that failed. An engine that is thrown one runs the handlers of the document.

    `codes` go from special to general, such as `("card_declined", "http_402", "effect_failed")`. Handlers
    look for any of them; the first one is told. No handler may answer one that is `final`: a refusal, an
    exhausted budget, a stopped run.
    """

    def __init__(
        self,
        codes: tuple[str, ...],
        message: str,
        details: Mapping[str, Value] | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.codes = codes
        self.message = message
        self.details: Mapping[str, Value] = details or {}
        self.final = final

    @property
    def code(self) -> str:
        """The most special code."""
        return self.codes[0]


Running = Generator[Request, Value, "Ended"]


@dataclass(frozen=True, slots=True)
class Breach:
    """A clause that does not hold: why, and the values of the names in it."""

    kind: Literal["constraint", "precondition", "postcondition", "invariant"]
    clause: str
    reason: str
    """`false`, or what the evaluation ended with."""
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. Exactly one of `output` and `error` is there.

    `error` holds `code`, `message` and `details`; `declared` tells an error that the document returns
    from one that the run ended with.
    """

    output: dict[str, Value] | None = None
    error: dict[str, Value] | None = None
    declared: bool = False
    checked: int = 0
    """How many clauses were evaluated."""
    violated: tuple[Breach, ...] = ()
    unchecked: tuple[str, ...] = ()
    operations: int = 0
    """Steps run and items gone through."""
