"""`string_template`: a text with values filled in."""

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Recipe, Value
from vesper.lang.program import Block


def _outcome(step: tree.Mapping) -> Recipe | None:
    """One `{...}` that is the whole text keeps its type."""
    text = text_of(step, "template").strip()
    is_whole = text.startswith("{") and text.find("}") == len(text) - 1 and text[1:2] != "{"
    return Value(text[1:-1]) if is_whole else None


def _lower(step: Lowering) -> Block:
    inner = step.under(step.values(step.get("parameters")))
    return step.gives(inner.template(step.get("template")))


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
    outcome=_outcome,
    lower=_lower,
)
