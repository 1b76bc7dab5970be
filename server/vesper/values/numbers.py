"""Exact arithmetic: integers of 64 bits and decimals, never a float.

Decimals follow the General Decimal Arithmetic specification (speleotrove.com/decimal) without NaN, infinities
and negative zero: `+ - *` are exact or a fault, `/` gives 34 digits rounded half to even.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from typing import Final, NoReturn, TypeGuard

from vesper.values.value import INT_MAX, INT_MIN, Fault, Value

MOST_DIGITS: Final = 1_000
MOST_CHARACTERS: Final = 16_777_216
"""The longest text that an evaluation makes."""
MOST_ITEMS: Final = 1_000_000
"""The longest list that an evaluation makes."""
_LONGEST_WHOLE: Final = 18
"""The power of ten that the largest integer begins with."""
LARGEST_EXPONENT: Final = 6_144
_TRAPS: Final = [InvalidOperation, DivisionByZero, Overflow, Underflow, Inexact]
EXACT: Final = Context(
    prec=MOST_DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-LARGEST_EXPONENT,
    Emax=LARGEST_EXPONENT,
    traps=_TRAPS,
)
"""For `+ - *`, remainders and rounding: what does not fit is an exception. Never the ambient context."""
QUOTIENT: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-LARGEST_EXPONENT, Emax=LARGEST_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)  # fmt: skip
"""For `/`."""
_MICROSECOND: Final = timedelta(microseconds=1)
_add, _subtract, _multiply, _quotient = EXACT.add, EXACT.subtract, EXACT.multiply, QUOTIENT.divide


def is_number(value: Value) -> TypeGuard[int | Decimal]:
    """Whether it is an integer or a decimal; a boolean is neither."""
    return type(value) is int or type(value) is Decimal


def integer(value: int) -> int:
    """The value, when 64 bits hold it; else the fault `integer_overflow`."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise Fault("integer_overflow", "the result needs more than 64 bits")


def decimal(value: Decimal) -> Decimal:
    """The value within the limits of the language and without a negative zero."""
    if not value.is_finite():
        raise Fault("invalid_value", "there is no infinity, and nothing that is no number")
    try:
        kept = EXACT.plus(value)
    except DecimalException:
        raise too_long() from None
    return kept if kept else kept.copy_abs()


def add(left: Value, right: Value) -> Value:
    """`+`: numbers, moments and durations, texts, lists."""
    a, b = type(left), type(right)
    if a is int and b is int:
        return integer(left + right)  # pyright: ignore
    if is_number(left) and is_number(right):
        return add_decimal(left, right)
    if a is str and b is str:
        return kept_text(left + right)  # pyright: ignore
    if a is list and b is list:
        return kept_list(left + right)  # pyright: ignore
    if a in _MOMENTS and b in _MOMENTS and timedelta in (a, b):
        return _moment(lambda: left + right)  # pyright: ignore
    return _misfit("+", left, right)


def subtract(left: Value, right: Value) -> Value:
    """`-`: numbers, moments and durations."""
    a, b = type(left), type(right)
    if a is int and b is int:
        return integer(left - right)  # pyright: ignore
    if is_number(left) and is_number(right):
        return subtract_decimal(left, right)
    if (a is datetime and b in _MOMENTS) or (a is timedelta and b is timedelta):
        return _moment(lambda: left - right)  # pyright: ignore
    return _misfit("-", left, right)


def multiply(left: Value, right: Value) -> Value:
    """`*`: numbers, and a duration with a number."""
    a, b = type(left), type(right)
    if a is int and b is int:
        return integer(left * right)  # pyright: ignore
    if is_number(left) and is_number(right):
        return multiply_decimal(left, right)
    if isinstance(left, timedelta) and is_number(right):
        return _scaled(left, lambda length: EXACT.multiply(length, right))
    if is_number(left) and isinstance(right, timedelta):
        return _scaled(right, lambda length: EXACT.multiply(length, left))
    return _misfit("*", left, right)


def divide(left: Value, right: Value) -> Value:
    """`/`: a decimal for numbers and for two durations, a duration for one by a number."""
    if is_number(left) and is_number(right):
        return divide_decimal(left, right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return divide_decimal(left // _MICROSECOND, right // _MICROSECOND)
    if isinstance(left, timedelta) and is_number(right):
        return _scaled(left, lambda length: divide_decimal(length, right))
    return _misfit("/", left, right)


def remainder(left: Value, right: Value) -> Value:
    """`%`: what truncating division leaves, with the sign of the dividend."""
    if type(left) is int and type(right) is int:
        if right == 0:
            raise _by_zero()
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    if is_number(left) and is_number(right):
        if right == 0:
            raise _by_zero()
        return _decimal(EXACT.remainder, left, right)
    return _misfit("%", left, right)


def whole_quotient(left: Value, right: Value) -> Value:
    """`DIV`: division truncated toward zero; an integer for two integers."""
    if not (is_number(left) and is_number(right)):
        return _misfit("DIV", left, right)
    if right == 0:
        raise _by_zero()
    if isinstance(left, int) and isinstance(right, int):
        size = abs(left) // abs(right)
        return integer(size if (left < 0) is (right < 0) else -size)
    return _decimal(EXACT.divide_int, left, right)


def negate(value: Value) -> Value:
    """`-value`."""
    if type(value) is int:
        return integer(-value)
    if type(value) is Decimal:
        return negate_decimal(value)
    if type(value) is timedelta:
        return _moment(lambda: -value)  # pyright: ignore
    if value is None:
        raise Fault("null_value", "`-` of null")
    raise Fault("type_mismatch", f"`-` needs a number, this is {kind(value)}")


def add_decimal(left: int | Decimal, right: int | Decimal) -> Decimal:
    """`+` where one side is a decimal."""
    try:
        found = _add(left, right)
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def subtract_decimal(left: int | Decimal, right: int | Decimal) -> Decimal:
    """`-` where one side is a decimal."""
    try:
        found = _subtract(left, right)
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def multiply_decimal(left: int | Decimal, right: int | Decimal) -> Decimal:
    """`*` where one side is a decimal."""
    try:
        found = _multiply(left, right)
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def negate_decimal(value: Decimal) -> Decimal:
    """`-` before a decimal; zero has no sign, and keeps its digits."""
    try:
        return EXACT.minus(value)
    except DecimalException:
        raise too_long() from None


def divide_decimal(left: int | Decimal, right: int | Decimal) -> Decimal:
    """`/` of two numbers."""
    if not right:
        raise _by_zero()
    try:
        found = _quotient(left, right)
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def rounded(value: int | Decimal, digits: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """The number with so many digits behind the point."""
    if not -MOST_DIGITS < digits < MOST_DIGITS:
        raise Fault("invalid_value", f"a number is not rounded to {digits} digits")
    try:
        found = Decimal(value).quantize(
            Decimal((0, (1,), -digits)), rounding=rounding, context=_ROUNDING
        )
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def whole(value: Decimal) -> int:
    """The integer that a decimal without a part behind the point is, when 64 bits hold it."""
    # Asked before `int`, which would take for ever on a large exponent.
    if value.adjusted() > _LONGEST_WHOLE:
        raise Fault("integer_overflow", "the result needs more than 64 bits")
    return integer(int(value))


def fits_text(length: int) -> None:
    """Refuse, as `memory_exceeded`, to make a text of more than `MOST_CHARACTERS`."""
    if length > MOST_CHARACTERS:
        raise Fault("memory_exceeded", f"a text of more than {MOST_CHARACTERS:,} characters")


def fits_list(length: int) -> None:
    """Refuse, as `memory_exceeded`, to make a list of more than `MOST_ITEMS`."""
    if length > MOST_ITEMS:
        raise Fault("memory_exceeded", f"a list of more than {MOST_ITEMS:,} items")


def kept_text(text: str) -> str:
    """The text, when it is no longer than one may be."""
    if len(text) > MOST_CHARACTERS:
        fits_text(len(text))
    return text


def kept_list(items: list[Value]) -> list[Value]:
    """The list, when it is no longer than one may be."""
    if len(items) > MOST_ITEMS:
        fits_list(len(items))
    return items


def kind(value: Value) -> str:
    """What a value is, for messages: `a decimal`."""
    return _KINDS.get(type(value), "a value")


_MOMENTS: Final = frozenset({datetime, timedelta})
_KINDS: Final = {
    type(None): "null", bool: "a boolean", int: "an integer", Decimal: "a decimal", str: "a string",
    bytes: "bytes", datetime: "a timestamp", timedelta: "a duration", list: "a list", dict: "a record",
}  # fmt: skip
_ROUNDING: Final = Context(
    prec=MOST_DIGITS, Emin=-LARGEST_EXPONENT, Emax=LARGEST_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)  # fmt: skip


def _decimal(
    operation: "Callable[[int | Decimal, int | Decimal], Decimal]",
    left: int | Decimal,
    right: int | Decimal,
) -> Decimal:
    try:
        found = operation(left, right)
    except DecimalException:
        raise too_long() from None
    return found if found else found.copy_abs()


def _moment(work: "Callable[[], Value]") -> Value:
    try:
        return work()
    except OverflowError:
        message = "the moment is outside of the years 1 to 9999, or the duration beyond what fits"
        raise Fault("invalid_value", message) from None


def _scaled(length: timedelta, scale: "Callable[[int], Decimal]") -> Value:
    """A duration by whole microseconds, half to even."""
    try:
        microseconds = int(rounded(scale(length // _MICROSECOND), 0))
    except DecimalException:
        raise too_long() from None
    return _moment(lambda: timedelta(microseconds=microseconds))


def _misfit(operator: str, left: Value, right: Value) -> NoReturn:
    if left is None or right is None:
        raise Fault("null_value", f"`{operator}` with null")
    raise Fault("type_mismatch", f"`{operator}` does not go with {kind(left)} and {kind(right)}")


def _by_zero() -> Fault:
    return Fault("division_by_zero", "division by zero")


def too_long() -> Fault:
    """The fault of a number that the language does not hold."""
    message = f"the result needs more than {MOST_DIGITS:,} digits, or is too large or too small"
    return Fault("number_too_long", message)
