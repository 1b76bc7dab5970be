"""Values written as JSON, as text and back."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vesper.values.compare import equal
from vesper.values.encoding import canonical, decoded, from_json, plain, to_json
from vesper.values.moment import read_duration, read_timestamp, write_duration, write_timestamp
from vesper.values.numbers import decimal
from vesper.values.value import INT_MAX, INT_MIN, Fault, Value

D = Decimal
DURATIONS = st.timedeltas(timedelta.min, timedelta.max)
MOMENTS = st.datetimes(timezones=st.just(UTC))
DECIMALS = (
    st.decimals(allow_nan=False, allow_infinity=False)
    .filter(lambda it: abs(it.adjusted()) < 999)
    .map(decimal)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(INT_MIN, INT_MAX) | DECIMALS | st.text() | st.binary()
    | MOMENTS | DURATIONS,
    lambda inner: st.lists(inner)
    | st.dictionaries(st.text() | st.sampled_from(["$decimal", "$record", "$x"]), inner),
    max_leaves=10,
)  # fmt: skip


@given(VALUES)
@example({"$decimal": "1"})
@example({"$record": [["a", 1]]})
@example({"$x": 1, "a": D("1.0")})
@example(D("1E+3"))
def test_the_canonical_form_holds_every_value_exactly(value: Value):
    again = decoded(canonical(value))
    assert canonical(again) == canonical(value)
    assert equal(again, value)


def test_the_canonical_form_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": {"$z": 1, "y": 2}}) == canonical(
        {"a": {"y": 2, "$z": 1}, "b": 1}
    )
    assert canonical(D("1.0")) != canonical(D("1.00"))
    assert canonical(True) != canonical(1)


@given(VALUES)
def test_json_for_people_is_json_with_every_digit(value: Value):
    read = json.loads(to_json(value), parse_float=D, parse_int=D)
    if isinstance(value, Decimal):
        assert read == value
        assert format(value, "f") == to_json(value)
    assert json.loads(to_json(plain(value)), parse_float=D, parse_int=D) == read


@given(DURATIONS)
@example(timedelta.max)
@example(timedelta.min)
@example(timedelta(microseconds=-1))
@example(timedelta(days=999_999_999, milliseconds=1))
def test_a_duration_is_read_as_it_was_written(length: timedelta):
    assert read_duration(write_duration(length)) == length


@given(MOMENTS)
@example(datetime.min.replace(tzinfo=UTC))
@example(datetime.max.replace(tzinfo=UTC))
@example(datetime(999, 1, 1, 0, 0, 0, 100_000, tzinfo=UTC))
def test_a_moment_is_read_as_it_was_written(moment: datetime):
    assert read_timestamp(write_timestamp(moment)) == moment
    assert len(write_timestamp(moment)) in range(20, 28)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-26", "2026-11-26T00:00:00Z"), ("2026-11-26 09:30", "2026-11-26T09:30:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("2026-11-26t09:30:00.120z", "2026-11-26T09:30:00.12Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2026-11-26T09:30:00-05:30", "2026-11-26T15:00:00Z"),
        ("2026-11-26T09:30:00+0100", "2026-11-26T08:30:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("0001-01-01T23:00:00+22:59", "0001-01-01T00:01:00Z"),
    ],
)  # fmt: skip
def test_a_moment_is_kept_in_utc(text: str, written: str):
    assert write_timestamp(read_timestamp(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "2026-1-1", "2023-02-29", "0000-01-01", "10000-01-01", "2026-11-26T24:00:00Z",
        "2026-11-26T23:60:00Z",
        "2026-12-31T23:59:60Z", "2026-11-26T09:30:00+24:00", "2026-11-26T09:30:00+01:60",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "2026-11-26T09:30:00.1234567Z", "2026-11-26T09:30:00Z\n", " 2026-11-26",
        "\uff12026-11-26", "2026-11-26T09:30:00 Z", "2026-11-26T", "-001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str):
    with pytest.raises(Fault) as fault:
        read_timestamp(text)
    assert fault.value.code == "invalid_value"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("250ms", "250ms"), ("1000ms", "1s"), ("90m", "90m"), ("1.5h", "90m"), ("48h", "2d"),
        ("0d", "0s"), ("-30s", "-30s"),
        ("0.000001s", "0.000001s"), ("30 s", "30s"), ("1.000001s", "1.000001s"), ("0.001ms", "0.000001s"),
    ],
)  # fmt: skip
def test_a_duration_is_written_in_the_largest_whole_unit(text: str, written: str):
    assert write_duration(read_duration(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "s",
        "30 parsecs",
        "1e3s",
        "1_0s",
        "+5s",
        "30s\n",
        "\u0663s",
        "0.0001ms",
        "0.0000001s",
        "999999999999d",
        ".5s",
        "1.s",
        "- 5s",
    ],
)
def test_what_is_no_duration_is_refused(text: str):
    with pytest.raises(Fault) as fault:
        read_duration(text)
    assert fault.value.code == "invalid_value"


READ: tuple[tuple[str | bytes, Any], ...] = (
    ("1.50", D("1.50")), ("1e2", D("1E+2")), ("12", 12), ('{"a": [null, true]}', {"a": [None, True]}),
    (b'"\xc3\xa9"', "é"),
    ('"\\ud83d\\ude00"', "😀"), ("0.1", D("0.1")), ("-0.0", D("-0.0")), ("9" * 999, int("9" * 999)),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_json_is_read_by_its_digits(text: str | bytes, expected: object):
    found = from_json(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("NaN", "NaN is no number"), ("[Infinity]", "Infinity is no number"),
        ('{"a": 1, "a": 2}', 'the key "a" is written twice'),
        ("1e999999999", "too long"), ("9" * 5_000, "too long"), ("1." + "0" * 5_000, "too long"),
        ("[" * 100_000, "nested too deep"),
        ("{", "Expecting"), (b"\xff", "utf-8"), ("1 2", "Extra data"), ("", "Expecting value"),
        ("'a'", "Expecting value"),
    ],
)  # fmt: skip
def test_what_is_no_json_says_why(text: str | bytes, says: str):
    with pytest.raises(ValueError, match=says):
        from_json(text)
