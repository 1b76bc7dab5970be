"""Equality and order of values."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Final, cast

from vesper.values.moment import read_duration, read_timestamp
from vesper.values.numbers import kind
from vesper.values.value import Fault, Value

_NUMBERS: Final = (int, Decimal)


def equal(left: Value, right: Value) -> bool:
    """`==`: total. Numbers by value, a text and a moment by the moment, records in any order of keys."""
    a, b = type(left), type(right)
    if a is b:
        if a is list:
            return _equal_lists(cast("list[Value]", left), cast("list[Value]", right))
        if a is dict:
            return _equal_records(cast("dict[str, Value]", left), cast("dict[str, Value]", right))
        return left == right
    if a in _NUMBERS and b in _NUMBERS:
        return left == right
    if a is str and b in _READ:
        return _as_moment(cast("str", left), right) == right
    if b is str and a in _READ:
        return _as_moment(cast("str", right), left) == left
    return False


def less(left: Value, right: Value) -> bool:
    """`<`: between two numbers, texts (by code point), moments or durations; anything else is a fault."""
    a, b = type(left), type(right)
    if (a in _NUMBERS and b in _NUMBERS) or (a is b and a in _ORDERED):
        return left < right  # pyright: ignore
    if a is str and b in _READ:
        return _read(cast("str", left), right) < right  # pyright: ignore
    if b is str and a in _READ:
        return left < _read(cast("str", right), left)  # pyright: ignore
    if left is None or right is None:
        raise Fault("null_value", "null has no order")
    raise Fault("type_mismatch", f"{kind(left)} and {kind(right)} have no order")


def contains(of: Value, item: Value) -> bool:
    """Whether a list has the item, a record the key, or a text the text."""
    if isinstance(of, list):
        return any(equal(it, item) for it in of)
    if isinstance(of, dict):
        return isinstance(item, str) and item in of
    if isinstance(of, str) and isinstance(item, str):
        return item in of
    if of is None or (isinstance(of, str) and item is None):
        raise Fault("null_value", "nothing is in null" if of is None else "null is in no text")
    raise Fault("type_mismatch", f"{kind(of)} does not contain {kind(item)}")


def identity(value: Value) -> Hashable:
    """A key that is equal for equal values: for groups and doubles."""
    kind_of = type(value)
    if kind_of in _NUMBERS or kind_of in _READ or value is None:
        return value  # pyright: ignore[reportReturnType]
    if isinstance(value, list):
        return ("list", *map(identity, value))
    if isinstance(value, dict):
        return frozenset((key, identity(it)) for key, it in value.items())
    return (kind_of, value)


def in_order(values: Iterable[Value]) -> list[Value]:
    """Sorted, stable; values of different kinds are a fault, null too."""
    items = list(values)
    kinds = {type(it) for it in items}
    if kinds and (kinds <= set(_NUMBERS) or (len(kinds) == 1 and kinds <= _ORDERED)):
        return sorted(items)  # pyright: ignore
    if len(items) == 1:
        less(items[0], items[0])
    return sorted(items, key=cmp_to_key(order))


def order(left: Value, right: Value) -> int:
    """-1, 0 or 1, as `less` has it."""
    return -1 if less(left, right) else 1 if less(right, left) else 0


_READ: Final = (datetime, timedelta)
_ORDERED: Final = frozenset({str, datetime, timedelta, bytes})


def _equal_lists(left: list[Value], right: list[Value]) -> bool:
    return len(left) == len(right) and all(map(equal, left, right))


def _equal_records(left: dict[str, Value], right: dict[str, Value]) -> bool:
    if len(left) != len(right):
        return False
    return all(key in right and equal(value, right[key]) for key, value in left.items())


def _read(text: str, like: Value) -> Value:
    return read_timestamp(text) if isinstance(like, datetime) else read_duration(text)


def _as_moment(text: str, like: Value) -> Value:
    try:
        return _read(text, like)
    except Fault:
        return None
