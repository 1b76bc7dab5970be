"""`switch`: one way of many, chosen by a value."""

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Field, MapOf, Text
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block, Switch
from vesper.lang.types import STRING, Enum, unwrapped


def _lower(step: Lowering) -> Block:
    cases, on = step.get("cases"), step.expression(step.get("on"))
    entries = cases.entries if isinstance(cases, tree.Mapping) else []
    *blocks, otherwise = step.branches([*(it.value for it in entries), step.get("default")])
    is_text = unwrapped(on.type, step.named) == STRING or isinstance(on.type, Enum)
    keys = [it.key.text if is_text else it.key.value for it in entries]
    return (Switch(on, tuple(zip(keys, blocks, strict=True)), otherwise),)


OPERATION = Operation(
    "switch",
    "Runs the case that the value names. A value without a case runs `default`, and nothing if "
    "there is none.",
    (
        Field(
            "on",
            Text("expression", "flow"),
            "The value that chooses: a text, a whole number or a truth value.",
            required=True,
        ),
        Field(
            "cases",
            MapOf(STEPS_OR_RETURN),
            "What to do, by value. The keys are values, not expressions.",
            required=True,
        ),
        Field("default", STEPS_OR_RETURN, "What to do for any other value."),
    ),
    "pure",
    example="""\
step: route
operation: switch
on: "status"
cases:
  paid:
    - step: note_paid
      operation: log
      message: "Order {order_id} is paid"
  cancelled:
    return_error: order_cancelled
default:
  return_error: status_unknown
""",
    lower=_lower,
)
