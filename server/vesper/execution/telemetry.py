"""What is counted and traced of every run, and where the numbers and entries that steps give go."""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vesper.execution import exposition
from vesper.execution.meters import Meters
from vesper.execution.spans import RunSpans, configured
from vesper.lang.program import Program
from vesper.providers.sinks import Entry, Measurement, Sink
from vesper.runtime.engine import Watcher
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.stack import Witness
from vesper.runtime.handling import Call
from vesper.runtime.journal import Outcome
from vesper.runtime.request import Effect, Failure
from vesper.runtime.watching import together
from vesper.values.value import Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_NOT_OVER = frozenset({"waiting", "effect_ambiguous"})


class Telemetry(Witness):
    """Measures runs. They are traced where somebody takes it: `provider`, else whom the environment names."""

    def __init__(self, meters: Meters, log: Sink, provider: "TracerProvider | None" = None) -> None:
        self._meters = meters
        self._log = log
        self._provider = provider or configured()
        self._spans: dict[str, RunSpans] = {}
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        """Hand an entry of the log on."""
        self._log.write(entry)

    def measure(self, measurement: Measurement) -> None:
        """Count in what a step reports."""
        labels = {**measurement.labels, "node": measurement.node}
        self._meters.add(measurement.name, measurement.kind, measurement.value, labels)

    def watching(self, program: Program, call: Call) -> Watcher | None:
        """Begin the trace of a run, where somebody takes it."""
        if self._provider is None:
            return None
        spans = RunSpans(self._provider.get_tracer("vesper"), program, call)
        with self._lock:
            self._spans[call.execution] = spans
        return spans

    def ended(self, program: Program, call: Call, envelope: Envelope) -> None:
        """Count the run, and end its trace."""
        with self._lock:
            spans = self._spans.pop(call.execution, None)
        if spans is not None:
            spans.end(envelope)
        code = envelope.error.code if envelope.error is not None else ""
        if code in _NOT_OVER:
            return
        by_engine = {"node": program.node_id, "runtime": envelope.runtime}
        add = self._meters.add
        add(exposition.EXECUTIONS, "counter", 1, {**by_engine, "status": envelope.status})
        add(exposition.DURATION, "histogram", envelope.duration_ms, by_engine)
        for it in ("", code) if code else ("",):
            # Nothing yet is a number too: an alert on it must not wait for the first error.
            add(exposition.ERRORS, "counter", 1 if it else 0, {"node": program.node_id, "code": it})
        self.compared(program.node_id, code != "diverged", 1 if code == "diverged" else 0)

    def compared(self, node_id: str, agreed: bool, times: int = 1) -> None:
        """A run was done by a second engine, or again from its journal, and the two said the same or not."""
        self._meters.add(exposition.COMPARISONS, "counter", times, {"node": node_id})
        diverged = 0 if agreed else times
        self._meters.add(exposition.DIVERGENCES, "counter", diverged, {"node": node_id})

    def close(self) -> None:
        """Write and send what waits."""
        self._meters.close()
        if self._provider is not None:
            self._provider.shutdown()


class Together(Witness):
    """Several witnesses as one. Those that may forbid something come first."""

    def __init__(self, *witnesses: Witness) -> None:
        self._witnesses = witnesses

    def began(self, program: Program, call: Call, inputs: Mapping[str, Value]) -> None:
        """Tell all."""
        for it in self._witnesses:
            it.began(program, call, inputs)

    def ended(self, program: Program, call: Call, envelope: Envelope) -> None:
        """Tell all."""
        for it in self._witnesses:
            it.ended(program, call, envelope)

    def begins(self, effect: Effect, call: Call) -> None:
        """Tell all."""
        for it in self._witnesses:
            it.begins(effect, call)

    def performed(self, effect: Effect, call: Call, outcome: Outcome) -> None:
        """Tell all."""
        for it in self._witnesses:
            it.performed(effect, call, outcome)

    def refused(self, effect: Effect, call: Call, failure: Failure) -> None:
        """Tell all."""
        for it in self._witnesses:
            it.refused(effect, call, failure)

    def watching(self, program: Program, call: Call) -> Watcher | None:
        """The watchers of all as one."""
        return together(*(it.watching(program, call) for it in self._witnesses))
