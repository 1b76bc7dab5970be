"""Values as a document writes them: plain scalars read by the type they are for, aliases followed."""

from collections.abc import Callable, Mapping
from typing import Final

from vesper.lang import tree, types
from vesper.lang.scope import Facts
from vesper.lang.types import ANY, Type
from vesper.values.value import Value

Anchors = Callable[[tree.Alias], tree.Node]
"""What an alias stands for; ValueError where nothing has that name."""

_TEXTS: Final = frozenset({"string", "timestamp", "duration", "bytes"})
_DEEPEST: Final = 64
_LARGEST: Final = 1_000_000


def anchors_of(facts: Facts) -> Anchors:
    """The anchors of a whole document."""
    known = {name: it for held in facts.held for name, it in held.piece.reading.anchors.items()}

    def find(alias: tree.Alias) -> tree.Node:
        if alias.name not in known:
            raise ValueError(f"nothing is called `&{alias.name}`")
        return known[alias.name]

    return find


def literal(node: tree.Node, kind: Type, named: Mapping[str, Type], anchors: Anchors) -> Value:
    """The value that is written; ValueError for what is nested too deep, or grows too large by aliases."""
    return _Reader(named, anchors).value(node, kind, 0)


class _Reader:
    def __init__(self, named: Mapping[str, Type], anchors: Anchors) -> None:
        self._named = named
        self._anchors = anchors
        self._left = _LARGEST

    def value(self, node: tree.Node, kind: Type, depth: int) -> Value:
        """A plain scalar is text where a text is wanted, whatever it looks like."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise ValueError("the value is too large or nested too deep")
        kind = types.unwrapped(kind, self._named)
        match node:
            case tree.Alias():
                return self.value(self._anchors(node), kind, depth + 1)
            case tree.Scalar():
                return _scalar(node, kind)
            case tree.Sequence(items=items):
                item = kind.item if isinstance(kind, types.Array) else ANY
                return [self.value(it, item, depth + 1) for it in items]
            case tree.Mapping(entries=entries):
                return {
                    it.key.text: self.value(it.value, _inner(kind, it.key.text), depth + 1)
                    for it in entries
                }


def _scalar(node: tree.Scalar, kind: Type) -> Value:
    if node.is_null:
        return None
    match kind:
        case types.Enum() | types.RecordType():
            return node.text
        case types.Primitive(name) if name in _TEXTS:
            return node.text
        case _:
            return node.value


def _inner(kind: Type, key: str) -> Type:
    match kind:
        case types.MapType(value=value):
            return value
        case types.RecordType():
            return kind.field(key) or ANY
        case _:
            return ANY
