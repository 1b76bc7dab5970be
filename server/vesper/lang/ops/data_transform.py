"""`data_transform`: a list made into another list, or into a summary."""

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Either, Field, ListOf, MapOf, Number, Record, Text
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Flattened, Kept, Mapped, Recipe, Summed, element_names

_NAMES = Either((Text("name"), ListOf(Text("name"))))

_TRANSFORMS = {
    "map": "Each item becomes what `function` gives.",
    "filter": "The items for which `function` is true stay.",
    "reduce": "`function` folds the items into `accumulator`, beginning with `initial`; or `aggregations` "
    "sum up the whole list.",
    "aggregate": "`aggregations` sum up each group of `group_by`, or the whole list.",
    "sort": "Ordered by what `function` gives; equal ones keep their order.",
    "unique": "Each item once, the first place kept; `function` tells what counts as equal.",
    "distinct": "Another word for `unique`.",
    "join": "Items paired with those of `with` that have the same value in `on`.",
    "flatten": "The items of the lists in a list.",
    "take": "The first `count` items.",
}


def _outcome(step: tree.Mapping) -> Recipe | None:
    over, function = text_of(step, "input"), text_of(step, "function")
    match text_of(step, "transform"):
        case "map":
            return Mapped(over, element_names(step), function)
        case "filter":
            return Kept(over, element_names(step), function)
        case "sort" | "unique" | "distinct" | "take":
            return Kept(over)
        case "flatten":
            return Flattened(over)
        case "reduce" if step.entry("aggregations") is None:
            return None
        case "aggregate" | "reduce":
            sums = step.get("aggregations")
            entries = sums.entries if isinstance(sums, tree.Mapping) else []
            columns = (
                (it.key.text, it.value.text if isinstance(it.value, tree.Scalar) else "")
                for it in entries
            )
            return Summed(over, _groups(step.get("group_by")), tuple(columns))
        case _:
            return None


def _groups(node: tree.Node | None) -> tuple[str, ...]:
    if isinstance(node, tree.Sequence):
        return tuple(it.text for it in node.items if isinstance(it, tree.Scalar))
    return (node.text,) if isinstance(node, tree.Scalar) and node.text else ()


OPERATION = Operation(
    "data_transform",
    "Makes a list into another list or a summary. In `function` the item goes by the name in `as`, "
    "else the singular of the input's name, else `item`; in `aggregations` the item's fields stand "
    "alone.",
    (
        Field("input", Text("expression", "flow"), "The list to work on.", required=True),
        Field("transform", Choice(_TRANSFORMS), "What to do with it.", required=True),
        Field(
            "function",
            Text("expression", "element"),
            "What to work out for each item, such as `order.total > 100`.",
        ),
        Field("as", Text("name"), "The item's name in `function`."),
        Field("initial", Anything("flow"), "What `accumulator` begins with in a `reduce`."),
        Field("group_by", _NAMES, "The field or fields whose equal values make a group."),
        Field(
            "aggregations",
            MapOf(Text("expression", "columns"), Text("name")),
            "What to work out for each group, by name: `COUNT(*)`, `SUM(amount)`, `AVG(amount)`.",
        ),
        Field(
            "order",
            Choice({"ascending": "Smallest first.", "descending": "Largest first."}),
            "Which way to sort.",
            default="ascending",
        ),
        Field("with", Text("expression", "flow"), "The other list of a `join`."),
        Field(
            "on",
            Either(
                (
                    Text("name"),
                    Record(
                        "`on`",
                        (
                            Field("left", Text("name"), "The field of `input`.", required=True),
                            Field("right", Text("name"), "The field of `with`.", required=True),
                        ),
                    ),
                )
            ),
            "The field that must be equal in a `join`, or one for each side.",
        ),
        Field(
            "keep",
            Choice(
                {
                    "matched": "Items without a partner are left out.",
                    "all": "Items without a partner stay, with null for the partner's fields.",
                }
            ),
            "What a `join` does with items that have no partner.",
            default="matched",
        ),
        Field("count", Number(True, 0), "How many items to `take`."),
        Field(
            "output",
            Text("output-name"),
            "The name for the result; may be left out where the node has one output.",
        ),
    ),
    "pure",
    example="""\
step: sum_by_region
operation: data_transform
input: "sales"
transform: aggregate
group_by: region
aggregations:
  count: "COUNT(*)"
  total: "SUM(amount)"
output: regions
""",
    returns="any",
    outcome=_outcome,
)
