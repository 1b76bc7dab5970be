"""The tree of a text: scalars, mappings and lists with their places, and what plain scalars mean."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest

from vesper.lang.source import Span

Literal_ = str | int | Decimal | bool | None


@dataclass(slots=True, eq=False)
class Scalar:
    """A text, number, boolean or nothing; `text` is what it says once quotes and folds are undone."""

    span: Span
    text: str
    style: str
    """`'`, `"`, `|` or `>`; empty for a plain scalar."""
    anchor: str = ""

    @property
    def value(self) -> Literal_:
        """The value by YAML 1.2's core schema; a number keeps every digit it was written with."""
        return self.text if self.style else _core(self.text)

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here, or `null`."""
        return not self.style and self.text in _NULLS


@dataclass(slots=True, eq=False)
class Entry:
    """One key of a mapping with its value."""

    key: Scalar
    value: "Node"


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys with values, in the order written; of a key written twice the first is kept."""

    span: Span
    entries: list[Entry] = field(default_factory=list[Entry])
    flow: bool = False
    anchor: str = ""

    def get(self, key: str) -> "Node | None":
        """The value of a key, or None."""
        return next((it.value for it in self.entries if it.key.text == key), None)

    def entry(self, key: str) -> Entry | None:
        """The key with its value, or None."""
        return next((it for it in self.entries if it.key.text == key), None)


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of values."""

    span: Span
    items: list["Node"] = field(default_factory=list["Node"])
    flow: bool = False
    anchor: str = ""


@dataclass(slots=True, eq=False)
class Alias:
    """`*name`: the value written elsewhere as `&name`."""

    span: Span
    name: str
    anchor: str = ""


Node = Scalar | Mapping | Sequence | Alias
Alike = Callable[[Scalar, Scalar], bool]
"""Compares the texts of two scalars that are both quoted or both plain."""


def same(first: Node, second: Node, alike: Alike) -> bool:
    """Whether two trees say the same, wherever and however they are written."""
    match first, second:
        case Alias(), Alias():
            return first.name == second.name
        case Scalar(), Scalar():
            styled = bool(first.style) is bool(second.style)
            return styled and first.anchor == second.anchor and alike(first, second)
        case Sequence(), Sequence():
            return first.anchor == second.anchor and same_items(first.items, second.items, alike)
        case Mapping(), Mapping():
            entries = first.entries, second.entries
            return first.anchor == second.anchor and same_items(*entries, alike)
        case _:
            return False


def same_items(first: Iterable[Node | Entry], second: Iterable[Node | Entry], alike: Alike) -> bool:
    """Whether two rows of items or entries say the same, one by one."""
    missing = Alias(Span(0, 0, 0, 0), "")
    for one, other in zip_longest(first, second, fillvalue=missing):
        if isinstance(one, Entry):
            if not isinstance(other, Entry) or not same(one.key, other.key, alike):
                return False
            if not same(one.value, other.value, alike):
                return False
        elif isinstance(other, Entry) or not same(one, other, alike):
            return False
    return True


def mappings(node: Node | None) -> Iterator[Mapping]:
    """Every mapping in a tree, the outer before the inner."""
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, Mapping):
            yield found
            pending.extend(it.value for it in reversed(found.entries))
        elif isinstance(found, Sequence):
            pending.extend(reversed(found.items))


def scalars(node: Node | None) -> Iterator[Scalar | Alias]:
    """Every scalar and alias in a tree, keys included, in the order written."""
    match node:
        case Scalar() | Alias():
            yield node
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for entry in node.entries:
                yield entry.key
                yield from scalars(entry.value)
        case None:
            pass


def exceeds(first: Scalar, second: Scalar) -> bool:
    """Whether both are numbers and the first is larger than the second."""
    large, small = _number(first), _number(second)
    return large is not None and small is not None and large > small


def _number(scalar: Scalar) -> int | Decimal | None:
    value = scalar.value
    return None if isinstance(value, str | bool) else value


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,1000}\Z")
_BASED = re.compile(r"0o[0-7]{1,400}\Z|0x[0-9a-fA-F]{1,400}\Z")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?\Z")


def _core(text: str) -> Literal_:
    if text in _NULLS:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _DECIMAL.match(text):
        return Decimal(text)
    return text
