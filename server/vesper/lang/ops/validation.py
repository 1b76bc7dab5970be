"""`validation`: conditions that must hold before the flow goes on."""

from vesper.lang.document import RETURN_FIELDS
from vesper.lang.fields import Field, Record
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block


def _lower(step: Lowering) -> Block:
    """The guards are those of any step; what is special is the error that the flow ends with."""
    failure = step.get("on_failure")
    if failure is not None:
        step.catch("guard_failed", step.answer(failure), first=True)
    return ()


OPERATION = Operation(
    "validation",
    "Goes on only if every guard holds; otherwise the flow ends with an error. Leading validations "
    "also turn breached preconditions into the node's own error codes.",
    (
        Field(
            "on_failure",
            Record("`on_failure`", tuple(it for it in RETURN_FIELDS if it.name == "return_error")),
            "The error to end with; without it the code is `guard_failed`.",
        ),
    ),
    "pure",
    example="""\
step: check_amount
operation: validation
guards:
  - "amount > 0"
  - "amount <= limit"
on_failure:
  return_error:
    error_code: amount_invalid
    message: "{amount} is not between 0 and {limit}"
""",
    lower=_lower,
)
