"""Values from outside become values of the declared type, or problems with a path."""

import enum
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesper.lang import conversion
from vesper.lang.conversion import MOST_PROBLEMS, convert, convert_text
from vesper.lang.fitness import is_one
from vesper.lang.reading import read
from vesper.lang.tree import Mapping, Node
from vesper.lang.types import ANY, DECIMAL, STRING, Named, Nullable, RecordType, Type, parse
from vesper.values.compare import equal
from vesper.values.encoding import canonical, decoded

NAMED: dict[str, Type] = {
    "Item": RecordType("Item", (("sku", STRING), ("price", DECIMAL), ("note", Nullable(STRING)))),
    "Open": RecordType("Open", (("sku", STRING), ("...", ANY))),
    "Chain": RecordType("Chain", (("next", Nullable(Named("Chain"))),)),
    "Money": DECIMAL,
    "Circle": Named("Circle"),
}


class Word(str):
    __slots__ = ()


class Level(enum.IntEnum):
    LOW = 1


MOMENT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)

FITS: tuple[tuple[str, object, object], ...] = (
    ("integer", 12, 12), ("integer", -(2**63), -(2**63)), ("integer", 2**63 - 1, 2**63 - 1),
    ("integer", Level.LOW, 1), ("decimal", 3, Decimal(3)), ("decimal", 0.1, Decimal("0.1")),
    ("decimal", 1e-07, Decimal("1E-7")), ("decimal", "99.90", Decimal("99.90")),
    ("decimal", Decimal("1.50"), Decimal("1.50")), ("decimal", Decimal("-0.0"), Decimal("0.0")),
    ("decimal", "-0", Decimal(0)), ("decimal", -0.0, Decimal("0.0")), ("Money", 5, Decimal(5)),
    ("boolean", True, True), ("string", "", ""), ("string", Word("a"), "a"), ("string", "\x00é😀", "\x00é😀"),
    ("enum[a, b]", "b", "b"), ("enum", "anything", "anything"),
    ("timestamp", "2026-11-26T10:30:00+01:00", MOMENT), ("timestamp", MOMENT, MOMENT),
    ("timestamp", datetime(2026, 11, 26, 4, 30, tzinfo=timezone(timedelta(hours=-5))), MOMENT),
    ("timestamp", datetime(2026, 11, 26, 9, 30), MOMENT),
    ("timestamp", date(2026, 11, 26), datetime(2026, 11, 26, tzinfo=UTC)),
    ("duration", "1.5h", timedelta(minutes=90)), ("duration", timedelta(1), timedelta(1)),
    ("bytes", "aGk=", b"hi"), ("bytes", bytearray(b"hi"), b"hi"), ("bytes", "", b""),
    ("integer?", None, None), ("any", None, None), ("any", [1, {"a": 0.5}], [1, {"a": Decimal("0.5")}]),
    ("array<decimal>", (1, "2.0"), [Decimal(1), Decimal("2.0")]),
    ("map<string, integer>", {"b": 1, "a": 2}, {"b": 1, "a": 2}),
    ("map<integer, string>", {7: "a", "8": "b"}, {"7": "a", "8": "b"}),
    ("object", {"a": [None]}, {"a": [None]}),
    ("set<integer>", [3, 1, 2, 1], [1, 2, 3]),
    ("set<decimal>", ["1.00", "1.0", 2], [Decimal("1.0"), Decimal(2)]),
    ("set<any>", [True, "b", 2, "a", None, 1, Decimal("1.0")], [None, True, 1, 2, "a", "b"]),
    ("any", frozenset({"b", "a"}), ["a", "b"]),
    ("Item", {"sku": "a", "price": 1}, {"sku": "a", "price": Decimal(1), "note": None}),
    ("Item", OrderedDict(price=1, sku="a", note="n"), {"sku": "a", "price": Decimal(1), "note": "n"}),
    ("Open", {"sku": "a", "more": [1.5]}, {"sku": "a", "more": [Decimal("1.5")]}),
    ("Chain", {"next": {"next": None}}, {"next": {"next": None}}),
    ("Circle", {"a": 1}, {"a": 1}), ("Nobody", 1, 1),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), FITS)
def test_a_value_becomes_one_of_its_type(kind: str, value: object, expected: Any):
    found = convert(value, parse(kind).type, NAMED)
    assert found.problems == ()
    assert canonical(found.value) == canonical(expected)


MISFITS: tuple[tuple[str, object, str], ...] = (
    ("integer", True, "`true` is no integer"), ("integer", 5.0, "`5.0` is no integer"),
    ("integer", Decimal("1"), "`1` is no integer"), ("integer", "5", "`5` is no integer"),
    ("integer", 2**63, "needs more than 64 bits"), ("integer", -(2**63) - 1, "needs more than 64 bits"),
    ("integer", 10**4_000, "a number of more than 60 digits needs more than 64 bits"),
    ("integer", None, "null is no integer"), ("decimal", False, "`false` is no decimal"),
    ("decimal", float("nan"), "`nan` is no decimal"), ("decimal", float("-inf"), "`-inf` is no decimal"),
    ("decimal", Decimal("sNaN"), "`sNaN` is no decimal"), ("decimal", "NaN", "`NaN` is no decimal"),
    ("decimal", "1_000", "`1_000` is no decimal"), ("decimal", " 1", "`1` is no decimal"),
    ("decimal", "\uff11\uff12", "is no decimal"), ("decimal", "\u0663", "is no decimal"),
    ("decimal", "", "is no decimal"),
    ("decimal", "1e999999999", "`1e999999999` is no decimal"),
    ("decimal", Decimal("1e999999999"), "has more digits than a decimal may have"),
    ("decimal", Decimal("1e-999999999"), "has more digits than a decimal may have"),
    ("decimal", Decimal("9" * 1001), "has more digits than a decimal may have"),
    ("boolean", 1, "`1` is no boolean"), ("boolean", "true", "`true` is no boolean"),
    ("string", 1, "`1` is no string"), ("string", b"a", "bytes is no string"),
    ("string", "a\ud800", "half of a character"), ("any", ["\udfff"], "half of a character"),
    ("enum[a, b]", "c", "`c` is none of `a`, `b`"), ("enum[a, b]", 1, "`1` is none of `a`, `b`"),
    ("timestamp", "2001-02-30", "no moment that exists"),
    ("timestamp", "0000-01-01", "no moment that exists"),
    ("timestamp", "0001-01-01T00:00:00+01:00", "no moment that exists"),
    ("timestamp", 0, "no moment that exists"),
    ("timestamp", "9999-12-31T23:59:59-00:01", "no moment that exists"),
    ("timestamp", "2026-12-31T23:59:60Z", "no moment that exists"),
    ("timestamp", "2026-01-01T00:00:00.1234567Z", "no moment that exists"),
    ("timestamp", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "no moment that exists"),
    ("duration", 30, "no duration, such as `30s`"), ("duration", "30", "no duration"),
    ("bytes", "a", "no base64"), ("bytes", "aGk=\n", "no base64"), ("bytes", [104], "no base64"),
    ("array<integer>", "12", "`12` is no array<integer>"),
    ("array<integer>", {"a": 1}, "a record is no array"),
    ("array<integer>", b"ab", "bytes is no array<integer>"),
    ("map<string, integer>", [1], "a list is no map"),
    ("Item", "a", "`a` is no Item"), ("any", float("inf"), "`inf` is no decimal"),
    ("any", object(), "a object is no value of the language"), ("any", 2**64, "needs more than 64 bits"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "says"), MISFITS)
def test_a_value_of_another_type_is_a_problem(kind: str, value: object, says: str):
    found = convert(value, parse(kind).type, NAMED)
    assert found.value is None
    assert [says in it.message for it in found.problems] == [True]


def test_every_problem_is_told_with_its_path():
    items = [{"sku": "a", "price": "x"}, {"sku": 1, "extra": 2}, None]
    order = {"items": items, "by day": {"1/2": "y"}, "tags": {"a b": {"x": [1]}}}
    kind = RecordType(
        "Order",
        (
            ("items", parse("array<Item>").type),
            ("by day", parse("map<string, integer>").type),
            ("tags", parse("map<string, map<string, array<string>>>").type),
            ("id", STRING),
        ),
    )
    assert [*convert(order, kind, NAMED, "order").problems] == [
        ("order.items[0].price", "`x` is no decimal"),
        ("order.items[1].sku", "`1` is no string"),
        ("order.items[1].price", "is missing (decimal)"),
        ("order.items[1].extra", "`Item` has no such field; it has `sku`, `price`, `note`"),
        ("order.items[2]", "null is no Item"),
        ('order["by day"]["1/2"]', "`y` is no integer"),
        ('order.tags["a b"].x[0]', "`1` is no string"),
        ("order.id", "is missing (string)"),
    ]


def test_problems_end_somewhere_and_a_message_stays_short():
    found = convert(["x\n" * 5_000] * 1_000, parse("array<decimal>").type, {})
    assert len(found.problems) == MOST_PROBLEMS
    assert max(len(it.message) for it in found.problems) < 90


def test_keys_that_are_no_texts_are_told():
    found = convert({1: "a"}, parse("map<string, string>").type, {}, "m")
    assert found.problems == (("m", "the key `1` is no string"),)
    twice = convert({7: "a", "7": "b"}, parse("map<integer, string>").type, {}, "m")
    assert twice.problems == (('m["7"]', "this key is there twice"),)


@pytest.mark.parametrize("kind", ["any", "Chain"])
def test_values_are_nested_64_levels_and_no_deeper(kind: str):
    def nested(levels: int) -> object:
        found: object = {"next": None}
        for _ in range(levels - 1):
            found = {"next": found}
        return found

    assert convert(nested(64), parse(kind).type, NAMED).problems == ()
    (problem,) = convert(nested(5_000), parse(kind).type, NAMED).problems
    assert problem.message == "values are nested deeper than 64 levels"


WRITTEN = (
    ("string", "12", "12"), ("string", "true", "true"), ("string", "1.50", "1.50"), ("integer", "0o17", 15),
    ("decimal", "99.90", Decimal("99.90")), ("decimal", "'99.90'", Decimal("99.90")), ("any", "no", "no"),
    ("enum[on, off]", "on", "on"), ("duration", "30s", timedelta(seconds=30)), ("any", "1.5", Decimal("1.5")),
    ("timestamp", "2026-11-26T09:30:00Z", MOMENT), ("boolean", "true", True), ("integer?", "", None),
    ("array<string>", "[1, a]", ["1", "a"]), ("string?", "null", None), ("string", "'null'", "null"),
    ("Item", "{sku: 1, price: 2}", {"sku": "1", "price": Decimal(2), "note": None}),
)  # fmt: skip


def written(text: str) -> Node:
    root = read(f"a: {text}\n").root
    assert isinstance(root, Mapping)
    return root.entries[0].value


@pytest.mark.parametrize(("kind", "text", "expected"), WRITTEN)
def test_a_plain_scalar_is_read_as_the_type_says(kind: str, text: str, expected: Any):
    found = convert(written(text), parse(kind).type, NAMED)
    assert found.problems == ()
    assert canonical(found.value) == canonical(expected)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("integer", "yes"), ("integer", "1_000"), ("decimal", ".inf"), ("decimal", "190:20:30"),
    ("boolean", "no"),
     ("integer", "'5'"), ("string", ""), ("integer", "1.0")],
)  # fmt: skip
def test_yaml_words_of_other_dialects_are_no_values(kind: str, text: str):
    assert len(convert(written(text), parse(kind).type, NAMED).problems) == 1


def test_aliases_stand_for_what_they_name_and_cannot_grow_without_end():
    root = read("a: &a [1, 2]\nb: *a\n").root
    assert isinstance(root, Mapping)
    kind = parse("array<integer>").type
    assert convert(root.entries[1].value, kind, {}, "", {"a": root.entries[0].value}).value == [
        1,
        2,
    ]
    (unknown,) = convert(root.entries[1].value, kind, {}).problems
    assert unknown.message == "`*a` is no array<integer>"
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    bomb = read("\n".join(lines)).root
    assert isinstance(bomb, Mapping)
    anchors = {it.key.text: it.value for it in bomb.entries}
    (problem,) = convert(anchors["a9"], ANY, {}, "", anchors).problems
    assert "aliases make this more than 200,000 values" in problem.message


TYPED = (
    ("decimal", "99.90", Decimal("99.90")), ("integer", "12", 12), ("boolean", "true", True),
    ("string", "12", "12"),
    ("string?", "null", None), ("string", "null", "null"), ("any", "hi", "hi"),
    ("any", '{"a": 1.0}', {"a": Decimal("1.0")}),
    ("array<integer>", "[1, 2]", [1, 2]),
    ("Item", '{"sku": "a", "price": 1}', {"sku": "a", "price": Decimal(1), "note": None}),
    ("duration", "2h", timedelta(hours=2)), ("enum[a, b]", "a", "a"), ("any", "null", None),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), TYPED)
def test_a_text_of_the_command_line_is_read_as_the_type_says(kind: str, text: str, expected: Any):
    found = convert_text(text, parse(kind).type, NAMED, "x")
    assert found.problems == ()
    assert canonical(found.value) == canonical(expected)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("integer", "abc", "`abc` is no integer"),
        ("integer", "1.5", "`1.5` is no integer"),
        ("integer", "9" * 5_000, "is no integer"),
        ("boolean", "yes", "`yes` is no boolean"),
        ("array<integer>", "[1, 2", "`[1, 2` is no JSON for array<integer>"),
        ("array<integer>", "NaN", "`NaN` is no JSON for array<integer>"),
        ("object", '{"a": 1, "a": 2}', 'the key "a" is written twice'),
        ("any", "[" * 10_000 + "]" * 10_000, "nested"),
    ],
)
def test_a_text_that_is_no_value_says_why(kind: str, text: str, says: str):
    found = convert_text(text, parse(kind).type, NAMED, "x")
    assert [(it.path, says in it.message) for it in found.problems] == [("x", True)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=12,
)
KINDS = st.sampled_from([
    "any", "string", "integer", "decimal?", "array<any>", "map<string, integer>", "set<decimal>", "set<any>",
    "Item", "array<Item?>", "enum[a]", "timestamp", "bytes", "duration", "object",
])  # fmt: skip


@given(JSON, KINDS)
def test_whatever_comes_in_is_converted_or_told(value: object, kind: str):
    found = convert(value, parse(kind).type, NAMED)
    if found.problems:
        assert found.value is None
        return
    again = convert(found.value, parse(kind).type, NAMED)
    assert again.problems == ()
    assert canonical(again.value) == canonical(found.value)
    assert equal(decoded(canonical(found.value)), found.value)


@given(JSON, KINDS)
def test_what_needs_no_conversion_is_what_conversion_would_give(value: object, kind: str):
    found = convert(value, parse(kind).type, NAMED)
    if not found.problems and is_one(found.value, parse(kind).type, NAMED):
        reader = conversion._Reader(NAMED, {})
        read = reader.read(found.value, parse(kind).type, "", 0)
        assert reader.problems == []
        assert canonical(read) == canonical(found.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", True), ("integer", 2**63), ("integer", Level.LOW), ("decimal", 1),
        ("decimal", Decimal("-0")),
        ("decimal", Decimal("NaN")), ("decimal", Decimal("1E+99999")), ("string", "\ud800"),
        ("string", Word("a")),
        ("boolean", 1), ("timestamp", "2026-11-26"), ("timestamp", datetime(2026, 11, 26)), ("enum[a]", "b"),
        ("Item", {"sku": "a", "price": Decimal(1)}), ("Item", {"sku": "a", "price": Decimal(1), "more": 1}),
        ("array<integer>", (1, 2)), ("array<integer>", [1, None]), ("set<integer>", [1, 1]),
        ("any", float("nan")),
    ],
)  # fmt: skip
def test_what_needs_conversion_is_seen(kind: str, value: object):
    assert not is_one(value, parse(kind).type, NAMED)
