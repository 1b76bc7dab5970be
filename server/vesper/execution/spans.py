"""Runs as OpenTelemetry traces: a span for each run, below it one for each step. They hold no values."""

import os
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from vesper.lang.program import Clause, Program, Step
from vesper.runtime.envelope import Envelope
from vesper.runtime.handling import Call
from vesper.runtime.request import Failure
from vesper.values.value import Fault, Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

RUN: Final = "vesper.execute"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http"


def configured() -> "TracerProvider | None":
    """The provider that the user's environment asks for; none where it does not, or has no exporter."""
    wanted = any(os.environ.get(it) for it in _ENDPOINTS)
    if (
        not wanted
        or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
        or not _has_exporter()
    ):
        return None
    import importlib

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = importlib.import_module(f"{_EXPORTER}.trace_exporter").OTLPSpanExporter()
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "vesper"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _has_exporter() -> bool:
    try:
        return find_spec(_EXPORTER) is not None
    except ModuleNotFoundError:
        return False


class RunSpans:
    """The spans of one run. A `Watcher` of its steps."""

    def __init__(self, tracer: "Tracer", program: Program, call: Call) -> None:
        self._tracer = tracer
        self._open: dict[str, Span] = {}
        self._lock = threading.Lock()
        self._root = tracer.start_span(
            RUN,
            attributes={
                "vesper.node": program.node_id,
                "vesper.trace_id": call.execution,
                "vesper.actor": call.actor,
                "vesper.role": call.role,
            },
        )

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        """Begin the span of a step, below that of the step around it."""
        del scope
        from opentelemetry.trace import set_span_in_context

        with self._lock:
            context = set_span_in_context(self._around(site))
            attributes = {
                "vesper.step": step.name,
                "vesper.operation": step.operation,
                "vesper.site": site,
            }
            self._open[site] = self._tracer.start_span(step.name, context, attributes=attributes)

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        """End the span of a step."""
        del step, scope
        with self._lock:
            span = self._open.pop(site, None)
        if span is None:
            return
        if failure is not None:
            _fail(span, failure.code)
        span.end()

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        """Note a clause that does not hold."""
        del scope
        if verdict is not True:
            self._root.add_event("contract_violation", {"vesper.clause": clause.text})

    def end(self, envelope: Envelope) -> None:
        """End the span of the run, and those of steps that it left open."""
        with self._lock:
            left, self._open = list(self._open.values()), {}
        for span in reversed(left):
            span.end()
        self._root.set_attribute("vesper.runtime", envelope.runtime)
        self._root.set_attribute("vesper.status", envelope.status)
        if envelope.error is not None:
            if envelope.error.code == "diverged":
                self._root.add_event("divergence", {"vesper.node": envelope.node_id})
            _fail(self._root, envelope.error.code)
        self._root.end()

    def _around(self, site: str) -> "Span":
        """The innermost open step around a site: sites are paths, with `>` where a node calls another."""
        place = site
        while place:
            cut = max(place.rfind("/"), place.rfind(">"))
            if cut < 0:
                break
            place = place[:cut]
            for known in (place, place.rpartition("[")[0], place.rpartition("!")[0].rstrip("!")):
                if known in self._open:
                    return self._open[known]
        return self._root


def _fail(span: "Span", code: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("vesper.error_code", code)
    span.set_status(StatusCode.ERROR, code)
