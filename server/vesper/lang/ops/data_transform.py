"""`data_transform`: a list made into another list, or into a summary."""

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Either, Field, ListOf, MapOf, Number, Record, Text
from vesper.lang.ir import (
    Const,
    Each,
    Expr,
    Flatten,
    Fold,
    Group,
    Keep,
    Load,
    Pair,
    Sort,
    Take,
    Unique,
)
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.operators import item_of
from vesper.lang.outcome import Flattened, Kept, Mapped, Recipe, Summed, element_names
from vesper.lang.program import Block
from vesper.lang.types import ANY, INTEGER, Array, RecordType, unwrapped

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


def _lower(step: Lowering) -> Block:
    over = step.expression(step.get("input"))
    kind = step.word("transform")
    sums = step.get("aggregations")
    if kind == "aggregate" or (kind == "reduce" and sums is not None):
        return step.gives(_group(step, over, sums))
    return step.gives(_made(step, over, kind))


def _made(step: Lowering, over: Expr, kind: str) -> Expr:
    names = element_names(step.node)
    name = names[0]
    listed = unwrapped(over.type, step.named)
    item = Load(name, item_of(listed))
    inside: dict[str, Expr] = {
        "index": Load("index", INTEGER),
        **dict.fromkeys(reversed(names), item),
    }
    function = step.get("function")
    same = listed if isinstance(listed, Array) else Array(item.type)
    if kind == "reduce":
        return _folded(step, over, item, inside)
    inner = step.under(inside)
    body: Expr = inner.expression(function) if function is not None else item
    match kind:
        case "map":
            return Each(over, name, body, "index", Array(body.type))
        case "filter":
            return Keep(over, name, body, "index", same)
        case "sort":
            return Sort(over, name, body, step.word("order") == "descending", same)
        case "unique" | "distinct":
            return Unique(over, name, body, same)
        case "flatten":
            found = unwrapped(item.type, step.named)
            return Flatten(over, found if isinstance(found, Array) else Array(ANY))
        case "take":
            return Take(over, step.value(step.get("count")), same)
        case "join":
            return _paired(step, over)
        case _:
            return over


def _folded(step: Lowering, over: Expr, item: Load, inside: dict[str, Expr]) -> Expr:
    """`accumulator`, `acc` and `a` are what there is so far, `b` the item."""
    initial = step.value(step.get("initial")) if step.get("initial") is not None else Const(0)
    so_far = Load("accumulator")
    names: dict[str, Expr] = {"accumulator": so_far, "acc": so_far, "a": so_far, "b": item}
    body = step.under({**names, **inside}).expression(step.get("function"))
    return Fold(over, item.name, "accumulator", initial, body, "index")


def _paired(step: Lowering, over: Expr) -> Expr:
    on = step.get("on")
    left, right = (
        (text_of(on, "left"), text_of(on, "right"))
        if isinstance(on, tree.Mapping)
        else (step.word("on"), step.word("on"))
    )
    other = step.expression(step.get("with"))
    return Pair(over, other, left, right, step.word("keep") == "all", Array(ANY))


def _group(step: Lowering, over: Expr, sums: tree.Node | None) -> Expr:
    keys = _groups(step.get("group_by"))
    columns = step.columns(sums, over, "$rows")
    row = unwrapped(item_of(unwrapped(over.type, step.named)), step.named)
    own = {it: (row.field(it) if isinstance(row, RecordType) else None) or ANY for it in keys}
    fields = {**own, **{name: value.type for name, value in columns}}
    record = RecordType("record", tuple(fields.items()))
    return Group(over, keys, "$rows", columns, Array(record) if keys else record)


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
    lower=_lower,
)
