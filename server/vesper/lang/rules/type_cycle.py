"""VSP210: a type that contains itself."""

from collections.abc import Iterator, Mapping

from vesper.lang import types
from vesper.lang.rule import Document, Finding, Related, rule


@rule(
    "VSP210",
    "type-cycle",
    bad="""
        types:
          Order:
        # ^^^^^ no value of this type can be finished: Order -> Customer -> Order; write one of them as `T?` or `array<T>`
            fields:
              customer: Customer
          Customer:
            fields:
              last_order: Order
        """,  # noqa: E501
    good="""
        types:
          Order:
            fields:
              customer: Customer
          Customer:
            fields:
              orders: array<Order>
              last_order: Order?
        """,
)
def type_cycle(document: Document) -> Iterator[Finding]:
    """No value could ever be finished; `array<T>`, `map<K, V>` and `T?` may hold the type itself."""
    named = document.facts.types
    parts = {name: list(_parts(kind)) for name, kind in named.items()}
    told: set[str] = set()
    for name in parts:
        path = _way_back(name, parts)
        if path and not told.intersection(path):
            told.update(path)
            place, *others = (document.facts.of("type")[it][0] for it in path[:-1])
            related = tuple(
                Related(it.export.span.moved(it.line), f"`{it.export.name}` is part of the circle")
                for it in others
            )
            circle = " -> ".join(path[:12])
            message = (
                f"no value of this type can be finished: {circle}; write one of them as `T?` "
                "or `array<T>`"
            )
            yield Finding(place.export.span.moved(place.line), message, related=related)


def _parts(kind: types.Type) -> Iterator[str]:
    match kind:
        case types.Named(name):
            yield name
        case types.RecordType(fields=fields):
            for _, part in fields:
                yield from _parts(part)
        case _:
            pass


def _way_back(start: str, parts: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a type over its parts to itself."""
    pending, seen = [[start]], {start}
    for path in pending:
        for part in parts.get(path[-1], ()):
            if part == start:
                return [*path, start]
            if part not in seen:
                seen.add(part)
                pending.append([*path, part])
    return []
