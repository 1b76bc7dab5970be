"""`event_publish`: an event told."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"event_bus.publish.{text_of(step, 'event_type') or '*'}"


OPERATION = Operation(
    "event_publish",
    "Publishes an event on the bus.",
    (
        Field("event_type", Text("name"), "The event's name, such as `order.paid`.", required=True),
        Field("data", MapOf(Anything("flow")), "What the event carries."),
        Field("payload", MapOf(Anything("flow")), "The same, in the older notation."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: tell
operation: event_publish
event_type: order.paid
data:
  order_id: "{order_id}"
""",
    returns="string",
    needs=_needs,
)
