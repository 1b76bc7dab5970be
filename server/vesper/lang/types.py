"""Types: what they are, how they are written, and which value of one may stand for another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeGuard, assert_never

from vesper.lang import tree

PRIMITIVES = {
    "string": "Text, compared by code point.",
    "integer": "A whole number of 64 bits; overflow is an error.",
    "decimal": "An exact number with its digits: `1.10 + 2.20` is `3.30`.",
    "boolean": "`true` or `false`.",
    "bytes": "Raw bytes.",
    "timestamp": "A moment, ISO 8601, kept in UTC with microseconds.",
    "duration": "A length of time: `250ms`, `30s`, `5m`, `2h`, `1d`.",
    "any": "Any value; nothing is checked.",
    "object": "A record with unknown fields; the same as `map<string, any>`.",
}
CONTAINERS = {
    "array": "A list of values of one type: `array<string>`.",
    "map": "Values by key: `map<string, integer>`.",
    "set": "Values without order or doubles: `set<string>`.",
    "enum": "One of a few words: `enum[small, large]`.",
}
MISTAKEN = {
    "float": "decimal", "double": "decimal", "number": "decimal", "int": "integer", "str": "string",
    "bool": "boolean", "list": "array", "dict": "map", "datetime": "timestamp", "text": "string",
    "date": "timestamp", "long": "integer",
}  # fmt: skip
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Primitive:
    """`string`, `integer` and the like."""

    name: str


@dataclass(frozen=True, slots=True)
class Array:
    """`array<item>`, or `set<item>`."""

    item: "Type"
    name: str = "array"


@dataclass(frozen=True, slots=True)
class MapType:
    """`map<key, value>`."""

    key: "Type"
    value: "Type"


@dataclass(frozen=True, slots=True)
class Enum:
    """One of its words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A type of the document's own `types`."""

    name: str


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record with known fields."""

    name: str
    fields: tuple[tuple[str, "Type"], ...]
    defaults: tuple[tuple[str, tree.Node], ...] = field(default=(), compare=False, repr=False)
    """What fields are that nobody gives, as the document writes it."""

    def field(self, name: str) -> "Type | None":
        """The type of one field, or None."""
        return dict(self.fields).get(name)


@dataclass(frozen=True, slots=True)
class Nullable:
    """`of?`: a value or null."""

    of: "Type"


Type = Primitive | Array | MapType | Enum | Named | RecordType | Nullable

ANY = Primitive("any")
_RECORD = MapType(Primitive("string"), ANY)
STRING, INTEGER, DECIMAL, BOOLEAN = map(Primitive, ("string", "integer", "decimal", "boolean"))
TIMESTAMP, DURATION, NULL = map(Primitive, ("timestamp", "duration", "null"))


class TypeFault(NamedTuple):
    """Where a written type is none: offsets into its text."""

    start: int
    end: int
    message: str


class Written(NamedTuple):
    """A type as read from text: `type` is `any` where it could not be read."""

    type: Type
    faults: tuple[TypeFault, ...]
    names: tuple[tuple[str, int], ...]
    """Names that are no built-in type, with their offsets."""


_WORD = re.compile(r"\s*([A-Za-z_][\w.]*|[<>\[\],?]|\S)")


@lru_cache(maxsize=2048)
def parse(text: str) -> Written:
    """Read a type such as `array<map<string, integer?>>`."""
    reader = _Reader(text)
    try:
        found = reader.type()
        if reader.word:
            reader.refuse(f"unexpected `{reader.word}` behind the type")
    except _Stop as stop:
        return Written(ANY, (stop.fault,), tuple(reader.names))
    return Written(found, (), tuple(reader.names))


def shown(kind: Type) -> str:
    """The type as it would be written."""
    match kind:
        case Primitive(name) | Named(name) | RecordType(name):
            return name
        case Array(item, name):
            return f"{name}<{shown(item)}>"
        case MapType(key, value):
            return f"map<{shown(key)}, {shown(value)}>"
        case Enum(words):
            return f"enum[{', '.join(words)}]"
        case Nullable(of):
            return f"{shown(of)}?"
    assert_never(kind)


def is_type(value: object) -> TypeGuard[Type]:
    """Whether a value is a type, and not some other detail of a name."""
    return isinstance(value, _ALL)


def names_in(kind: Type) -> list[str]:
    """The names of the types of a document that a type is made of, the outermost first."""
    match kind:
        case Named(name) | RecordType(name):
            return [name]
        case Array(item):
            return names_in(item)
        case MapType(key, value):
            return [*names_in(key), *names_in(value)]
        case Nullable(of):
            return names_in(of)
        case Primitive() | Enum():
            return []
    assert_never(kind)


def assignable(value: Type, target: Type, named: Mapping[str, Type]) -> bool:
    """Whether a value of one type may stand where the other is wanted."""
    value, target = settled(value, named), settled(target, named)
    if ANY in (value, target) or value == target:
        return True
    match value, target:
        case _, Nullable(of):
            inner = value.of if isinstance(value, Nullable) else value
            return value == NULL or assignable(inner, of, named)
        case Primitive("integer"), Primitive("decimal"):
            return True
        case Enum(words), Enum(allowed):
            return set(words) <= set(allowed)
        case (Enum(), Primitive("string")) | (Primitive("string"), Enum()):
            return True
        case Primitive("string"), Primitive("timestamp" | "duration" | "bytes"):
            return True
        case Array(item), Array(wanted):
            return assignable(item, wanted, named)
        case ((MapType() | RecordType()), (MapType() | RecordType())):
            return True
        case _:
            return False


def comparable(left: Type, right: Type, named: Mapping[str, Type]) -> bool:
    """Whether `==` between the two can ever be true."""
    left, right = unwrapped(left, named), unwrapped(right, named)
    if NULL in (left, right):
        return True
    match left, right:
        case Enum(words), Enum(others):
            return not words or not others or not set(words).isdisjoint(others)
        case Array(item), Array(other):
            return comparable(item, other, named)
        case _:
            return assignable(left, right, named) or assignable(right, left, named)


def joined(first: Type, second: Type, named: Mapping[str, Type]) -> Type:
    """The narrowest type known to hold the values of both; `any` where there is none."""
    if first == second or second == NULL == unwrapped(first, named):
        return first
    if NULL in (first, second):
        other = second if first == NULL else first
        return other if other == ANY or isinstance(other, Nullable) else Nullable(other)
    if isinstance(first, Nullable) or isinstance(second, Nullable):
        inner = joined(unwrapped(first, named), unwrapped(second, named), named)
        return inner if inner == ANY else Nullable(inner)
    match settled(first, named), settled(second, named):
        case Primitive("integer" | "decimal"), Primitive("integer" | "decimal"):
            return DECIMAL
        case Enum(words), Enum(others):
            return Enum(tuple(dict.fromkeys((*words, *others))))
        case (Enum(), Primitive("string")) | (Primitive("string"), Enum()):
            return STRING
        case Array(item), Array(other):
            return Array(joined(item, other, named))
        case left, right:
            return left if left == right else ANY


def settled(kind: Type, named: Mapping[str, Type]) -> Type:
    """The type a name stands for; an unknown or circular name is `any`."""
    for _ in range(MAX_DEPTH):
        if isinstance(kind, Primitive):
            return _RECORD if kind.name == "object" else kind
        if not isinstance(kind, Named):
            return kind
        kind = named.get(kind.name, ANY)
    return ANY


def unwrapped(kind: Type, named: Mapping[str, Type]) -> Type:
    """The settled type without its `?`."""
    kind = settled(kind, named)
    return settled(kind.of, named) if isinstance(kind, Nullable) else kind


_ALL = (Primitive, Array, MapType, Enum, Named, RecordType, Nullable)


class _Stop(Exception):
    def __init__(self, fault: TypeFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0
        self._start = 0
        self.word = ""
        self.names: list[tuple[str, int]] = []
        self._advance()

    def _advance(self) -> str:
        before = self.word
        found = _WORD.match(self._text, self._end)
        self.word = found[1] if found else ""
        self._start = found.start(1) if found else len(self._text)
        self._end = found.end() if found else len(self._text)
        return before

    def refuse(self, message: str) -> None:
        end = max(self._end, self._start + 1)
        raise _Stop(TypeFault(self._start, end, message))

    def _expect(self, word: str, why: str) -> None:
        if self.word != word:
            self.refuse(f"expected `{word}` {why}")
        self._advance()

    def type(self, depth: int = 0) -> Type:
        if depth > MAX_DEPTH:
            self.refuse(f"a type nested deeper than {MAX_DEPTH} levels")
        if not (self.word[:1].isalpha() or self.word[:1] == "_"):
            self.refuse("a type is missing here" if not self.word else f"`{self.word}` is no type")
        start, name = self._start, self._advance()
        found = self._named(name, start, depth)
        while self.word == "?":
            self._advance()
            found = found if isinstance(found, Nullable) else Nullable(found)
        return found

    def _named(self, name: str, start: int, depth: int) -> Type:
        match name:
            case "array" | "set" | "list" if self.word == "<":
                self._advance()
                item = self.type(depth + 1)
                self._expect(">", f"to close `{name}<`")
                return Array(item, "set" if name == "set" else "array")
            case "map" if self.word == "<":
                self._advance()
                key = self.type(depth + 1)
                self._expect(",", "between the key's type and the value's")
                value = self.type(depth + 1)
                self._expect(">", "to close `map<`")
                return MapType(key, value)
            case "enum" if self.word == "[":
                return Enum(self._words())
            case "array" | "set":
                return Array(ANY, name)
            case "map":
                return MapType(STRING, ANY)
            case "enum":
                return Enum(())
            case _ if name in PRIMITIVES:
                return Primitive(name)
            case _:
                self.names.append((name, start))
                return Named(name)

    def _words(self) -> tuple[str, ...]:
        self._advance()
        words: list[str] = []
        while self.word != "]":
            if words:
                self._expect(",", "between the words of the enum")
            if not self.word or self.word in "<>[],?":
                self.refuse("a word of the enum is missing")
            words.append(self._advance())
        self._advance()
        return tuple(words)
