"""What values surely are: types that rest on what a run has checked, never on what is claimed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    TIMESTAMP,
    Array,
    Enum,
    MapType,
    Named,
    Nullable,
    Primitive,
    RecordType,
    Type,
    settled,
)
from vesper.values.value import Value

BYTES: Final = Primitive("bytes")
NUMERIC: Final = frozenset({INTEGER, DECIMAL})
ORDERED: Final = frozenset({STRING, TIMESTAMP, DURATION, BYTES})
_DEEPEST: Final = 6
_OF_VALUES: Final[Mapping[type, Type]] = {
    type(None): NULL, bool: BOOLEAN, int: INTEGER, Decimal: DECIMAL, str: STRING, bytes: BYTES,
    datetime: TIMESTAMP, timedelta: DURATION,
}  # fmt: skip


def kind_of(value: Value, depth: int = 0) -> Type:
    """The kind of a value that is known."""
    if isinstance(value, list | dict) and depth > _DEEPEST:
        return ANY
    if isinstance(value, list):
        return Array(common(*(kind_of(it, depth + 1) for it in value))) if value else Array(ANY)
    if isinstance(value, dict):
        return RecordType("", tuple((key, kind_of(it, depth + 1)) for key, it in value.items()))
    return _OF_VALUES[type(value)]


def kept(declared: Type, named: Mapping[str, Type], depth: int = 0) -> Type:
    """The kind of what was converted to a declared type."""
    found = settled(declared, named)
    if depth > _DEEPEST:
        return ANY
    match found:
        case Enum():
            return STRING
        case Array(item):
            return Array(kept(item, named, depth + 1))
        case MapType(_, value):
            return MapType(STRING, kept(value, named, depth + 1))
        case Nullable(of):
            return nullable(kept(of, named, depth))
        case RecordType(name, fields):
            known = [(key, kept(it, named, depth + 1)) for key, it in fields if key != "..."]
            return RecordType(name, tuple(known))
        case Named():
            return ANY
        case Primitive():
            return found
    return ANY


def nullable(kind: Type) -> Type:
    """The kind, or null."""
    return kind if kind in (ANY, NULL) or isinstance(kind, Nullable) else Nullable(kind)


def bare(kind: Type) -> Type:
    """The kind without null."""
    return kind.of if isinstance(kind, Nullable) else kind


def common(*kinds: Type) -> Type:
    """The narrowest kind that holds what all of them hold; that of nothing is any."""
    found: Type | None = None
    for kind in kinds:
        found = kind if found is None else _both(found, kind)
    return ANY if found is None else found


def is_certain(kind: Type) -> bool:
    """Whether it is one kind of value that has no parts, and never null."""
    return isinstance(kind, Primitive) and kind not in (ANY, NULL)


def are_numbers(left: Type, right: Type) -> bool:
    """Whether both are numbers."""
    return left in NUMERIC and right in NUMERIC


def are_ordered(left: Type, right: Type) -> bool:
    """Whether Python's own `<` is that of the language."""
    return are_numbers(left, right) or (left == right and left in ORDERED)


def are_equatable(left: Type, right: Type) -> bool:
    """Whether Python's own `==` is that of the language."""
    left, right = bare(left), bare(right)
    if NULL in (left, right):
        return True
    return are_numbers(left, right) or (left == right and is_certain(left))


def item_of(kind: Type) -> Type:
    """What the items of a list, or the values of a map, are."""
    match bare(kind):
        case Array(item):
            return item
        case MapType(_, value):
            return value
        case RecordType(_, fields):
            return common(*(it for _, it in fields))
        case _:
            return ANY


def field_of(kind: Type, name: str) -> Type | None:
    """The kind of a field that is surely there; None where that is not known."""
    found = bare(kind)
    return found.field(name) if isinstance(found, RecordType) else None


def is_same(kind: Type, declared: Type, named: Mapping[str, Type]) -> bool:
    """Whether values of the kind are values of the declared type as they are."""
    declared = settled(declared, named)
    match kind, declared:
        case Primitive("string"), Enum():
            return True
        case Primitive(name), Primitive():
            return kind == declared and name != "any"
        case Nullable(of), Nullable(other):
            return is_same(of, other, named)
        case Array(item), Array(other, "array"):
            return is_same(item, other, named)
        case MapType(_, value), MapType(key, other):
            return settled(key, named) == STRING and is_same(value, other, named)
        case RecordType(_, fields), RecordType(_, others):
            theirs = dict(others)
            return dict(fields).keys() == theirs.keys() and all(
                is_same(of, theirs[name], named) for name, of in fields
            )
        case _, Nullable(of):
            return is_same(kind, of, named)
        case _:
            return False


def _both(left: Type, right: Type) -> Type:
    if left == right:
        return left
    if NULL in (left, right):
        return nullable(right if left == NULL else left)
    if isinstance(left, Nullable) or isinstance(right, Nullable):
        return nullable(_both(bare(left), bare(right)))
    match left, right:
        case Array(item), Array(other):
            return Array(_both(item, other))
        case MapType(_, value), MapType(_, other):
            return MapType(STRING, _both(value, other))
        case RecordType(_, fields), RecordType(_, others):
            theirs = dict(others)
            if dict(fields).keys() != theirs.keys():
                return MapType(STRING, ANY)
            return RecordType("", tuple((key, _both(it, theirs[key])) for key, it in fields))
        case _:
            return ANY
