"""`emit_metric`: a number for the dashboards."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Choice, Field, MapOf, Text
from vesper.lang.ir import Const, RecordOf
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block
from vesper.lang.types import STRING, MapType


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"metrics.emit.{text_of(step, 'metric') or '*'}"


def _lower(step: Lowering) -> Block:
    arguments = dict(step.arguments("labels"))
    arguments.setdefault("value", Const(1))
    labels = step.get("labels")
    if isinstance(labels, tree.Mapping):
        texts = tuple((it.key.text, step.text(it.value)) for it in labels.entries)
        arguments["labels"] = RecordOf(texts, MapType(STRING, STRING))
    return (step.perform(tuple(arguments.items())),)


OPERATION = Operation(
    "emit_metric",
    "Reports a number to the metrics that `vesper` exports. It never fails a flow.",
    (
        Field("metric", Text("name"), "The metric's name, such as `orders_paid`.", required=True),
        Field(
            "kind",
            Choice(
                {
                    "counter": "The value is added; it only ever grows.",
                    "gauge": "The value is what holds now.",
                    "histogram": "The value is one measurement of many.",
                }
            ),
            "What the number means.",
            default="counter",
        ),
        Field("value", Text("expression", "flow"), "The number.", default="1"),
        Field(
            "labels",
            MapOf(Text("value", "flow")),
            "What to tell the measurements apart by; few different values, or it gets expensive.",
        ),
    ),
    "write",
    example="""\
step: count_order
operation: emit_metric
metric: orders_paid
value: "1"
labels:
  currency: "{currency}"
""",
    needs=_needs,
    lower=_lower,
)
