"""`event_subscribe`: the next event of a kind."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Field, Text
from vesper.lang.ir import Load
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block, Invoke
from vesper.lang.types import ANY, STRING, MapType


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"event_bus.subscribe.{text_of(step, 'event_type') or '*'}"
    handler = text_of(step, "handler")
    if handler:
        yield f"node.call.{handler}"


def _lower(step: Lowering) -> Block:
    handler = step.word("handler")
    if not handler:
        return (step.perform(),)
    output = step.word("output")
    event = step.perform(step.arguments("handler"), output="$event")
    call = Invoke(handler, (("event", Load("$event", event.type)),), output, MapType(STRING, ANY))
    if output:
        step.sets(output, Load(output, call.type))
    return (event, call)


OPERATION = Operation(
    "event_subscribe",
    "Waits for the next event of a kind, over restarts too. With `handler`, a node is called with "
    "the event as its input `event`.",
    (
        Field(
            "event_type", Text("name"), "The kind of event, such as `order_paid`.", required=True
        ),
        Field("handler", Text("node-ref"), "The node to call with the event."),
        Field(
            "output",
            Text("output-name"),
            "The name for what the event carries; with `handler`, for the node's outputs.",
        ),
    ),
    "read",
    example="""\
step: await_payment
operation: event_subscribe
event_type: payment_received
timeout: 2d
output: payment
""",
    returns="map<string, any>",
    needs=_needs,
    lower=_lower,
)
