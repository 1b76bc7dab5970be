"""Every field of the language by the record it belongs to, for those who have only its name."""

from functools import cache

from vesper.lang import ops
from vesper.lang.document import NODE
from vesper.lang.fields import Either, Field, Later, ListOf, MapOf, Record, Shape, Variant
from vesper.lang.roles import ROLES


def field_of(record: str, name: str) -> Field | None:
    """The field of that name in the record of that name, or None."""
    return _fields().get((record, name))


@cache
def _fields() -> dict[tuple[str, str], Field]:
    ops.load()
    found: dict[tuple[str, str], Field] = {}
    pending: list[Shape] = [NODE, ROLES]
    seen: set[int] = set()
    while pending:
        shape = pending.pop()
        if id(shape) in seen:
            continue
        seen.add(id(shape))
        if isinstance(shape, Record):
            found.update({(shape.name, it.name): it for it in shape.fields})
        pending.extend(_parts(shape))
    return found


def _parts(shape: Shape) -> list[Shape]:
    match shape:
        case Record(fields=fields, rest=rest):
            return [*(it.shape for it in fields), *([rest] if rest is not None else [])]
        case ListOf(item):
            return [item]
        case MapOf(value):
            return [value]
        case Either(shapes):
            return list(shapes)
        case Later():
            return [shape.get()]
        case Variant():
            return [shape.record(it) for it in ("", "custom.any", *shape.variants())]
        case _:
            return []
