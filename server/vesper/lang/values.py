"""Values written in a document, checked against the type they are for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from vesper.lang import tree, types
from vesper.lang.source import Span
from vesper.lang.types import Type
from vesper.values.moment import read_duration, read_timestamp
from vesper.values.value import Fault

_LARGEST = 2**63


class Misfit(NamedTuple):
    """A value that is none of its type."""

    span: Span
    message: str


def misfits(node: tree.Node, kind: Type, named: Mapping[str, Type]) -> Iterator[Misfit]:  # noqa: C901 -- one case a type
    """Every part of a value that does not fit its type; null and templates fit everything."""
    kind = types.unwrapped(kind, named)
    match node, kind:
        case tree.Scalar(), _ if node.is_null:
            return
        case tree.Scalar(), _:
            reason = scalar_misfit(node, kind)
            if reason:
                yield Misfit(node.span, reason)
        case tree.Sequence(items=items), types.Array(item):
            for it in items:
                yield from misfits(it, item, named)
        case tree.Mapping(entries=entries), types.RecordType():
            yield from _record_misfits(entries, kind, named)
        case tree.Mapping(entries=entries), types.MapType(value=value):
            for entry in entries:
                yield from misfits(entry.value, value, named)
        case tree.Sequence(), types.Primitive("any"):
            return
        case tree.Sequence(), _:
            yield Misfit(_start(node), f"a list is no {types.shown(kind)}")
        case tree.Mapping(), types.Primitive("any"):
            return
        case tree.Mapping(), _:
            yield Misfit(_start(node), f"keys with values are no {types.shown(kind)}")
        case _:
            pass


def _record_misfits(
    entries: list[tree.Entry], kind: types.RecordType, named: Mapping[str, Type]
) -> Iterator[Misfit]:
    for entry in entries:
        found = kind.field(entry.key.text)
        if found is not None:
            yield from misfits(entry.value, found, named)


def scalar_misfit(scalar: tree.Scalar, kind: Type) -> str:
    """Why the scalar is no value of the type, or nothing."""
    value, text = scalar.value, scalar.text
    shown = " ".join(text[:61].split())
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    match kind:
        case types.Primitive("integer"):
            if not isinstance(value, int) or isinstance(value, bool):
                return f"`{shown}` is no integer"
            return "" if -_LARGEST <= value < _LARGEST else f"`{shown}` needs more than 64 bits"
        case types.Primitive("decimal"):
            is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
            return "" if is_number else f"`{shown}` is no decimal"
        case types.Primitive("boolean"):
            return "" if isinstance(value, bool) else f"`{shown}` is no boolean"
        case types.Primitive("timestamp"):
            return "" if is_moment(text) else f"`{shown}` is no date that exists"
        case types.Primitive("duration"):
            return "" if _is_duration(text) else f"`{shown}` is no duration, such as `30s`"
        case types.Enum(words) if words and text not in words:
            known = ", ".join(f"`{it}`" for it in words[:8])
            return f"`{shown}` is none of {known}"
        case types.Array() | types.MapType() | types.RecordType():
            return f"`{shown}` is no {types.shown(kind)}"
        case _:
            return ""


def is_moment(text: str) -> bool:
    """Whether the text is a date that exists, alone or with a time of day."""
    try:
        read_timestamp(text)
    except Fault:
        return False
    return True


def _is_duration(text: str) -> bool:
    try:
        read_duration(text)
    except Fault:
        return False
    return True


def _start(node: tree.Mapping | tree.Sequence) -> Span:
    line, column = node.span[:2]
    return Span(line, column, line, column + 1)
