"""Equality and order: total where they promise it, never mixing what only Python thinks alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesper.values.access import field, item, items, truth
from vesper.values.compare import contains, equal, identity, in_order, less
from vesper.values.encoding import canonical
from vesper.values.text import printed
from vesper.values.value import Fault, Value

D = Decimal
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

EQUAL: tuple[tuple[Value, Value], ...] = (
    (1, D("1.00")), (D("1.0"), D("1.00")), (D("1E+2"), 100), (None, None), ("a", "a"), (b"", b""),
    ([], []), ({}, {}),
    ([1, [D(2)]], [D("1.0"), [2]]), ({"a": 1, "b": 2}, {"b": D(2), "a": 1}),
    (NOON, "2026-01-01T13:00:00+01:00"),
    ("90m", timedelta(hours=1.5)), (timedelta(0), "0s"), ([NOON], ["2026-01-01T12:00:00Z"]),
)  # fmt: skip
UNEQUAL: tuple[tuple[Value, Value], ...] = (
    (True, 1), (False, 0), (True, D(1)), (1, "1"), ("", None), (0, None), (False, None), ([], {}),
    ([1], [True]), ({"a": 1}, {"a": True}),
    ({"a": None}, {}), ({"a": 1}, {"b": 1}), ([1], [1, 1]), ("a", b"a"), ("2026", NOON),
    ("x", timedelta(0)), (0, timedelta(0)),
    ("\u00e9", "e\u0301"), ("a", "A"), (b"a", [97]),
)  # fmt: skip


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_values_are_equal_both_ways(left: Value, right: Value):
    assert equal(left, right)
    assert equal(right, left)


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_values_of_other_kinds_are_never_equal(left: Value, right: Value):
    assert not equal(left, right)
    assert not equal(right, left)
    assert identity(left) != identity(right)


ORDER: tuple[tuple[Value, Value], ...] = (
    (1, D("1.5")), (D("-1E+6000"), -(2**63)), ("Z", "a"), ("a", "aa"), ("\uffff", "\U00010000"),
    ("z", "\u00e9"), (b"a", b"b"),
    (NOON, "2026-01-01T12:00:00.000001Z"), ("59s", timedelta(minutes=1)), (timedelta(-1), timedelta(0)),
)  # fmt: skip


@pytest.mark.parametrize(("small", "large"), ORDER)
def test_there_is_an_order_within_a_kind(small: Value, large: Value):
    assert less(small, large)
    assert not less(large, small)
    assert not less(small, small)


@pytest.mark.parametrize(
    ("left", "right", "code"),
    [
        (True, False, "type_mismatch"), (1, True, "type_mismatch"), (1, "2", "type_mismatch"),
        ([1], [2], "type_mismatch"),
        ({}, {}, "type_mismatch"), (None, 1, "null_value"), (1, None, "null_value"),
        ("a", b"b", "type_mismatch"),
        ("soon", NOON, "invalid_value"), (timedelta(0), 1, "type_mismatch"),
        (NOON, timedelta(0), "type_mismatch"),
    ],
)  # fmt: skip
def test_without_an_order_there_is_a_fault(left: Value, right: Value, code: str):
    with pytest.raises(Fault) as fault:
        less(left, right)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("of", "it", "is_in"),
    [
        ([1, 2], D("1.0"), True), ([1], True, False), ([None], None, True), ([], None, False),
        ({"a": 1}, "a", True),
        ({"a": 1}, 1, False), ("abc", "bc", True), ("abc", "", True), ([[1]], [D(1)], True),
    ],
)  # fmt: skip
def test_a_list_a_record_and_a_text_contain(of: Value, it: Value, is_in: bool):
    assert contains(of, it) is is_in


@pytest.mark.parametrize(
    ("of", "it", "code"),
    [
        (None, 1, "null_value"),
        ("a", None, "null_value"),
        ("1", 1, "type_mismatch"),
        (5, 5, "type_mismatch"),
        (b"a", b"a", "type_mismatch"),
    ],
)
def test_nothing_is_in_what_holds_nothing(of: Value, it: Value, code: str):
    with pytest.raises(Fault) as fault:
        contains(of, it)
    assert fault.value.code == code


def nested(levels: int) -> Value:
    found: Value = []
    for _ in range(levels - 1):
        found = [found]
    return found


def woven(levels: int) -> Value:
    """Small in memory, and twice as large with each level where it is written out."""
    found: Value = ["x"]
    for _ in range(levels):
        found = [found, found]
    return found


GOING_THROUGH = {
    "equal": equal, "identity": lambda it, _: identity(it), "canonical": lambda it, _: canonical(it),
    "printed": lambda it, _: printed(it), "field": lambda it, _: field(it, "a"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOING_THROUGH)
def test_a_value_nested_too_deep_is_a_fault_whatever_the_stack(name: str):
    with pytest.raises(Fault) as fault:
        GOING_THROUGH[name](nested(20_000), nested(20_000))
    assert fault.value.code == "too_deep"


@pytest.mark.parametrize("name", ["equal", "identity", "canonical", "printed"])
def test_64_levels_are_not_too_deep(name: str):
    GOING_THROUGH[name](nested(64), nested(64))


@pytest.mark.parametrize("name", ["equal", "canonical", "printed", "identity"])
def test_a_value_that_is_endless_when_written_out_is_a_fault(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("vesper.values.value.MOST_PARTS", 20_000)
    with pytest.raises(Fault) as fault:
        GOING_THROUGH[name](woven(40), woven(40))
    assert fault.value.code == "memory_exceeded"


def test_order_is_stable_and_keeps_every_item():
    assert [*map(str, in_order([D("2.0"), 1, 2, D("1.0")]))] == ["1", "1.0", "2.0", "2"]
    assert in_order(["b", "a"]) == ["a", "b"]
    assert in_order(["2026-01-02", NOON]) == [NOON, "2026-01-02"]


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: field({"a": 1}, "b"), "missing_field"), (lambda: field(None, "a"), "null_value"),
        (lambda: field("x", "a"), "type_mismatch"),
        (lambda: field([{"a": 1}, {}], "a"), "missing_field"), (lambda: item([1], 1), "index_out_of_range"),
        (lambda: item([1], -1), "index_out_of_range"), (lambda: item([1], True), "type_mismatch"),
        (lambda: item([1], D(0)), "type_mismatch"),
        (lambda: item({}, "a"), "missing_field"), (lambda: item({}, 1), "type_mismatch"),
        (lambda: item(None, 0), "null_value"),
        (lambda: item("abc", 0), "type_mismatch"), (lambda: items("abc"), "type_mismatch"),
        (lambda: items(None), "null_value"),
        (lambda: truth(1), "type_mismatch"), (lambda: truth(None), "null_value"),
        (lambda: truth("true"), "type_mismatch"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_there_is_a_fault(work, code: str):
    with pytest.raises(Fault) as fault:
        work()
    assert fault.value.code == code


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3)
    | st.sampled_from([D("1.0"), D("1"), D("-2.50"), "", "a", b"a", NOON, timedelta(1)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab$"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(VALUES, VALUES)
def test_equal_values_have_one_identity(left: Value, right: Value):
    assert equal(left, right) is (identity(left) == identity(right))
    if canonical(left) == canonical(right):
        assert equal(left, right)
