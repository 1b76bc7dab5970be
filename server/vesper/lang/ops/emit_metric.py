"""`emit_metric`: a number for the dashboards."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"metrics.emit.{text_of(step, 'metric') or '*'}"


OPERATION = Operation(
    "emit_metric",
    "Adds to a metric.",
    (
        Field("metric", Text("name"), "The metric's name.", required=True),
        Field("value", Anything("flow"), "The number.", default="1"),
        Field(
            "metric_type",
            Choice(
                {
                    "counter": "Only grows.",
                    "gauge": "The value now.",
                    "histogram": "How values spread.",
                }
            ),
            "What kind of metric it is.",
            default="counter",
        ),
        Field("labels", MapOf(Anything("flow")), "What it is counted by."),
    ),
    "write",
    example="""\
step: count
operation: emit_metric
metric: payments
value: 1
""",
    needs=_needs,
)
