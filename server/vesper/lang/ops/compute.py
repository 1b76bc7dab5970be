"""`compute`: a value of any type worked out from others."""

from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Value

OPERATION = Operation(
    "compute",
    "Works out any value: a text, a truth value, a list or a record as well as a number.",
    (
        Field(
            "expression",
            Text("expression", "flow"),
            "What to work out, such as `lower(trim(email))`.",
            required=True,
        ),
        Field(
            "output",
            Text("output-name"),
            "The name for the value; may be left out where the node has one output.",
        ),
    ),
    "pure",
    example="""\
step: is_large
operation: compute
expression: "total > 1000 AND NOT is_member"
output: needs_review
""",
    returns="any",
    outcome=lambda step: Value(text_of(step, "expression")),
    lower=lambda step: step.gives(step.expression(step.get("expression"))),
)
