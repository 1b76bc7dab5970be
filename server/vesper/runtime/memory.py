"""How much a run holds: counted the same for every engine, and looked at where a step ends."""

from collections.abc import Mapping
from typing import Final

from vesper.lang.program import Program, Step
from vesper.runtime.engine import Watcher
from vesper.runtime.request import Failure
from vesper.runtime.watching import Unwatched
from vesper.values.value import Value

EACH: Final = 16
"""Bytes that every value counts; texts and keys count their UTF-8 as well, decimals their digits."""


def size(value: Value, most: int | None = None) -> int:
    """The bytes that a value counts, with all that is inside; counting ends soon behind `most`.

    A list that holds one list twice, again and again, would never be counted to its end.
    """
    found = 0
    waiting: list[Value] = [value]
    while waiting and (most is None or found <= most):
        it = waiting.pop()
        found += EACH
        if isinstance(it, str):
            found += len(it) if it.isascii() else len(it.encode())
        elif isinstance(it, bytes):
            found += len(it)
        elif isinstance(it, list):
            waiting.extend(it)
        elif isinstance(it, dict):
            found += sum(len(key) if key.isascii() else len(key.encode()) for key in it)
            waiting.extend(it.values())
        elif it is not None and not isinstance(it, bool | int):
            found += len(str(it))
    return found


def bounded(program: Program) -> Watcher | None:
    """An eye on what the program holds, where it has a limit."""
    limit = program.limits.memory
    return None if limit is None else _Bounded(limit)


class _Bounded(Unwatched):
    """Ends a run that holds more than it may. Values are counted once: nobody changes one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sizes: dict[int, tuple[Value, int]] = {}

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        if failure is not None and failure.final:
            return
        held = self._held(scope)
        if held > self._limit:
            message = f"the run held {held:,} bytes of values, and may hold {self._limit:,}"
            raise Failure(("memory_exceeded",), message, {"step": site}, final=True)

    def _held(self, scope: Mapping[str, Value]) -> int:
        before = self._sizes
        # The value is kept beside its size, so that no other gets its identity meanwhile.
        now = {id(it): before.get(id(it)) or (it, size(it, self._limit)) for it in scope.values()}
        if len(before) > 4 * len(now) + 64:
            before = {}
        self._sizes = {**before, **now}
        return sum(now[id(it)][1] for it in scope.values())
