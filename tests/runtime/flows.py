"""An engine whose programs are Python generators: what the driver and the handlers are held to."""

import threading
from collections.abc import Callable, Generator, Mapping
from typing import Any

from vesper.lang.program import Program
from vesper.runtime.engine import Watcher
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Ended, Failure, Running
from vesper.values.value import Value

Flow = Callable[[Mapping[str, Value], str], Generator[Any, Any, dict[str, Value]]]


class Flows:
    """Runs the flow that has the node's id. A failure that the flow does not catch is the node's error."""

    name = "flows"

    def __init__(self, **flows: Flow) -> None:
        self.flows = flows

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        return self._run(self.flows[program.node_id], inputs, site)

    def _run(self, flow: Flow, inputs: Mapping[str, Value], site: str) -> Running:
        try:
            return Ended(output=(yield from flow(inputs, site)))
        except Failure as failure:
            error: dict[str, Value] = {
                "code": failure.code,
                "message": failure.message,
                "details": dict(failure.details),
            }
            return Ended(error=error)


class Scripted:
    """A provider of operations that Python functions perform; remembers what it was asked."""

    def __init__(self, *keyed: str, **operations: Callable[[Effect, Call], object]) -> None:
        self.operations = frozenset(operations)
        self._perform = operations
        self._keyed = keyed
        self.asked: list[tuple[str, str]] = []
        """Operation and key of each time it was asked."""
        self._lock = threading.Lock()

    def perform(self, effect: Effect, call: Call) -> Value:
        with self._lock:
            self.asked.append((effect.operation, call.key))
        return self._perform[effect.operation](effect, call)  # type: ignore[return-value]

    def is_keyed(self, effect: Effect) -> bool:
        return effect.operation in self._keyed

    def times(self, operation: str) -> int:
        return sum(it == operation for it, _ in self.asked)


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def program(node_id: str, **fields: Any) -> Program:
    """A node of that id, pure unless it has a body."""
    body = fields.pop("body", ())
    return Program(
        node_id, "function", "Do it", f"digest of {node_id}", (), (), (), (), body, **fields
    )


def effect(site: str, operation: str = "charge", kind: Any = "write", **fields: Any) -> Effect:
    """An effect that needs no capability unless it is given one."""
    arguments = fields.pop("arguments", {})
    return Effect(operation, site, kind, arguments, **fields)


def call(**fields: Any) -> Call:
    return Call("run1", "pay_v1", "", **fields)
