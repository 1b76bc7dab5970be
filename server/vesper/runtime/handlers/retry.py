"""Tries again what may pass by itself, with the waits that the document asks for."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from vesper.lang.program import Retry
from vesper.runtime.handlers.deadline import check
from vesper.runtime.handling import Call, Handler
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

PASSING: Final = frozenset({"unreachable", "timeout", "busy", "http_429", "rate_limited"})
"""Failures that may be gone at the next try, beside every answer of 500 and above."""
SLICE: Final = 0.05
"""Seconds between two looks at whether a wait is still wanted."""

Pause = Callable[[float], None]


def may_pass(codes: Iterable[str]) -> bool:
    """Whether a failure with these codes may be gone at the next try."""
    return any(it in PASSING or it.startswith("http_5") for it in codes)


def wait_before(policy: Retry, number: int) -> float:
    """Seconds between the try of that number, from 1, and the next one."""
    wait = policy.delay
    for _ in range(number - 1):
        wait = min(wait * policy.factor + policy.step, policy.longest)
    return min(wait, policy.longest)


class Retrier:
    """Asks `inner` as often as the effect's policy says, with the same key each time.

    A write that ran out of time may have happened. It is tried again only where the provider
    knows the key, or where the document names `timeout` itself.
    """

    def __init__(
        self,
        inner: Handler,
        is_keyed: Callable[[Effect], bool],
        clock: Callable[[], float],
        pause: Pause = time.sleep,
    ) -> None:
        self._inner = inner
        self._is_keyed = is_keyed
        self._clock = clock
        self._pause = pause

    def __call__(self, effect: Effect, call: Call) -> Value:
        policy = effect.retry
        number = 1
        while True:
            try:
                return self._inner(effect, call if number == 1 else replace(call, attempt=number))
            except Failure as failure:
                if number >= policy.attempts or not self._is_worth_it(effect, failure):
                    raise _tried(failure, number) from None
                wait = max(wait_before(policy, number), _asked(failure, policy))
                if not self._waited(effect, call, wait):
                    raise _tried(failure, number) from None
            number += 1

    def _is_worth_it(self, effect: Effect, failure: Failure) -> bool:
        if failure.final:
            return False
        if effect.retry.codes:
            return any(it in effect.retry.codes for it in failure.codes)
        if effect.kind == "write" and "timeout" in failure.codes and not self._is_keyed(effect):
            return False
        return may_pass(failure.codes)

    def _waited(self, effect: Effect, call: Call, seconds: float) -> bool:
        """Wait; false where the time of the effect is over before that."""
        end = self._clock() + seconds
        if call.deadline is not None and end >= call.deadline:
            return False
        while (left := end - self._clock()) > 0:
            self._pause(min(left, SLICE))
            check(effect, call, self._clock)
        return True


def _asked(failure: Failure, policy: Retry) -> float:
    """How long the other side asks to wait, within the longest wait of the policy."""
    asked = failure.details.get("retry_after")
    if isinstance(asked, bool) or not isinstance(asked, int | Decimal):
        return 0.0
    return min(max(float(asked), 0.0), policy.longest)


def _tried(failure: Failure, tries: int) -> Failure:
    if tries == 1:
        return failure
    details = {**failure.details, "tries": tries}
    return Failure(failure.codes, failure.message, details, failure.final)
