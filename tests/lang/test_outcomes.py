"""What steps put into names has a type, and it follows when what it depends on changes."""

import random

import pytest

from vesper.lang.check import Analysis, check
from vesper.lang.source import Span
from vesper.lang.types import RecordType, Type, shown

HEAD = """\
types:
  Order:
    fields:
      id: string
      total: decimal
      note: string?
      tags: array<string>
inputs:
  orders: array<Order>
  count: integer
  price: decimal
  maybe: string?
flow:
"""


def outputs(flow: str) -> dict[str, str]:
    (facts,) = Analysis(HEAD + flow).parts()
    return {name: told(facts.type_of(places[-1])) for name, places in facts.of("variable").items()}


def told(kind: Type) -> str:
    inner = getattr(kind, "item", kind)
    if isinstance(inner, RecordType) and inner.name == "record":
        fields = ", ".join(f"{name}: {shown(it)}" for name, it in inner.fields)
        return "{" + fields + "}" + ("[]" if inner is not kind else "")
    return shown(kind)


def step(operation: str, **fields: str) -> str:
    lines = [f"  - step: s\n    operation: {operation}\n"]
    return lines[0] + "".join(f"    {key}: {value}\n" for key, value in fields.items())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (step("arithmetic", expression='"count + 1"'), "integer"),
        (step("arithmetic", expression='"count * price"'), "decimal"),
        (step("compute", expression='"orders[0]"'), "Order"),
        (step("compute", expression='"maybe"'), "string?"),
        (step("compute", when='"maybe IS NOT NULL"', expression='"maybe"'), "string"),
        (step("compute", expression='"AVG(orders.total)"'), "decimal?"),
        (step("compute", expression='"nobody"'), "any"),
        (step("string_template", template='"{price}"'), "decimal"),
        (step("string_template", template='"{price} for {count}"'), "string"),
        (step("file_read", path="a", format="csv"), "array<map<string, string>>"),
        (step("file_read", path="a"), "string"),
        (step("database_query", table="a"), "array<map<string, any>>"),
        (step("data_transform", input="orders", transform="sort", function='"order.id"'),
         "array<Order>"),
        (step("data_transform", input="orders", transform="map", function='"order.total * 2"'),
         "array<decimal>"),
        (step("data_transform", input="orders", transform="map", **{"as": "it"},
              function='"{id: it.id, at: index}"'), "{id: string, at: integer}[]"),
        (step("data_transform", input='"orders.tags"', transform="flatten"), "array<string>"),
        (step("data_transform", input="orders", transform="aggregate", group_by="id",
              aggregations='{n: "COUNT(*)", sum: "SUM(total)", most: "MAX(total)"}'),
         "{id: string, n: integer, sum: decimal, most: decimal}[]"),
    ],
)  # fmt: skip
def test_the_type_of_an_output_follows_from_its_step(text: str, kind: str):
    assert outputs(text + "    output: result\n") == {"result": kind}


def test_a_filter_makes_sure_of_the_fields_it_asks_for():
    flow = (
        step("data_transform", input="orders", transform="filter",
             function='"order.note IS NOT NULL"') + "    output: noted\n"
        + step("compute", expression='"FORALL order IN noted: len(order.note) > 0"')
        + "    output: ok\n"
    )  # fmt: skip
    assert outputs(flow) == {"noted": "array<Order>", "ok": "boolean"}
    assert [it.message for it in check(HEAD + flow) if it.code == "VSP309"] == []


def test_types_go_on_from_step_to_step_and_into_what_uses_them():
    flow = (
        step("compute", expression='"SUM(orders.total)"') + "    output: sum\n"
        + step("compute", expression='"sum / count"') + "    output: mean\n"
        + step("compute", expression='"upper(mean)"') + "    output: wrong\n"
    )  # fmt: skip
    found = [it for it in check(HEAD + flow) if it.code == "VSP310"]
    assert [it.message for it in found] == [
        "`text` of `upper(text)` is a string, this is a decimal"
    ]


def test_a_loop_gives_a_list_of_what_it_collects_and_its_item_has_a_type():
    flow = """\
  - step: go
    operation: for_each
    items: "orders"
    as: one
    collect: "cost"
    steps:
      - step: work
        operation: compute
        expression: "one.total + 1"
        output: cost
    output: costs
"""
    assert outputs(flow) == {"cost": "decimal", "costs": "array<decimal>"}
    wrong = flow.replace("one.total + 1", "one.totl + 1")
    assert "did you mean `total`" in "".join(
        it.message for it in check(HEAD + wrong) if it.code == "VSP313"
    )


def test_what_only_one_branch_sets_may_be_null():
    flow = """\
  - step: begin
    operation: compute
    expression: "null"
    output: found
  - step: perhaps
    operation: conditional
    condition: "count > 0"
    then:
      - step: one
        operation: compute
        expression: "count"
        output: found
{other}  - step: use
    operation: compute
    expression: "found + 1"
    output: more
"""
    other = (
        '    else:\n      - operation: compute\n        expression: "2"\n        output: found\n'
    )
    codes = [it.code for it in check(HEAD + flow.format(other=""))]
    assert codes.count("VSP309") == 1
    codes = [it.code for it in check(HEAD + flow.format(other=other))]
    assert codes.count("VSP309") == 0


def test_an_aggregation_knows_the_columns_of_its_rows():
    flow = step("data_transform", input="orders", transform="aggregate", group_by="id",
                aggregations='{x: "SUM(id)"}') + "    output: sums\n"  # fmt: skip
    found = [it.message for it in check(HEAD + flow) if it.code == "VSP310"]
    assert found == ["`values` of `SUM(values)` is an array<number>, this is a string"]


def test_a_thousand_steps_that_build_on_each_other_are_typed():
    flow = step("compute", expression='"price"') + "    output: v0\n"
    flow += "".join(
        step("compute", expression=f'"v{it - 1} + 1"') + f"    output: v{it}\n"
        for it in range(1, 1000)
    )
    assert outputs(flow)["v999"] == "decimal"


CHAIN = HEAD + "".join(
    step("compute", expression=f'"{source}"') + f"    output: v{it}\n"
    for it, source in enumerate(
        ["count", "v0 + 1", "v1 * price", "upper(v2)", "maybe", "len(v4)", "orders", "v6[0].total",
         "FORALL it IN v6: it.total > v7", "v1 == v2 AND v8"]
    )
)  # fmt: skip
WORDS = ["count", "price", "maybe", "orders", "v0", "v3", "v6", "null", "'x'", "1", "1.5", "[", "x",
         "string", "integer", "decimal?", "array<Order>", "v1", "", " ", "coalesce(maybe, '')"]  # fmt: skip


def test_after_any_edits_the_types_are_those_of_a_fresh_text():
    chance = random.Random(11)
    analysis = Analysis(CHAIN)
    analysis.diagnostics()
    for number in range(600):
        line = chance.randrange(8, len(analysis.text.lines) - 1)
        text = analysis.text.lines[line].rstrip("\n")
        begin = text.find(": ") + 2
        if begin > 1 and chance.random() < 0.8:
            quote = '"' if "expression" in text else ""
            analysis.edit(Span(line, begin, line, len(text)), quote + chance.choice(WORDS) + quote)
        elif chance.random() < 0.5:
            analysis.edit(Span(line, 0, line + 1, 0), "")
        else:
            analysis.edit(Span(line, 0, line, 0), f"# {number}\n")
        assert analysis.diagnostics() == check(str(analysis.text)), number
        if number % 40 == 39:
            analysis.replace(CHAIN)
