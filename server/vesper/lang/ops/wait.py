"""`wait`: time, or an event."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import DURATION
from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    event = text_of(step, "event_type")
    yield f"event_bus.subscribe.{event}" if event else "clock.read"


OPERATION = Operation(
    "wait",
    "Waits for a duration, or until something happens.",
    (
        Field("duration", DURATION, "How long to wait."),
        Field("until", Text("expression", "flow"), "Wait until this holds."),
        Field("event_type", Text("name"), "Wait for this event."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: cool_down
operation: wait
duration: 5m
""",
    returns="any",
    needs=_needs,
)
