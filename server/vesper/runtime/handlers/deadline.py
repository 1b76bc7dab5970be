"""Nothing is begun for a run that was stopped or whose time is over."""

from collections.abc import Callable

from vesper.runtime.handling import Call, Handler
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value


def in_time(inner: Handler, clock: Callable[[], float]) -> Handler:
    """Perform through `inner`, unless the run was stopped (`cancelled`) or is late (`timeout`)."""

    def handle(effect: Effect, call: Call) -> Value:
        check(effect, call, clock)
        return inner(effect, call)

    return handle


def check(effect: Effect, call: Call, clock: Callable[[], float]) -> None:
    """Raise when nothing more may be begun for the effect."""
    if call.is_stopped():
        message = f"somebody stopped the run before {effect.site}"
        raise Failure(("cancelled",), message, {"step": effect.site}, final=True)
    if call.deadline is not None and clock() >= call.deadline:
        message = f"the time was over before {effect.site}"
        raise Failure(("timeout", "effect_failed"), message, {"step": effect.site})
