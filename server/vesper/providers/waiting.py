"""Waiting for something outside, as long as the run is patient: then the run is kept, and goes on later."""

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from vesper.providers.failures import stopped, timed_out
from vesper.runtime.handling import Call, Suspended
from vesper.values.value import Value

T = TypeVar("T")
_FIRST: Final = 0.01
_LONGEST: Final = 0.25
"""Seconds between two looks, at first and in the end."""


def wait_for(
    look: Callable[[], T | None], call: Call, reason: str, waits_for: Mapping[str, Value]
) -> T:
    """What `look` finds. It is asked at least once, however little time there is.

    Raises `timeout` behind the deadline of the call, `cancelled` when the run is stopped, and `Suspended`
    when its patience ends.
    """
    pause = _FIRST
    while True:
        found = look()
        if found is not None:
            return found
        if call.is_stopped():
            raise stopped()
        left = _left(call, reason, waits_for)
        time.sleep(min(pause, max(left, 0.0)))
        pause = min(pause * 1.5, _LONGEST)


def _left(call: Call, reason: str, waits_for: Mapping[str, Value]) -> float:
    """Seconds until the run does something else than wait."""
    left = _LONGEST
    now = time.monotonic()
    if call.deadline is not None:
        if now >= call.deadline:
            raise timed_out(f"waiting for {reason}")
        left = min(left, call.deadline - now)
    if call.patience is not None:
        if now >= call.patience:
            raise Suspended(reason, waits_for)
        left = min(left, call.patience - now)
    return left
