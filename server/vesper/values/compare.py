"""Equality and order of values."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Final, cast

from vesper.values.moment import read_duration, read_timestamp
from vesper.values.numbers import kind
from vesper.values.value import Extent, Fault, Value

_NUMBERS: Final = frozenset({int, Decimal})


def equal(left: Value, right: Value) -> bool:
    """`==`: total. Numbers by value, a text and a moment by the moment, records in any order of keys."""
    a, b = type(left), type(right)
    if a is b:
        if a is list or a is dict:
            return left is right or _equal_held(left, right, Extent(), 0)
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
    if kind_of is str or kind_of in _NUMBERS or kind_of in _READ or value is None:
        return value  # pyright: ignore[reportReturnType]
    if kind_of is list or kind_of is dict:
        return _identity_held(value, Extent(), 0)
    return (kind_of, value)


def in_order(values: Iterable[Value]) -> list[Value]:
    """Sorted, stable; values of different kinds are a fault, null too."""
    items = list(values)
    kinds = {type(it) for it in items}
    if kinds and (kinds <= _NUMBERS or (len(kinds) == 1 and kinds <= _ORDERED)):
        return sorted(items)  # pyright: ignore
    if len(items) == 1:
        less(items[0], items[0])
    return sorted(items, key=cmp_to_key(order))


def order(left: Value, right: Value) -> int:
    """-1, 0 or 1, as `less` has it."""
    return -1 if less(left, right) else 1 if less(right, left) else 0


_READ: Final = (datetime, timedelta)
_ORDERED: Final = frozenset({str, datetime, timedelta, bytes})


def _equal_held(left: Value, right: Value, extent: Extent, depth: int) -> bool:
    """Whether two values are equal that may hold others."""
    if isinstance(left, list) and isinstance(right, list):
        if left is right or len(left) != len(right):
            return left is right
        extent.enter(len(left), depth)
        pairs = zip(left, right, strict=True)
        return all(_equal_held(one, other, extent, depth + 1) for one, other in pairs)
    if isinstance(left, dict) and isinstance(right, dict):
        if left is right or left.keys() != right.keys():
            return left is right
        extent.enter(len(left), depth)
        return all(_equal_held(it, right[key], extent, depth + 1) for key, it in left.items())
    return equal(left, right)


def _identity_held(value: Value, extent: Extent, depth: int) -> Hashable:
    if isinstance(value, list):
        extent.enter(len(value), depth)
        return ("list", *[_identity_held(it, extent, depth + 1) for it in value])
    if isinstance(value, dict):
        extent.enter(len(value), depth)
        return frozenset((key, _identity_held(it, extent, depth + 1)) for key, it in value.items())
    return identity(value)


def _read(text: str, like: Value) -> Value:
    return read_timestamp(text) if isinstance(like, datetime) else read_duration(text)


def _as_moment(text: str, like: Value) -> Value:
    try:
        return _read(text, like)
    except Fault:
        return None
