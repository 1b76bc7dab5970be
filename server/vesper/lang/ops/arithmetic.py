"""`arithmetic`: a number worked out."""

from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "arithmetic",
    "Evaluates `expression` and puts the value into `output`.",
    (
        Field("expression", Text("expression", "flow"), "What to evaluate.", required=True),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: add
operation: arithmetic
expression: "a + b"
output: total
""",
    returns="any",
)
