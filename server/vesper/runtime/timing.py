"""The end of a run's time, noticed between the steps of its loops: effects have their own deadlines."""

from collections.abc import Callable, Mapping

from vesper.lang.program import Clause, Program, Step, steps_of
from vesper.runtime.engine import Watcher
from vesper.runtime.handling import Call
from vesper.runtime.request import Failure
from vesper.values.value import Fault, Value

GRACE = 30.0
"""Seconds that handlers of failures have when the time of a run is over: what was done must be undone."""


def timed(
    program: Program, watcher: Watcher | None, call: Call, clock: Callable[[], float]
) -> Watcher | None:
    """The watcher, with an eye on the time where there is a limit and a loop that may pass it.

    A program without loops is over soon, whatever it works out: `max_operations` sees to that.
    """
    if call.deadline is None or all(it.operation != "for_each" for it in steps_of(program)):
        return watcher
    return _Timed(call, call.deadline, clock, watcher)


class _Timed:
    def __init__(
        self, call: Call, deadline: float, clock: Callable[[], float], watcher: Watcher | None
    ) -> None:
        self._call = call
        self._deadline = deadline
        self._clock = clock
        self._watcher = watcher

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        if self._watcher is not None:
            self._watcher.entered(step, site, scope)
        if self._call.is_stopped():
            message = f"somebody stopped the run before {site}"
            raise Failure(("cancelled",), message, {"step": site}, final=True)
        if self._clock() >= self._deadline + (GRACE if "!" in site else 0):
            raise Failure(("timeout",), f"the time was over before {site}", {"step": site})

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        if self._watcher is not None:
            self._watcher.left(step, site, scope, failure)

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        if self._watcher is not None:
            self._watcher.judged(clause, scope, verdict)
