"""`call_node`: another node does a part of the work."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Record, Text
from vesper.lang.ir import Load
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block, Invoke
from vesper.lang.types import ANY, STRING, MapType

_CALLEE = re.compile(r"\w+(?:\.\d+)*")


def _needs(step: tree.Mapping) -> Iterator[str]:
    """The capability of a version range names what stands before the range."""
    callee = _CALLEE.match(text_of(step, "node_id"))
    yield f"node.call.{callee[0] if callee else '*'}"


def _lower(step: Lowering) -> Block:
    answer = step.word("output") or "$response"
    call = Invoke(
        step.word("node_id"),
        tuple(step.values(step.get("parameters")).items()),
        answer,
        MapType(STRING, ANY),
    )
    response = Load(answer, call.type)
    taken = step.under({"response": response, "result": response})
    extracted = taken.values(step.get("extract", step.get("on_success")))
    if answer != "$response":
        step.sets(answer, response)
    return (call, *(it for name, value in extracted.items() for it in step.sets(name, value)))


OPERATION = Operation(
    "call_node",
    "Calls another node and waits for its answer. The callee keeps to its own list of capabilities "
    "and to what this run is allowed. Its error is an error of this step, under the same code.",
    (
        Field(
            "node_id",
            Text("node-ref"),
            "The node to call: `send_mail_v1`, or any version of a range such as `send_mail_v1.*`.",
            required=True,
        ),
        Field("parameters", MapOf(Anything("flow")), "The callee's inputs, by name."),
        Field("output", Text("output-name"), "The name for the callee's outputs, as a record."),
        Field(
            "on_success",
            Record(
                "`on_success`",
                (
                    Field(
                        "extract",
                        MapOf(Anything("flow"), Text("output-name")),
                        'Names for parts of the answer: `mail_id: "{response.id}"`.',
                    ),
                ),
            ),
            "What to take from the answer.",
        ),
    ),
    "write",
    example="""\
step: confirm
operation: call_node
node_id: send_mail_v1
parameters:
  to: "{customer.email}"
  subject: "Order {order_id} is on its way"
output: mail
""",
    returns="map<string, any>",
    needs=_needs,
    lower=_lower,
)
