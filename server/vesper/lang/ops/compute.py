"""`compute`: a value worked out."""

from vesper.lang.fields import Field, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "compute",
    "Evaluates `expression` and puts the value into `output`.",
    (
        Field("expression", Text("expression", "flow"), "What to evaluate.", required=True),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: add
operation: compute
expression: "a + b"
output: total
""",
    returns="any",
)
