"""`return`: the end of the flow."""

from vesper.lang.document import RETURN_FIELDS
from vesper.lang.operation import Operation

OPERATION = Operation(
    "return",
    "Ends the flow, with the fields of a success or with an error.",
    RETURN_FIELDS,
    "pure",
    example="""\
step: done
operation: return
return_success:
  order_id: "{order_id}"
  total: "{total}"
""",
    lower=lambda step: step.answer(step.node),
)
