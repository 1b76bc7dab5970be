"""What types and collections promise, on both engines."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.requirements import requirement
from tests.runtime.notation import FAULT, both, value_of
from vesper.lang.conversion import convert
from vesper.lang.types import ANY, DECIMAL, INTEGER, Type, parse
from vesper.values.value import INT_MAX, INT_MIN, Value


@requirement("F25")
@pytest.mark.parametrize(
    "text",
    [
        "x + 1",
        "y - 1",
        "x * 2",
        "-y",
        "abs(y)",
        "DIV(y, -1)",
        "SUM([x, 1])",
        "x + x - x",
        "to_integer('9223372036854775808')",
    ],
)
@pytest.mark.parametrize("kind", [INTEGER, ANY])
def test_an_integer_beyond_64_bits_is_an_error_and_never_wraps(text: str, kind: Type):
    kinds = {"x": kind, "y": kind}
    assert both([value_of(text, kinds)], {"x": INT_MAX, "y": INT_MIN}, kinds) == [
        {FAULT: "integer_overflow"}
    ]


FORMS = ["a + b", "a - b", "a * b", "a / b", "a % b", "DIV(a, b)", "round(a, 2)", "SUM([a, b])",
    "AVG([a, b])", "max(a, b)",
         "-a", "abs(a)", "{k: [a, b / 3]}", "to_decimal(to_string(a))", "coalesce(null, a)"]  # fmt: skip
NUMBERS = (
    st.integers(INT_MIN, INT_MAX)
    | st.decimals(-(10**20), 10**20, allow_nan=False)
    | st.floats(-1e20, 1e20)
)


def holds_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(holds_float, value.values()))
    return any(map(holds_float, value)) if isinstance(value, list) else isinstance(value, float)


@requirement("F25")
@given(NUMBERS, NUMBERS)
@settings(max_examples=100, deadline=None)
def test_a_decimal_never_becomes_a_float(left: object, right: object):
    values = [convert(it, DECIMAL, {}).value for it in (left, right)]
    assert all(isinstance(it, Decimal) for it in values)
    kinds = {"a": DECIMAL, "b": DECIMAL}
    names: dict[str, Value] = dict(zip("ab", values, strict=True))
    found = both([value_of(it, kinds) for it in FORMS], names, kinds)
    assert not any(map(holds_float, found))


EMPTY: list[tuple[str, Any]] = [
    ("FORALL x IN xs: x > 0", True), ("EXISTS x IN xs: x > 0", False), ("ALL(xs > 0)", True),
    ("ANY(xs > 0)", False),
    ("SUM(xs)", 0), ("COUNT(xs)", 0), ("AVG(xs)", None), ("MIN(xs)", None), ("MAX(xs)", None), ("len(xs)", 0),
    ("sort(xs)", []), ("unique(xs)", []), ("1 IN xs", False), ("xs == []", True), ("xs + xs", []),
    ("xs[0]", {FAULT: "index_out_of_range"}), ("FORALL x IN xs: 1 / 0 == 1", True),
    ("EXISTS x IN xs: 1 / 0 == 1", False),
]  # fmt: skip


@requirement("F29")
def test_an_empty_collection_has_its_own_answers():
    kinds = {"xs": parse("array<integer>").type}
    found = both([value_of(text, kinds) for text, _ in EMPTY], {"xs": []}, kinds)
    assert found == [value for _, value in EMPTY]


FULL: list[tuple[str, Any]] = [
    ("FORALL x IN xs: x > 0", True), ("EXISTS x IN xs: x > 2", True), ("FORALL x IN xs: x > 1", False),
    ("SUM(xs)", 6),
    ("ALL(rows.size > 0)", True), ("ANY(rows.size > 2)", False), ("SUM(rows.size)", 3),
    ("AVG(xs)", Decimal(2)),
    ("FORALL x IN xs: 6 / (x - 2) != 0", {FAULT: "division_by_zero"}),
    ("EXISTS x IN xs: 6 / (x - 2) == 6", True),
    ("FORALL r IN rows: EXISTS x IN xs: x == r.size", True), ("order.status == 'pending'", True),
    ("order.lines[1].name + '!'", "b!"), ("'a' IN ['a', 'b'] AND NOT 3 IN [1, 2]", True),
    ("rows.size", [1, 2]),
]  # fmt: skip


@requirement("F29")
def test_a_collection_is_gone_through_to_what_decides():
    rows = [{"size": 1, "name": "a"}, {"size": 2, "name": "b"}]
    values: dict[str, Value] = {
        "xs": [1, 2, 3],
        "rows": rows,
        "order": {"status": "pending", "lines": rows},
    }
    kinds = dict.fromkeys(values, ANY)
    found = both([value_of(text, kinds) for text, _ in FULL], values, kinds)
    assert found == [value for _, value in FULL]


@requirement("F26")
@pytest.mark.parametrize(
    ("kind", "left", "right", "is_equal"),
    [
        ("set<integer>", [3, 1, 2, 1], [1, 2, 3], True), ("set<string>", ["b", "a"], ["a", "b", "b"], True),
        ("set<decimal>", ["1.0", 2], [2, "1.00"], True), ("set<integer>", [1, 2], [1, 3], False),
        ("array<integer>", [1, 2], [2, 1], False),
    ("map<string, set<integer>>", {"a": [2, 1]}, {"a": [1, 2]}, True),
        ("array<map<string, array<integer?>>>", [{"a": [1, None]}], [{"a": [1, None]}], True),
    ],
)  # fmt: skip
def test_sets_are_compared_without_order(kind: str, left: object, right: object, is_equal: bool):
    of = parse(kind).type
    values = {"a": convert(left, of, {}).value, "b": convert(right, of, {}).value}
    kinds = {"a": of, "b": of}
    assert both([value_of("a == b", kinds)], values, kinds) == [is_equal]
