"""`data_transform`: lists turned into other lists."""

from vesper.lang.fields import Anything, Choice, Either, Field, ListOf, MapOf, Number, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "data_transform",
    "Maps, filters, reduces, groups, sorts or joins a list.",
    (
        Field("input", Text("expression", "flow"), "The list.", required=True),
        Field(
            "transform",
            Choice(
                {
                    "map": "Each element turned into another value.",
                    "filter": "The elements for which `function` holds.",
                    "reduce": "All elements folded into one value, beginning with `initial`.",
                    "aggregate": "Groups by `group_by`, each with its `aggregations`.",
                    "sort": "The elements in order of `function`.",
                    "unique": "Each element once.",
                    "distinct": "The same as `unique`.",
                    "join": "Elements of two lists put together by `on`.",
                    "flatten": "Lists in the list laid end to end.",
                    "take": "The first `count` elements.",
                }
            ),
            "What to do with it.",
            required=True,
        ),
        Field(
            "function",
            Text("expression", "element"),
            "What to work out for an element; `as` names it.",
        ),
        Field("as", Text("output-name"), "What an element is called.", default="item"),
        Field(
            "group_by",
            Either((ListOf(Text("name")), Text("name"))),
            "The fields that make a group.",
        ),
        Field(
            "aggregations",
            MapOf(Text("expression", "columns")),
            "What to work out for each group; field names stand alone.",
        ),
        Field("initial", Anything("flow"), "What `reduce` begins with."),
        Field("with", Text("expression", "flow"), "The other list of a `join`."),
        Field("on", Text("expression", "columns"), "When two elements belong together."),
        Field(
            "order",
            Choice({"ascending": "Smallest first.", "descending": "Largest first."}),
            "Which way to sort.",
            default="ascending",
        ),
        Field("count", Number(True, 0), "How many elements `take` keeps."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: large_orders
operation: data_transform
input: "orders"
transform: filter
as: order
function: "order.total > 100"
output: large_orders
""",
    returns="any",
)
