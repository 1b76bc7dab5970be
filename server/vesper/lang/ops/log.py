"""`log`: a line in the structured log."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation


def _needs(_step: tree.Mapping) -> Iterator[str]:
    yield "log.write"


OPERATION = Operation(
    "log",
    "Writes one entry to the structured log, with the node, the step and the trace it belongs to. "
    "Fields listed under `sensitive_data` are hidden.",
    (
        Field(
            "message",
            Text("template", "flow"),
            "What happened, in a sentence; `{expression}` is filled in.",
            required=True,
        ),
        Field(
            "level",
            Choice(
                {
                    "debug": "Of use only when looking for a fault.",
                    "info": "An ordinary event.",
                    "warning": "Odd, but handled.",
                    "error": "Something failed.",
                    "critical": "Somebody should look at once.",
                }
            ),
            "How loud it is.",
            default="info",
        ),
        Field("data", MapOf(Anything("flow")), "Values to search the log by, by name."),
    ),
    "write",
    example="""\
step: note_retry
operation: log
level: warning
message: "Order {order_id} was paid twice"
data:
  order_id: "{order_id}"
""",
    needs=_needs,
)
