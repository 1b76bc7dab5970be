"""Whether a value is one of a type as it stands: most values are, and lists of records are long."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DecimalException
from typing import Final, cast

from vesper.lang import types
from vesper.lang.types import Type
from vesper.values.numbers import EXACT, MOST_ITEMS
from vesper.values.value import INT_MAX, INT_MIN

_DEEPEST: Final = 8
"""Of types within types by name; deeper ones are looked at with care."""


def is_one(value: object, kind: Type, named: Mapping[str, Type], depth: int = 0) -> bool:
    """Whether there is nothing to convert. A value that this says no to may be one all the same."""
    match kind:
        case types.Primitive(name):
            check = _AS_IT_IS.get(name)
            return check is not None and check(value)
        case types.Nullable(of):
            return value is None or is_one(value, of, named, depth)
        case types.RecordType(fields=fields):
            return type(value) is dict and _has(
                cast("dict[str, object]", value), fields, named, depth
            )
        case types.Array(item, "array"):
            return type(value) is list and _holds(cast("list[object]", value), item, named, depth)
        case types.Enum(words):
            return type(value) is str and value in words
        case types.Named(name) if name in named and depth < _DEEPEST:
            return is_one(value, named[name], named, depth + 1)
        case _:
            return False


def _has(
    record: dict[str, object],
    fields: tuple[tuple[str, Type], ...],
    named: Mapping[str, Type],
    depth: int,
) -> bool:
    if len(record) != len(fields):
        return False
    for name, of in fields:  # noqa: SIM110 -- a generator would take twice as long
        if name not in record or not is_one(record[name], of, named, depth):
            return False
    return True


def _holds(items: list[object], kind: Type, named: Mapping[str, Type], depth: int) -> bool:
    if len(items) > MOST_ITEMS:
        return False
    for it in items:  # noqa: SIM110 -- a generator would take twice as long
        if not is_one(it, kind, named, depth):
            return False
    return True


def _is_decimal(value: object) -> bool:
    if type(value) is not Decimal or not value.is_finite():
        return False
    try:
        return (bool(value) or not value.is_signed()) and EXACT.plus(value).same_quantum(value)
    except DecimalException:
        return False


def _is_integer(value: object) -> bool:
    return type(value) is int and INT_MIN <= value <= INT_MAX


_AS_IT_IS: Final[Mapping[str, Callable[[object], bool]]] = {
    "string": lambda it: type(it) is str and it.isascii(),
    "integer": _is_integer,
    "decimal": _is_decimal,
    "boolean": lambda it: type(it) is bool,
    "timestamp": lambda it: type(it) is datetime and it.tzinfo is UTC,
    "duration": lambda it: type(it) is timedelta,
    "bytes": lambda it: type(it) is bytes,
}
