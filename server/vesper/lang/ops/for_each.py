"""`for_each`: steps for every item."""

from vesper.lang.document import STEPS
from vesper.lang.fields import Field, Number, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "for_each",
    "Runs `steps` once for each item, in order or several at once; `output` collects the values.",
    (
        Field("items", Text("expression", "flow"), "The items.", required=True),
        Field("as", Text("output-name"), "What an item is called in the steps.", default="item"),
        Field("steps", STEPS, "What to do with each item.", required=True),
        Field("do", STEPS, "The same, in the older notation."),
        Field("collect", Text("expression", "element"), "The value kept of each round."),
        Field("concurrency", Number(True, 1, 1000), "How many rounds at once.", default="1"),
        Field("max_items", Number(True, 1), "The most items accepted."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: notify_all
operation: for_each
items: "recipients"
as: recipient
steps:
  - step: note
    operation: string_template
    template: "Dear {recipient.name}"
    output: letter
output: letters
""",
    returns="array<any>",
)
