"""Metrics as Prometheus reads them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from vesper.execution.meters import BOUNDS, Series

if TYPE_CHECKING:
    from prometheus_client.core import Metric

EXECUTIONS: Final = "vesper.executions.total"
DURATION: Final = "vesper.executions.duration_ms"
ERRORS: Final = "vesper.executions.errors"
DIVERGENCES: Final = "vesper.divergences"
COMPARISONS: Final = "vesper.comparisons"
CONFIDENCE: Final = "vesper.confidence"
TRAFFIC: Final = "vesper.traffic_split"
_DOCS: Final = {
    EXECUTIONS: "Runs that have ended, by node, runtime and status.",
    DURATION: "How long runs took, in milliseconds.",
    ERRORS: "Runs that ended with an error, by its code.",
    DIVERGENCES: "Runs of which two engines, or a run and its journal, did not say the same.",
    COMPARISONS: "Runs that were compared with another engine or with their journal.",
    CONFIDENCE: "The share of compared runs that agreed; 0 where none was compared.",
    TRAFFIC: "The share of a node's runs that each runtime had.",
}
_SOURCE: Final = "sir."
"""The draft's own first word for the six metrics that it names; both are told."""
_SHARED: Final = (EXECUTIONS, DURATION, ERRORS, DIVERGENCES, CONFIDENCE, TRAFFIC)
_UNFIT: Final = re.compile(r"[^a-zA-Z0-9_]")


def exposed(series: Iterable[Series]) -> str:
    """The text format of Prometheus."""
    from prometheus_client import CollectorRegistry, generate_latest

    class _Collector:
        def collect(self) -> "Iterator[Metric]":
            return _families(told(series))

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())  # pyright: ignore[reportArgumentType]
    return generate_latest(registry).decode("utf-8")


def told(series: Iterable[Series]) -> list[Series]:
    """The series with those that are worked out from others, and under the draft's names as well."""
    found = list(series)
    found += [*_shares(found), *_confidences(found)]
    again = [
        replace(it, name=_SOURCE + it.name.partition(".")[2]) for it in found if it.name in _SHARED
    ]
    return [*found, *again]


def _shares(series: list[Series]) -> Iterator[Series]:
    by_node: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for it in series:
        if it.name == EXECUTIONS and "node" in it.labels:
            by_node[it.labels["node"]][it.labels["runtime"]] += it.value
    for node, paths in by_node.items():
        whole = sum(paths.values())
        for path, value in paths.items():
            yield Series(TRAFFIC, "gauge", {"node": node, "path": path}, value / whole)


def _confidences(series: list[Series]) -> Iterator[Series]:
    nodes: dict[str, None] = {}
    compared: dict[str, float] = defaultdict(float)
    diverged: dict[str, float] = defaultdict(float)
    for it in series:
        node = it.labels.get("node", "")
        if it.name == EXECUTIONS and node:
            nodes[node] = None
        elif it.name == COMPARISONS:
            compared[node] += it.value
        elif it.name == DIVERGENCES:
            diverged[node] += it.value
    for node in nodes:
        share = 1 - diverged[node] / compared[node] if compared[node] else 0.0
        yield Series(CONFIDENCE, "gauge", {"node": node}, max(share, 0.0))


def _families(series: list[Series]) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    grouped: dict[str, list[Series]] = defaultdict(list)
    for it in series:
        # A counter gets the ending again when it is written.
        name = it.name.removesuffix(".total") if it.kind == "counter" else it.name
        grouped[_fit(name)].append(it)
    for name, these in grouped.items():
        labels = sorted({_fit(key) for it in these for key in it.labels})
        doc = _DOCS.get(these[0].name, these[0].name)
        match these[0].kind:
            case "counter":
                counter = CounterMetricFamily(name, doc, labels=labels)
                for it in these:
                    counter.add_metric(_values(it, labels), it.value)
                yield counter
            case "gauge":
                gauge = GaugeMetricFamily(name, doc, labels=labels)
                for it in these:
                    gauge.add_metric(_values(it, labels), it.value)
                yield gauge
            case "histogram":
                histogram = HistogramMetricFamily(name, doc, labels=labels)
                for it in these:
                    buckets = [
                        (str(float(b)), float(n)) for b, n in zip(BOUNDS, it.buckets, strict=True)
                    ]
                    buckets.append(("+Inf", float(it.count)))
                    histogram.add_metric(_values(it, labels), buckets, it.value)
                yield histogram


def _values(series: Series, labels: list[str]) -> list[str]:
    found = {_fit(key): value for key, value in series.labels.items()}
    return [found.get(it, "") for it in labels]


def _fit(name: str) -> str:
    """The name in letters that Prometheus takes."""
    fitting = _UNFIT.sub("_", name)
    return f"_{fitting}" if not fitting or fitting[0].isdigit() else fitting
