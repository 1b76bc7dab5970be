"""Leaves a target alone for a while that failed again and again, so that nobody waits for it in vain."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from vesper.runtime.handlers.retry import may_pass
from vesper.runtime.handling import Call, Handler
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

FAILURES: Final = 5
"""After so many failures in a row that say nothing about the request, a target is left alone."""
COOLING: Final = 30.0
"""Seconds until one request may try it again."""
_TARGETS: Final = ("provider", "database", "host", "role")


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    opened: float = 0.0
    trying: bool = False


class Breaker:
    """One for all runs of a process: what one run learned of a target, the others need not."""

    def __init__(
        self, clock: Callable[[], float], failures: int = FAILURES, cooling: float = COOLING
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._cooling = cooling
        self._circuits: dict[str, _Circuit] = {}
        self._lock = threading.Lock()

    def around(self, inner: Handler) -> Handler:
        """Ask `inner`, unless the target is left alone: then the failure `circuit_open`."""

        def handle(effect: Effect, call: Call) -> Value:
            target = target_of(effect)
            if not target:
                return inner(effect, call)
            self._enter(target, effect)
            failed = False
            try:
                return inner(effect, call)
            except Failure as failure:
                failed = may_pass(failure.codes)
                raise
            finally:
                self._leave(target, failed)

        return handle

    def _enter(self, target: str, effect: Effect) -> None:
        with self._lock:
            circuit = self._circuits.setdefault(target, _Circuit())
            if circuit.failures < self._failures:
                return
            left = circuit.opened + self._cooling - self._clock()
            if left <= 0 and not circuit.trying:
                circuit.trying = True
                return
        raise Failure(
            ("circuit_open", "unreachable", "network_error", "effect_failed"),
            f"{target} failed {self._failures} times in a row and is left alone for {self._cooling:g} s",
            {"step": effect.site, "target": target, "retry_after": Decimal(str(round(max(left, 0.0), 3)))},
        )  # fmt: skip

    def _leave(self, target: str, failed: bool) -> None:
        with self._lock:
            circuit = self._circuits[target]
            circuit.trying = False
            circuit.failures = circuit.failures + 1 if failed else 0
            if circuit.failures >= self._failures:
                circuit.opened = self._clock()


def target_of(effect: Effect) -> str:
    """What stands at the other end: `provider cards`; empty for what is in this process."""
    for kind in _TARGETS:
        name = effect.arguments.get(kind)
        if isinstance(name, str) and name:
            return f"{kind} {name}"
    return ""
