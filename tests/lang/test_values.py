"""Values that stand in a document, against the type they are for."""

import pytest

from vesper.lang.reading import read
from vesper.lang.tree import Mapping
from vesper.lang.types import parse
from vesper.lang.values import is_moment, misfits

FITS = (
    ("integer", "12"), ("integer", "-9223372036854775808"), ("decimal", "1.10"), ("decimal", "3"),
    ("boolean", "true"), ("string", "12"), ("timestamp", "2026-02-28"), ("integer", "null"),
    ("timestamp", "2026-02-28T23:59:59.123456Z"), ("duration", "250ms"), ("enum[a, b]", "a"),
    ("array<integer>", "[1, 2]"), ("map<string, integer>", "{a: 1}"), ("any", "{a: [1]}"),
    ("integer?", "1"), ("Unknown", "anything"),
)  # fmt: skip

MISFITS = (
    ("integer", "1.5", "`1.5` is no integer"),
    ("integer", "true", "`true` is no integer"),
    ("integer", "9223372036854775808", "more than 64 bits"),
    ("decimal", ".inf", "`.inf` is no decimal"),
    ("boolean", "yes", "`yes` is no boolean"),
    ("timestamp", "2001-02-30", "no date that exists"),
    ("timestamp", "2026-01-01T25:00:00Z", "no date that exists"),
    ("duration", "30", "no duration"),
    ("enum[a, b]", "c", "`c` is none of `a`, `b`"),
    ("array<integer>", "[1, x]", "`x` is no integer"),
    ("array<integer>", "1", "`1` is no array<integer>"),
    ("map<string, integer>", "{a: x}", "`x` is no integer"),
    ("string", "[a]", "a list is no string"),
    ("string", "{a: 1}", "keys with values are no string"),
)


def said(kind: str, value: str) -> list[str]:
    root = read(f"a: {value}\n").root
    assert isinstance(root, Mapping)
    return [it.message for it in misfits(root.entries[0].value, parse(kind).type, {})]


@pytest.mark.parametrize(("kind", "value"), FITS)
def test_a_value_of_its_type_is_no_misfit(kind: str, value: str):
    assert said(kind, value) == []


@pytest.mark.parametrize(("kind", "value", "says"), MISFITS)
def test_a_value_of_another_type_says_which(kind: str, value: str, says: str):
    (message,) = said(kind, value)
    assert says in message


@pytest.mark.parametrize("text", ["2024-02-29", "2026-12-31 23:59", "2026-12-31T23:59:59+01:00"])
def test_a_day_of_the_calendar_is_a_moment(text: str):
    assert is_moment(text)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "0000-01-01", "31.12.2026", "2026-1-1", "tomorrow", ""]
)
def test_anything_else_is_none(text: str):
    assert not is_moment(text)
