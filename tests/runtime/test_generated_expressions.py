"""Expressions drawn at random, each of some type, mean the same to both engines: value or fault code."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.notation import both, lower
from vesper.lang import ir
from vesper.lang.program import Assign
from vesper.lang.types import ANY, Type, parse
from vesper.values.numbers import decimal
from vesper.values.value import INT_MAX, INT_MIN, Value

Text = st.SearchStrategy[str]

NAMES: dict[str, tuple[str, str, st.SearchStrategy[Any]]] = {
    "i": ("integer", "int", st.integers(-5, 5) | st.sampled_from([INT_MIN, INT_MAX])),
    "j": ("integer", "int", st.integers(-3, 3)),
    "d": ("decimal", "num", st.decimals(-99, 99, places=2).map(decimal)),
    "e": ("decimal", "num",
        st.sampled_from([Decimal("0.0"), Decimal("1E+3"), Decimal("-2.50"), Decimal("1E-9")])),
    "s": ("string", "str", st.sampled_from(["", "a", "Ab c", "é😀", "12", "1.50", "2026-01-02"])),
    "b": ("boolean", "bool", st.booleans()),
    "n": ("integer?", "int", st.none() | st.integers(-2, 2)),
    "t": ("timestamp", "time",
        st.sampled_from([datetime(2026, 1, 2, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])),
    "w": ("duration", "span",
        st.sampled_from([timedelta(0), timedelta(hours=36), timedelta(seconds=-1), timedelta.max])),
    "xs": ("array<integer>", "ints", st.lists(st.integers(-3, 3), max_size=4)),
    "ds": ("array<decimal>", "nums", st.lists(st.decimals(-9, 9, places=1).map(decimal), max_size=4)),
    "ss": ("array<string>", "strs", st.lists(st.sampled_from(["", "a", "b", "é"]), max_size=4)),
    "m": ("map<string, integer>", "map",
        st.dictionaries(st.sampled_from("abc"), st.integers(-3, 3), max_size=3)),
    "any": ("any", "any", st.none() | st.booleans() | st.integers(-2, 2)
        | st.sampled_from(["a", Decimal("1.0"), [1], {"a": 1}])),
}  # fmt: skip
LITERALS: dict[str, Text] = {
    "int": st.integers(-3, 9).map(str) | st.sampled_from([str(INT_MAX), str(INT_MIN)]),
    "num": st.sampled_from(["0.0", "0.10", "1.5", "-2.50", "1E+3", "99999999999999999999.5", "3"]),
    "str": st.sampled_from(["''", "'a'", "'A b'", "'é'", "'[a-c]+'", "'^a?$'", "'12'"]),
    "bool": st.sampled_from(["true", "false"]),
    "time": st.sampled_from(["timestamp('2026-01-02T03:04:05Z')", "timestamp('0001-01-01')"]),
    "span": st.sampled_from(["90m", "1.5s", "duration('-3d')"]),
    "ints": st.sampled_from(["[]", "[1, 2, 2]", "[3, -1]"]),
    "nums": st.sampled_from(["[]", "[1.5, 2.50]", "[0.0, -1.0]"]),
    "strs": st.sampled_from(["[]", "['b', 'a', 'b']"]),
    "map": st.sampled_from(["{}", "{a: 1, b: -2}"]),
    "any": st.sampled_from(["null", "[1, 'a', null]", "{a: [1, {b: 2.50}]}"]),
}
FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "{int} + {int}", "{int} - {int}", "{int} * {int}", "{int} % {int}", "DIV({int}, {int})",
        "-({int})", "abs({int})",
        "len({str})", "COUNT({ints})", "SUM({ints})", "{ints}[{int}]", "{map}.a", "{map}['b']",
        "floor({num})", "ceil({num})",
        "to_integer({str})", "to_integer({num})", "round({int}, {int})", "min({int}, {int})",
        "max({ints})", "coalesce({int}, {int})",
        "days_between({time}, {time})", "({int})",
    ),
    "num": (
        "{num} + {num}", "{num} - {int}", "{num} * {num}", "{int} / {int}", "{num} / {num}",
        "{num} % {num}", "-({num})", "abs({num})",
        "round({num}, {int})", "SUM({nums})", "AVG({ints})", "AVG({nums})", "MIN({nums})",
        "max({num}, {int})", "to_decimal({str})",
        "to_decimal({int})", "DIV({num}, {num})", "{nums}[{int}]", "{span} / {span}",
        "coalesce({any}, {num})",
    ),
    "str": (
        "{str} + {str}", "lower({str})", "upper({str})", "trim({str})", "substring({str}, {int}, {int})",
        "replace({str}, {str}, {str})",
        "join({strs}, {str})", "to_string({num})", "to_string({time})", "to_string({any})",
        "to_string({ints})", "{strs}[{int}]",
        "MIN({strs})", "to_string({span})", "to_string({bool})",
    ),
    "bool": (
        "{bool} AND {bool}", "{bool} OR {bool}", "{bool} => {bool}", "NOT ({bool})", "{int} == {int}",
        "{num} != {int}", "{str} == {str}",
        "{any} == {any}", "{int} < {num}", "{num} >= {num}", "{str} <= {str}", "{time} > {time}",
        "{span} < {span}", "{int} IN {ints}",
        "{num} IN {ints}", "{str} IN {strs}", "{str} CONTAINS {str}", "{map} CONTAINS {str}",
        "{str} MATCHES {str}", "{any} IS NULL",
        "{int} IS NOT NULL", "{any} IN {ints}", "FORALL q IN {ints}: (q > {int})",
        "EXISTS q IN {strs}: (q == {str} OR {bool})",
        "FORALL q IN {map}: (10 / q > {int})", "starts_with({str}, {str})", "contains_key({map}, {str})",
        "ALL({ints} > {int})",
        "ANY({strs} == {str})", "{ints} == {ints}", "{map} == {map}", "{any} AND {bool}",
        "{any} < {int}", "{bool} == {any}",
    ),
    "time": ("{time} + {span}", "{time} - {span}", "max({time}, {time})"),
    "span": ("{span} + {span}", "{span} - {span}", "{span} * {num}", "{span} / {int}", "{time} - {time}",
        "-({span})", "SUM([{span}, {span}])"),
    "ints": ("{ints} + {ints}", "sort({ints})", "unique({ints})", "values({map})", "[{int}, {int}]"),
    "nums": ("{nums} + {nums}", "sort({nums})", "unique({nums})", "[{num}, {int}]"),
    "strs": ("{strs} + {strs}", "sort({strs})", "unique({strs})", "split({str}, {str})", "keys({map})"),
    "map": ("{{a: {int}, b: {int}}}",),
    "any": ("[{any}, {num}]", "{{a: {any}, b: {str}}}", "coalesce({any}, {any})", "{any}.a",
        "{any}[{int}]", "{any} + {any}", "{int}", "{num}",
            "{str}", "{bool}", "{span}", "{any} * {any}", "-({any})", "sort([{any}, {any}])",
        "unique([{any}, {any}, {int}])", "len({any})"),
}  # fmt: skip


def named(kind: str) -> Text:
    return st.sampled_from([name for name, (_, of, _) in NAMES.items() if of == kind] or ["any"])


@st.composite
def texts(draw: st.DrawFn, kind: str, depth: int) -> str:
    """An expression of a kind; now and then one of another, as a name without a type may hold."""
    if draw(st.integers(0, 19)) == 0:
        return "any"
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(named(kind) | LITERALS[kind])
    form = draw(st.sampled_from(FORMS[kind]))
    found = ""
    for part in _PARTS.split(form):
        inner = part[1:-1] if part.startswith("{") and part[1:-1] in FORMS else ""
        found += f"({draw(texts(inner, depth - 1))})" if inner else part
    return found.replace("{{", "{").replace("}}", "}")


_PARTS = re.compile(r"(\{[a-z]+\})")
KINDS = st.sampled_from([*FORMS])
EXPRESSIONS = KINDS.flatmap(lambda kind: texts(kind, 3))
VALUES = st.fixed_dictionaries({name: values for name, (_, _, values) in NAMES.items()})
TYPED: dict[str, Type] = {name: parse(kind).type for name, (kind, _, _) in NAMES.items()}
UNTYPED: dict[str, Type] = dict.fromkeys(NAMES, ANY)


@given(st.lists(EXPRESSIONS, min_size=5, max_size=5), VALUES)
@settings(max_examples=150, deadline=None)
def test_both_engines_agree_where_types_are_known(expressions: list[str], values: dict[str, Value]):
    both([(Assign("found", lower(it, TYPED)),) for it in expressions], values, TYPED)


@given(st.lists(EXPRESSIONS, min_size=5, max_size=5), VALUES)
@settings(max_examples=100, deadline=None)
def test_both_engines_agree_where_no_type_is_known(
    expressions: list[str], values: dict[str, Value]
):
    both([(Assign("found", lower(it, UNTYPED)),) for it in expressions], values, UNTYPED)


IT: dict[str, Type] = {**TYPED, "it": ANY, "sum": ANY, "at": ANY}
LISTS = st.sampled_from(["ints", "nums", "strs", "any", "map"]).flatmap(lambda kind: texts(kind, 2))
BODIES = st.sampled_from([
    "it", "it + it", "it > 1", "it.a", "[it, at]", "10 / it", "it == b", "len(it)", "it IS NULL",
        "{k: it}", "s + it", "-it", "it IN xs",
])  # fmt: skip
FOLDS = st.sampled_from(
    ["sum + it", "sum * it", "[sum, it]", "max(sum, it)", "it", "sum + at", "coalesce(it, sum)"]
)


@st.composite
def transforms(draw: st.DrawFn) -> ir.Expr:
    """What steps over lists become, for which expressions have no notation of their own."""
    over, body = lower(draw(LISTS), TYPED), lower(draw(BODIES), IT)
    index = draw(st.sampled_from(["at", "at", ""]))
    match draw(st.integers(0, 8)):
        case 0:
            return ir.Each(over, "it", body, index)
        case 1:
            return ir.Keep(over, "it", body, index)
        case 2:
            initial = lower(draw(texts("any", 1)), TYPED)
            return ir.Fold(over, "it", "sum", initial, lower(draw(FOLDS), IT), index)
        case 3:
            return ir.Sort(over, "it", body, draw(st.booleans()))
        case 4:
            return ir.Unique(over, "it", body)
        case 5:
            return ir.Flatten(ir.Each(over, "it", body, index))
        case 6:
            return ir.Take(over, lower(draw(texts("int", 1)), TYPED))
        case 7:
            rows = ir.Each(over, "it", lower("{k: it, v: 1}", IT))
            other = lower(
                draw(st.sampled_from(["[{k: 1, w: 2}]", "[{k: 'a', v: 9}, {k: 2.0}]", "[]", "[1]"]))
            )
            return ir.Pair(rows, other, "k", "k", draw(st.booleans()))
        case _:
            rows = ir.Each(over, "it", lower("{k: it, v: 1}", IT))
            columns = (
                ("many", ir.Call("len", (ir.Load("all"),))),
                ("sum", ir.Call("SUM", (ir.GetField(ir.Load("all"), "k"),))),
            )
            keys = draw(st.sampled_from([("k",), (), ("k", "v"), ("x",)]))
            return ir.Group(rows, keys, "all", columns)


@given(st.lists(transforms(), min_size=3, max_size=3), VALUES)
@settings(max_examples=150, deadline=None)
def test_both_engines_agree_on_what_goes_over_lists(
    expressions: list[ir.Expr], values: dict[str, Value]
):
    both([(Assign("found", it),) for it in expressions], values, TYPED)


@given(st.lists(EXPRESSIONS, min_size=2, max_size=4), VALUES)
@settings(max_examples=60, deadline=None)
def test_both_engines_print_the_same(expressions: list[str], values: dict[str, Value]):
    parts = tuple(lower(it, TYPED) for it in expressions)
    both([(Assign("found", ir.Text((ir.Const("a "), *parts))),)], values, TYPED)
