"""`arithmetic`: a number worked out exactly."""

from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Value

OPERATION = Operation(
    "arithmetic",
    "Works out a number. Decimals are exact, `/` gives 34 digits, and an overflow is an error.",
    (
        Field(
            "expression",
            Text("expression", "flow"),
            "What to work out, such as `price * quantity`.",
            required=True,
        ),
        Field(
            "output",
            Text("output-name"),
            "The name for the number; may be left out where the node has one output.",
        ),
    ),
    "pure",
    example="""\
step: add_fee
operation: arithmetic
expression: "round(amount * 1.029 + 0.30, 2)"
output: total
""",
    returns="any",
    outcome=lambda step: Value(text_of(step, "expression")),
    lower=lambda step: step.gives(step.expression(step.get("expression"))),
)
