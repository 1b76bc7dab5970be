"""What is counted and traced of runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client.parser import text_string_to_metric_families

from vesper.execution import spans
from vesper.execution.exposition import exposed
from vesper.execution.meters import BOUNDS, MOST_SERIES, Meters
from vesper.execution.telemetry import Telemetry
from vesper.lang.program import Program
from vesper.project import Project
from vesper.providers.sinks import ErrorStream
from vesper.runtime.envelope import Contracts, Envelope, Problem
from vesper.runtime.handling import Call
from vesper.store.database import Database

NODE = """\
node_id: sum_v1
type: function
intent: Add up what is left
inputs:
  numbers: array<integer>
outputs:
  success:
    total: integer
flow:
  - step: gather
    operation: for_each
    items: "numbers"
    as: number
    steps:
      - step: half
        operation: compute
        expression: "DIV(10, number)"
        output: part
    output: parts
  - step: report
    operation: emit_metric
    metric: parts.found
    kind: gauge
    value: "{len(numbers)}"
    labels: {kind: half}
  - step: done
    operation: return
    return_success: {total: "{len(numbers)}"}
security:
  capabilities_required: [metrics.emit]
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "sum.vsp").write_text(NODE, encoding="utf-8")
    (tmp_path / "vesper.toml").touch()
    made = Project(tmp_path)
    yield made
    made.close()


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (it.name, frozenset(it.labels.items())): it.value
        for family in text_string_to_metric_families(text)
        for it in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    return samples(text)[name, frozenset(labels.items())]


@pytest.mark.parametrize("first", ["vesper", "sir"])
def test_another_process_tells_all_that_was_counted(project: Project, tmp_path: Path, first: str):
    for engine in ("interp", "python", "python"):
        envelope = project.runs.run("sum_v1", {"numbers": [1, 2]}, _options(engine))
        assert envelope.status == "success"
    failed = project.runs.run("sum_v1", {"numbers": [0]}, _options("interp"))
    assert failed.error is not None
    project.close()
    other = Project(tmp_path)
    text = exposed(other.meters.series())
    other.close()
    runs = f"{first}_executions_total"
    assert value(text, runs, node="sum_v1", runtime="interp", status="success") == 1
    assert value(text, runs, node="sum_v1", runtime="interp", status="error") == 1
    assert value(text, runs, node="sum_v1", runtime="python", status="success") == 2
    assert (
        value(text, f"{first}_executions_duration_ms_count", node="sum_v1", runtime="python") == 2
    )
    assert (
        value(text, f"{first}_executions_errors_total", node="sum_v1", code=failed.error.code) == 1
    )
    assert value(text, f"{first}_divergences_total", node="sum_v1") == 0
    assert value(text, f"{first}_confidence", node="sum_v1") == 0
    assert value(text, f"{first}_traffic_split", node="sum_v1", path="python") == 0.5
    assert value(text, f"{first}_traffic_split", node="sum_v1", path="interp") == 0.5
    assert value(text, "parts_found", node="sum_v1", kind="half") == 2


def test_confidence_is_the_share_of_comparisons_that_agreed(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    telemetry = Telemetry(meters, ErrorStream())
    program, call = _program(), Call("t", "pay_v1", "")
    telemetry.ended(program, call, _ended())
    for agreed in (True, True, True, False):
        telemetry.compared("pay_v1", agreed)
    text = exposed(meters.series())
    assert value(text, "vesper_confidence", node="pay_v1") == 0.75
    assert value(text, "vesper_divergences_total", node="pay_v1") == 1
    telemetry.close()


def test_a_run_that_waits_is_counted_when_it_has_ended(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    telemetry = Telemetry(meters, ErrorStream())
    telemetry.ended(_program(), Call("t", "pay_v1", ""), _ended("waiting"))
    assert meters.series() == []
    telemetry.close()


def test_a_histogram_has_what_was_at_most_each_bound(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    for it in (0.5, 1, 3, 70_000):
        meters.add("took", "histogram", it, {})
    text = exposed(meters.series())
    assert value(text, "took_bucket", le="1.0") == 2
    assert value(text, "took_bucket", le="5.0") == 3
    assert value(text, "took_bucket", le=str(float(BOUNDS[-1]))) == 3
    assert value(text, "took_bucket", le="+Inf") == value(text, "took_count") == 4
    assert value(text, "took_sum") == 70_004.5
    meters.close()


def test_labels_without_end_are_counted_together(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    for number in range(MOST_SERIES + 50):
        meters.add("seen", "counter", 1, {"user": str(number), "long": "x" * 500})
    series = meters.series()
    assert len(series) == MOST_SERIES + 1
    assert [it.value for it in series if it.labels == {"overflow": "true"}] == [50]
    assert max(len(value) for it in series for value in it.labels.values()) == 100
    meters.close()


def test_a_name_keeps_the_kind_that_it_had_first(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    meters.add("size", "gauge", 5, {})
    meters.add("size", "counter", 1, {"a": "b"})
    meters.add("size", "gauge", 7, {})
    assert [(it.kind, it.value) for it in meters.series()] == [("gauge", 7)]
    meters.close()


@pytest.mark.parametrize("name", ["päid.ünits", "1st", "a b", "", 'x"y', "line\nbreak"])
def test_any_name_and_label_can_be_read_by_prometheus(tmp_path: Path, name: str):
    meters = Meters(Database(tmp_path / "vesper.db"))
    meters.add(name, "gauge", 1, {f"l{name}": f'{name}"\\\n'})
    assert list(samples(exposed(meters.series())).values()) == [1]
    meters.close()


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr("vesper.execution.telemetry.configured", lambda: provider)
    return kept


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_a_run_is_a_span_with_one_for_each_step_below(project: Project, exporter, engine: str):
    envelope = project.runs.run("sum_v1", {"numbers": [1, 2]}, _options(engine))
    found = {it.attributes.get("vesper.site", ""): it for it in exporter.get_finished_spans()}
    assert list(found)[-1] == ""
    assert set(found) == {"gather", "gather[0]/half", "gather[1]/half", "report", "done", ""}
    root = found[""]
    assert (root.name, root.parent) == ("vesper.execute", None)
    assert dict(root.attributes) == {
        "vesper.node": "sum_v1", "vesper.trace_id": envelope.trace_id, "vesper.actor": "local",
        "vesper.role": "", "vesper.runtime": engine, "vesper.status": "success",
    }  # fmt: skip
    around = {site: it.parent.span_id for site, it in found.items() if it.parent is not None}
    assert around["gather"] == around["done"] == root.context.span_id
    assert around["gather[0]/half"] == found["gather"].context.span_id
    assert found["report"].attributes["vesper.operation"] == "emit_metric"


def test_a_step_that_fails_is_a_failed_span(project: Project, exporter):
    envelope = project.runs.run("sum_v1", {"numbers": [0]}, _options("interp"))
    assert envelope.error is not None
    found = {it.name: it for it in exporter.get_finished_spans()}
    assert found["half"].status.status_code is StatusCode.ERROR
    assert found["half"].attributes["vesper.error_code"] == "division_by_zero"
    assert found["vesper.execute"].attributes["vesper.error_code"] == envelope.error.code


def test_a_divergence_is_an_event_of_the_trace(tmp_path: Path, exporter):
    telemetry = Telemetry(Meters(Database(tmp_path / "vesper.db")), ErrorStream())
    call = Call("t", "pay_v1", "")
    telemetry.watching(_program(), call)
    telemetry.ended(_program(), call, _ended("diverged"))
    (span,) = exporter.get_finished_spans()
    assert [it.name for it in span.events] == ["divergence"]
    telemetry.close()


def test_without_an_exporter_nothing_is_traced_or_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert spans.configured() is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert spans.configured() is None


def _options(engine: str):
    from vesper.execution.runs import RunOptions

    return RunOptions(engine=engine)


def _program() -> Program:
    return Program("pay_v1", "function", "", "", (), (), (), (), ())


def _ended(code: str = "") -> Envelope:
    error = Problem(code, "") if code else None
    status = "error" if code else "success"
    return Envelope("pay_v1", status, None, error, Contracts(), "interp", "t", 3.0)


def test_what_is_kept_is_json_that_the_database_checks(tmp_path: Path):
    meters = Meters(Database(tmp_path / "vesper.db"))
    meters.add("a", "counter", 1, {"k": 'quote " and \\'})
    (found,) = meters.series()
    assert json.dumps(dict(found.labels)) == '{"k": "quote \\" and \\\\"}'
    meters.close()
