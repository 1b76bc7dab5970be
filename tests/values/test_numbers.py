"""Exact arithmetic: what it gives, and that nothing is silently wrapped, rounded or endless."""

import decimal
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesper.values import numbers
from vesper.values.encoding import canonical
from vesper.values.library import LIBRARY
from vesper.values.text import printed
from vesper.values.value import INT_MAX, INT_MIN, Fault, Value

D = Decimal
WORK = {
    "+": numbers.add, "-": numbers.subtract, "*": numbers.multiply, "/": numbers.divide,
    "%": numbers.remainder, "DIV": numbers.whole_quotient,
}  # fmt: skip
DAY = timedelta(days=1)
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

CASES: tuple[tuple[Value, str, Value, str], ...] = (
    (D("1.10"), "+", D("2.20"), "3.30"), (1, "+", D("0.50"), "1.50"), (D("1E+3"), "+", 1, "1001"),
    (D("0.1"), "+", D("0.2"), "0.3"), (D("5.00"), "-", D("5.00"), "0.00"), (D("-5"), "*", 0, "0"),
    (D("1.20"), "*", D("3"), "3.60"), (7, "/", 2, "3.5"), (6, "/", 2, "3"), (1, "/", 3, "0." + "3" * 34),
    (2, "/", 3, "0." + "6" * 33 + "7"), (0, "/", -5, "0"), (D("-0.0"), "/", 5, "0.0"),
    (-7, "%", 3, "-1"), (7, "%", -3, "1"), (-7, "%", -3, "-1"), (-6, "%", 3, "0"),
    (D("-7.5"), "%", 2, "-1.5"),
    (7, "%", D("2.5"), "2.0"), (D("-6"), "%", D("3"), "0"), (-7, "DIV", 3, "-2"), (7, "DIV", -3, "-2"),
    (-7, "DIV", -3, "2"), (D("-7.9"), "DIV", 2, "-3"), (D("-1"), "DIV", D("3"), "0"),
    (INT_MAX - 1, "+", 1, "9223372036854775807"), (INT_MIN + 1, "-", 1, "-9223372036854775808"),
    (INT_MIN, "%", -1, "0"), (INT_MIN, "/", -1, "9223372036854775808"),
    (D(INT_MAX), "+", 1, "9223372036854775808"),
    (INT_MAX, "*", -1, "-9223372036854775807"),
    # half to even, at the 34th digit
    (D("1.0000000000000000000000000000000005"), "/", 1, "1.000000000000000000000000000000000"),
    (D("1.0000000000000000000000000000000015"), "/", 1, "1.000000000000000000000000000000002"),
    ("a", "+", "b", "ab"), ([1], "+", ["a"], '[1,"a"]'),
    (FIRST, "+", DAY, "0001-01-02T00:00:00Z"), (DAY, "+", FIRST, "0001-01-02T00:00:00Z"),
    (LAST, "-", FIRST, "3652058d"), (DAY, "-", timedelta(hours=25), "-1h"), (DAY, "*", D("0.5"), "12h"),
    (3, "*", DAY, "3d"), (DAY, "/", 3, "8h"), (DAY, "/", timedelta(hours=5), "4.8"),
    # durations by whole microseconds, half to even
    (timedelta(microseconds=1), "*", D("0.5"), "0s"), (timedelta(microseconds=3), "*", D("0.5"), "0.000002s"),
    (timedelta(microseconds=-3), "/", 2, "-0.000002s"),
)  # fmt: skip


@pytest.mark.parametrize(("left", "operator", "right", "expected"), CASES)
def test_a_calculation_gives_every_digit(left: Value, operator: str, right: Value, expected: str):
    assert printed(WORK[operator](left, right)) == expected


FAULTS: tuple[tuple[Value, str, Value, str], ...] = (
    (INT_MAX, "+", 1, "integer_overflow"), (INT_MIN, "-", 1, "integer_overflow"),
    (INT_MAX, "*", 2, "integer_overflow"),
    (INT_MIN, "*", -1, "integer_overflow"), (INT_MIN, "DIV", -1, "integer_overflow"),
    (2**40, "*", 2**40, "integer_overflow"),
    (1, "/", 0, "division_by_zero"), (1, "%", 0, "division_by_zero"),
    (D(0), "DIV", D("0.00"), "division_by_zero"),
    (D(0), "/", D(0), "division_by_zero"), (DAY, "/", 0, "division_by_zero"),
    (DAY, "/", timedelta(0), "division_by_zero"),
    (D("1E+999"), "+", D("0.1"), "number_too_long"), (D("9" * 600), "*", D("9" * 600), "number_too_long"),
    (D("1E+6144"), "*", 10, "number_too_long"), (D("1E-6144"), "*", D("1E-1000"), "number_too_long"),
    (D("1E-6144"), "/", D("7E+100"), "number_too_long"), (D("1E+6144"), "/", D("1E-6144"), "number_too_long"),
    (D("1E+6000"), "%", 3, "number_too_long"), (D("1E+6000"), "DIV", 3, "number_too_long"),
    (True, "+", 1, "type_mismatch"), (1, "*", False, "type_mismatch"), ("a", "+", 1, "type_mismatch"),
    ("a", "-", "a", "type_mismatch"),
    ("a", "*", 3, "type_mismatch"), ([1], "*", 3, "type_mismatch"), ([], "+", "a", "type_mismatch"),
    (DAY, "+", 1, "type_mismatch"),
    (FIRST, "+", LAST, "type_mismatch"), (DAY, "-", FIRST, "type_mismatch"),
    (DAY, "*", DAY, "type_mismatch"), (1, "/", DAY, "type_mismatch"),
    ({}, "+", {}, "type_mismatch"), (b"a", "+", b"b", "type_mismatch"), (None, "+", 1, "null_value"),
    ("a", "+", None, "null_value"),
    (1, "%", None, "null_value"), (None, "DIV", None, "null_value"),
    (LAST, "+", DAY, "invalid_value"), (FIRST, "-", DAY, "invalid_value"),
    (timedelta.max, "+", DAY, "invalid_value"),
    (DAY, "*", INT_MAX, "invalid_value"), (DAY, "*", D("1E+900"), "invalid_value"),
    (DAY, "*", D("1E+6144"), "number_too_long"),
    ("a" * 9_000_000, "+", "a" * 9_000_000, "memory_exceeded"),
    ([1] * 600_000, "+", [1] * 600_000, "memory_exceeded"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("left", "operator", "right", "code"),
    FAULTS,
    ids=[f"{it[1]} {it[3]} {n}" for n, it in enumerate(FAULTS)],
)
def test_what_has_no_value_is_a_fault_with_its_code(
    left: Value, operator: str, right: Value, code: str
):
    with pytest.raises(Fault) as fault:
        WORK[operator](left, right)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "-5"),
        (D("-0.50"), "0.50"),
        (D("0.0"), "0.0"),
        (0, "0"),
        (DAY, "-1d"),
        (INT_MAX, "-9223372036854775807"),
    ],
)
def test_a_sign_is_turned(value: Value, expected: str):
    assert printed(numbers.negate(value)) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (INT_MIN, "integer_overflow"),
        (True, "type_mismatch"),
        ("a", "type_mismatch"),
        (None, "null_value"),
    ],
)
def test_what_has_no_sign_is_a_fault(value: Value, code: str):
    with pytest.raises(Fault) as fault:
        numbers.negate(value)
    assert fault.value.code == code


HUGE = [
    D("1E+999999999"),
    D("1E-999999999"),
    D("-1E+999999999"),
    D("9" * 1_001),
    D("NaN"),
    D("sNaN"),
    D("Infinity"),
]


@pytest.mark.parametrize("value", HUGE, ids=range(len(HUGE)))
def test_numbers_beyond_the_limits_are_refused_at_once(value: Decimal):
    with pytest.raises(Fault) as fault:
        numbers.decimal(value)
    assert fault.value.code in ("number_too_long", "invalid_value")


@pytest.mark.parametrize("name", ["floor", "ceil", "to_integer"])
@pytest.mark.parametrize(
    "value", [D("1E+6144"), D("-1E+6144"), D("9223372036854775808"), D("1E+19")]
)
def test_a_large_exponent_becomes_no_integer_and_takes_no_time(name: str, value: Decimal):
    with pytest.raises(Fault) as fault:
        LIBRARY[name](value)
    assert fault.value.code == "integer_overflow"


def test_the_ambient_context_changes_nothing():
    with decimal.localcontext() as context:
        context.prec, context.rounding = 3, decimal.ROUND_UP
        context.traps[decimal.FloatOperation] = True
        assert printed(numbers.divide(2, 3)) == "0." + "6" * 33 + "7"
        assert printed(LIBRARY["SUM"]([D("1234.5678"), 1])) == "1235.5678"
        assert printed(LIBRARY["round"](D("1234.5650"), 2)) == "1234.56"
        assert printed(LIBRARY["random"]("ab", 0)).startswith("0.")
        assert len(printed(LIBRARY["random"]("ab", 0))) == 20
        assert printed(numbers.multiply(timedelta(days=400), D("1.5"))) == "600d"
        assert canonical(D("1234.5678")) == b'{"$decimal":"1234.5678"}'


WHOLE = st.integers(INT_MIN, INT_MAX)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda it: it.is_zero() or (-300 < it.adjusted() < 300)
).map(numbers.decimal)  # fmt: skip


@given(WHOLE, WHOLE)
def test_division_and_remainder_of_integers_fit_together(left: int, right: int):
    if right == 0 or (left, right) == (INT_MIN, -1):
        return
    quotient, rest = numbers.whole_quotient(left, right), numbers.remainder(left, right)
    assert isinstance(quotient, int)
    assert isinstance(rest, int)
    assert quotient * right + rest == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) is (left < 0)


@given(DECIMALS | WHOLE, DECIMALS | WHOLE, st.sampled_from(sorted(WORK)))
def test_whatever_is_calculated_is_a_value_or_a_fault(left: Value, right: Value, operator: str):
    try:
        found = WORK[operator](left, right)
    except Fault as fault:
        found = fault
    if isinstance(found, Fault):
        assert found.code in ("integer_overflow", "number_too_long", "division_by_zero")
        return
    if isinstance(found, int):
        assert INT_MIN <= found <= INT_MAX
    else:
        assert isinstance(found, Decimal)
        assert found.is_finite()
        assert not (found.is_zero() and found.is_signed())
        assert numbers.decimal(found).compare_total(found) == 0


@given(DECIMALS, DECIMALS)
def test_sums_and_products_lose_nothing(left: Decimal, right: Decimal):
    from fractions import Fraction

    for operator, exact in (
        ("+", Fraction(left) + Fraction(right)),
        ("*", Fraction(left) * Fraction(right)),
    ):
        try:
            found = WORK[operator](left, right)
        except Fault:
            continue
        assert isinstance(found, Decimal)
        assert Fraction(found) == exact
