"""`for_each`: the same steps for every item of a list."""

from vesper.lang import tree
from vesper.lang.document import STEPS
from vesper.lang.fields import Field, Number, Text
from vesper.lang.ir import Expr, Load, RecordOf
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.operators import item_of
from vesper.lang.outcome import Listed, Recipe, element_names
from vesper.lang.program import Block, Loop
from vesper.lang.types import INTEGER, Array, unwrapped


def _outcome(step: tree.Mapping) -> Recipe | None:
    collected = text_of(step, "collect")
    if not collected:
        steps = step.get("steps")
        last = steps.items[-1] if isinstance(steps, tree.Sequence) and steps.items else None
        collected = text_of(last, "output") if isinstance(last, tree.Mapping) else ""
    return Listed(collected) if collected else None


def _lower(step: Lowering) -> Block:
    items = step.expression(step.get("items"))
    names = element_names(step.node)
    item = Load(names[0], item_of(unwrapped(items.type, step.named)))
    inside: dict[str, Expr] = {
        "index": Load("index", INTEGER),
        **dict.fromkeys(reversed(names), item),
    }
    body, inner = step.round(step.get("steps"), inside)
    output, written = step.word("output"), step.get("collect")
    collect = inner.expression(written) if written is not None else inner.last(body)
    if output:
        step.sets(output, RecordOf((), Array(collect.type)))
    return (
        Loop(
            items,
            names[0],
            "index",
            body,
            collect if output else None,
            output,
            step.whole("concurrency", 1),
            step.whole("max_items", 10_000),
        ),
    )


OPERATION = Operation(
    "for_each",
    "Runs steps once for each item of a list, in order unless `concurrency` is above one. The "
    "results keep the order of the items either way.",
    (
        Field("items", Text("expression", "flow"), "The list to go through.", required=True),
        Field(
            "as",
            Text("name"),
            "The item's name; without it the singular of the list's name, else `item`.",
        ),
        Field("steps", STEPS, "The steps to run for each item.", required=True),
        Field(
            "collect",
            Text("expression", "flow"),
            "What each round adds to `output`; without it the value of its last step.",
        ),
        Field("output", Text("output-name"), "The name for the list of results."),
        Field(
            "concurrency",
            Number(True, 1, 1000),
            "How many items may be worked on at once.",
            default="1",
        ),
        Field(
            "max_items",
            Number(True, 0),
            "The longest list to accept; a longer one is an error before the first round.",
            default="10000",
        ),
    ),
    "pure",
    example="""\
step: price_items
operation: for_each
items: "items"
as: item
steps:
  - step: price_item
    operation: arithmetic
    expression: "item.price * item.quantity"
    output: line_total
collect: "line_total"
output: line_totals
""",
    returns="array<any>",
    outcome=_outcome,
    lower=_lower,
)
