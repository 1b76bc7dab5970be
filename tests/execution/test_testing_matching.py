"""Whether an answer is the expected one: only what is listed counts, read by its declared type."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from vesper.execution.testing_matching import differences
from vesper.lang.types import ANY, DECIMAL, STRING, Array, MapType, Named, RecordType, Type
from vesper.values.value import Value

BILL = RecordType("Bill", (("total", DECIMAL), ("note", STRING)))
NAMED: dict[str, Type] = {"Bill": BILL}


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        (Decimal("34.05"), Decimal("34.050"), DECIMAL),
        ("34.05", Decimal("34.050"), DECIMAL),
        (3, Decimal("3.0"), DECIMAL),
        ("90m", timedelta(seconds=5400), ANY),
        ("2026-11-30T09:00:00+01:00", datetime(2026, 11, 30, 8, tzinfo=UTC), ANY),
        ("aGk=", b"hi", ANY),
        (None, None, ANY),
        ({"total": 3}, {"total": Decimal(3), "note": "x"}, Named("Bill")),
        ([{"total": 3}], [{"total": Decimal(3), "note": "x"}], Array(Named("Bill"))),
        (["a", "b"], ["b", "a"], Array(STRING, "set")),
        ({"a": 1}, {"a": 1}, MapType(STRING, ANY)),
        ({"missing": None}, {}, ANY),
    ],
)
def test_what_matches(expected: Value, got: Value, kind: Type):
    assert list(differences(expected, got, kind, NAMED)) == []


@pytest.mark.parametrize(
    ("expected", "got", "kind", "places"),
    [
        (1, "1", ANY, [""]),
        (True, 1, ANY, [""]),
        ([1, 2], [1, 3], ANY, ["[1]"]),
        ([1, 2], [1], ANY, [""]),
        (["a", "b"], ["b", "a"], Array(STRING), ["[0]", "[1]"]),
        (["a"], ["a", "b"], Array(STRING, "set"), [""]),
        ({"a": 1}, {"a": 1, "b": 2}, MapType(STRING, ANY), [""]),
        ({"total": 3, "note": "x"}, {"total": Decimal(4)}, BILL, ["total", "note"]),
        ({"bills": [{"total": 1}]}, {"bills": [{"total": 2}]}, ANY, ["bills[0].total"]),
        ("30s", timedelta(seconds=31), ANY, [""]),
        (None, 0, ANY, [""]),
    ],
)
def test_what_does_not_is_told_with_its_place(
    expected: Value, got: Value, kind: Type, places: list[str]
):
    assert [it.path for it in differences(expected, got, kind, NAMED)] == places
