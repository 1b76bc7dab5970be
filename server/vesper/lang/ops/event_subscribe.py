"""`event_subscribe`: an event awaited."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import STEPS
from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"event_bus.subscribe.{text_of(step, 'event_type') or '*'}"


OPERATION = Operation(
    "event_subscribe",
    "Waits for an event and goes on with what it carries.",
    (
        Field("event_type", Text("name"), "The event's name, such as `order.paid`.", required=True),
        Field("match", Text("expression", "columns"), "Which of them counts."),
        Field("handler", STEPS, "What to do with it."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: wait_for_payment
operation: event_subscribe
event_type: order.paid
timeout: 1h
output: payment
""",
    returns="map<string, any>",
    needs=_needs,
)
