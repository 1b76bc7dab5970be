"""`event_publish`: an event told to whoever listens."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Either, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"event_bus.publish.{text_of(step, 'event_type') or '*'}"


OPERATION = Operation(
    "event_publish",
    "Publishes an event on the workspace's event bus. Listeners get it at least once, in the order "
    "in which a run published.",
    (
        Field(
            "event_type", Text("name"), "The kind of event, such as `order_paid`.", required=True
        ),
        Field(
            "data",
            Either((MapOf(Anything("flow")), Text("value", "flow"))),
            "What the event carries: values by name, or one value.",
        ),
    ),
    "write",
    example="""\
step: announce
operation: event_publish
event_type: order_paid
data:
  order_id: "{order_id}"
  total: "{total}"
""",
    needs=_needs,
)
