"""The end of a run's time, noticed between the steps of its loops: effects have their own deadlines."""

from collections.abc import Callable, Mapping

from vesper.lang.program import Program, Step, steps_of
from vesper.runtime.engine import Watcher
from vesper.runtime.handling import Call
from vesper.runtime.request import Failure
from vesper.runtime.watching import Unwatched
from vesper.values.value import Value

GRACE = 30.0
"""Seconds that handlers of failures have when the time of a run is over: what was done must be undone."""


def timed(program: Program, call: Call, clock: Callable[[], float]) -> Watcher | None:
    """An eye on the time, where there is a limit and a loop that may pass it.

    A program without loops is over soon, whatever it works out: `max_operations` sees to that.
    """
    if call.deadline is None or all(it.operation != "for_each" for it in steps_of(program)):
        return None
    return _Timed(call, call.deadline, clock)


class _Timed(Unwatched):
    def __init__(self, call: Call, deadline: float, clock: Callable[[], float]) -> None:
        self._call = call
        self._deadline = deadline
        self._clock = clock

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        if self._call.is_stopped():
            message = f"somebody stopped the run before {site}"
            raise Failure(("cancelled",), message, {"step": site}, final=True)
        if self._clock() >= self._deadline + (GRACE if "!" in site else 0):
            raise Failure(("timeout",), f"the time was over before {site}", {"step": site})
