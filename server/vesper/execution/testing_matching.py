"""Whether what came out is what a test expects, and where it is not."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from vesper.lang import types
from vesper.lang.types import ANY, Type
from vesper.values.compare import equal, identity
from vesper.values.encoding import plain
from vesper.values.value import Value


class Difference(NamedTuple):
    """A place where the answer is not the one that is expected."""

    path: str
    """Such as `regions[1].total`."""
    expected: Value
    got: Value
    is_missing: bool = False
    """Whether there is nothing at that place."""


def differences(
    expected: Value, got: Value, kind: Type, named: Mapping[str, Type], path: str = ""
) -> Iterator[Difference]:
    """Where a value is not the expected one, read by its declared type.

    Of a record only the fields that are expected are looked at; lists and maps must match as a whole,
    sets in any order.
    """
    kind = types.unwrapped(kind, named)
    match expected, got:
        case dict(), dict() if not isinstance(kind, types.MapType):
            yield from _fields(expected, got, kind, named, path)
        case dict(), dict():
            yield from _fields(expected, got, kind, named, path)
            if not expected.keys() >= got.keys():
                yield Difference(path, expected, got)
        case list(), list() if isinstance(kind, types.Array) and kind.name == "set":
            if {identity(it) for it in expected} != {identity(it) for it in got}:
                yield Difference(path, expected, got)
        case list(), list():
            item = kind.item if isinstance(kind, types.Array) else ANY
            for at, (one, other) in enumerate(zip(expected, got, strict=False)):
                yield from differences(one, other, item, named, f"{path}[{at}]")
            if len(expected) != len(got):
                yield Difference(path, expected, got)
        case _ if not _alike(expected, got):
            yield Difference(path, expected, got)
        case _:
            pass


def _fields(
    expected: dict[str, Value],
    got: dict[str, Value],
    kind: Type,
    named: Mapping[str, Type],
    path: str,
) -> Iterator[Difference]:
    for name, value in expected.items():
        place = f"{path}.{name}" if path else name
        if name in got:
            yield from differences(value, got[name], _inner(kind, name), named, place)
        elif value is not None:
            yield Difference(place, value, None, is_missing=True)


def _inner(kind: Type, name: str) -> Type:
    match kind:
        case types.MapType(value=value):
            return value
        case types.RecordType():
            return kind.field(name) or ANY
        case _:
            return ANY


def _alike(expected: Value, got: Value) -> bool:
    """Equal, or a text that says in writing what the value is."""
    if equal(expected, got):
        return True
    if isinstance(expected, str) and isinstance(got, Decimal):
        try:
            return Decimal(expected) == got
        except InvalidOperation:
            return False
    return isinstance(expected, str) and isinstance(got, bytes) and plain(got) == expected
