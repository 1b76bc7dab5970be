"""`string_template`: a text with values filled in."""

from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "string_template",
    "Fills values into a text. `{expression}` is replaced by its value; `{{` and `}}` are braces.",
    (
        Field(
            "template",
            Text("template", "flow"),
            "The text, such as `Hello, {name}!`.",
            required=True,
        ),
        Field("parameters", MapOf(Anything("flow")), "More values for the template, by name."),
        Field(
            "output",
            Text("output-name"),
            "The name for the text; may be left out where the node has one output.",
        ),
    ),
    "pure",
    example="""\
step: greet
operation: string_template
template: "Hello, {trim(name)}!"
output: message
""",
    returns="string",
)
