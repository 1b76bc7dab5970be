"""`validation`: guards that must all hold."""

from vesper.lang.document import RETURN_FIELDS
from vesper.lang.fields import Field, Record, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "validation",
    "All guards must hold, or the flow ends with the error of `on_failure`.",
    (
        Field(
            "on_failure",
            Record(
                "`on_failure`",
                (
                    *RETURN_FIELDS,
                    Field("message", Text("template", "flow"), "What to tell the caller."),
                ),
            ),
            "How the flow ends when a guard does not hold.",
        ),
    ),
    "pure",
    example="""\
step: check_amount
operation: validation
guards:
  - "amount > 0"
on_failure:
  return_error: invalid_amount
""",
)
