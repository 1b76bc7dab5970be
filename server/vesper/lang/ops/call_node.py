"""`call_node`: another node."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"node.call.{text_of(step, 'node_id') or '*'}"


OPERATION = Operation(
    "call_node",
    "Runs another node with its own contracts; what it may do must be within what this node may.",
    (
        Field(
            "node_id",
            Text("node-ref"),
            "The node; `pay_v1` or a range such as `pay_v1.x`.",
            required=True,
        ),
        Field("parameters", MapOf(Anything("flow")), "Its inputs."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "read",
    example="""\
step: price
operation: call_node
node_id: price_order_v1
parameters:
  order_id: "{order_id}"
output: price
""",
    returns="map<string, any>",
    needs=_needs,
)
