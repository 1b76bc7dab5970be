"""`string_template`: a text with values in it."""

from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "string_template",
    "Fills the `{...}` of `template` and puts the text into `output`.",
    (
        Field(
            "template",
            Text("template", "flow"),
            "The text; `{{` and `}}` are braces.",
            required=True,
        ),
        Field("parameters", MapOf(Anything("flow")), "More values for the template, by name."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: greet
operation: string_template
template: "Hello, {name}!"
output: greeting
""",
    returns="string",
)
