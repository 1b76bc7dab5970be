"""`wait`: a pause, until a time or an event."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import DURATION
from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    event = text_of(step, "event")
    if event:
        yield f"event_bus.subscribe.{event}"


OPERATION = Operation(
    "wait",
    "Pauses the flow for a time, until a moment or for an event, whichever is written. The pause "
    "outlives restarts. For a person's yes there is `approval`.",
    (
        Field("duration", DURATION, "How long to wait."),
        Field("until", Text("value", "flow"), "The moment to wait for, such as `{due_at}`."),
        Field("event", Text("name"), "The kind of event to wait for."),
        Field("output", Text("output-name"), "The name for what the event carries."),
    ),
    "nondeterministic",
    example="""\
step: cool_off
operation: wait
duration: 15m
""",
    returns="map<string, any>",
    needs=_needs,
)
