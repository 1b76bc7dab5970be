"""No watcher of an engine, and several."""

from collections.abc import Mapping

from vesper.lang.program import Clause, Step
from vesper.runtime.engine import Watcher
from vesper.runtime.request import Failure
from vesper.values.value import Fault, Value


class Unwatched:
    """Nobody looks; for those who look at a part, what to begin with."""

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        """See `vesper.runtime.engine.Watcher`."""

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        """See `vesper.runtime.engine.Watcher`."""

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        """See `vesper.runtime.engine.Watcher`."""


def together(*watchers: Watcher | None) -> Watcher | None:
    """A watcher that tells all of them, in order; none where there is none."""
    there = [it for it in watchers if it is not None]
    return _Several(there) if len(there) > 1 else there[0] if there else None


class _Several:
    def __init__(self, watchers: list[Watcher]) -> None:
        self._watchers = watchers

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        for it in self._watchers:
            it.entered(step, site, scope)

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        for it in self._watchers:
            it.left(step, site, scope, failure)

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        for it in self._watchers:
            it.judged(clause, scope, verdict)
