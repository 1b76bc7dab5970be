"""A value given from outside made into one of a declared type, with every problem and where it is.

Outside is JSON, a document's own YAML, a command line, a database or a provider. Nothing is rounded, cut or
guessed: what is no value of the type is a problem. Constraints are not looked at; they are clauses.
"""

import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, cast

from vesper.lang import tree, types
from vesper.lang.fitness import is_one
from vesper.lang.types import Type
from vesper.values.compare import identity
from vesper.values.encoding import canonical, from_json
from vesper.values.library import to_decimal, to_integer
from vesper.values.moment import read_duration, read_timestamp
from vesper.values.numbers import decimal
from vesper.values.value import DEEPEST, INT_MAX, INT_MIN, Extent, Fault, Value

MOST_PROBLEMS: Final = 100
"""How many problems are told at most; a list with a thousand wrong items has one mistake."""
MOST_WRITTEN: Final = 200_000
"""How many values a node of a document may come to, with what its aliases stand for."""


class Problem(NamedTuple):
    """What is wrong with a value, and where: `items[3].price`; the path of the whole is what was passed."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Converted:
    """`value` is None where there are problems."""

    value: Value
    problems: tuple[Problem, ...] = ()


_NO_ANCHORS: Final[Mapping[str, tree.Node]] = {}


def convert(
    value: object,
    kind: Type,
    named: Mapping[str, Type],
    path: str = "",
    anchors: Mapping[str, tree.Node] = _NO_ANCHORS,
) -> Converted:
    """The value as one of the type: from JSON or Python's own values, or a node of a document's tree.

    A plain scalar of YAML is read as the type says: `12` is a text where a text is wanted.
    """
    if is_one(value, kind, named):
        return Converted(cast("Value", value))
    reader = _Reader(named, anchors)
    try:
        found = reader.read(value, kind, path, 0)
    except Fault as fault:
        return Converted(None, (*reader.problems, Problem(path, fault.message)))
    return Converted(None, tuple(reader.problems)) if reader.problems else Converted(found)


def convert_text(text: str, kind: Type, named: Mapping[str, Type], path: str = "") -> Converted:
    """The value that a person wrote on a command line: text as it is, numbers by their digits, else JSON."""
    wanted = types.unwrapped(kind, named)
    if text == "null" and isinstance(types.settled(kind, named), types.Nullable):
        return Converted(None)
    primitive = wanted.name if isinstance(wanted, types.Primitive) else ""
    if primitive in _TEXTUAL or isinstance(wanted, types.Enum):
        return convert(text, kind, named, path)
    try:
        given: object = from_json(text)
    except ValueError as error:
        if wanted == types.ANY and text[:1] not in _BRACKETS:
            given = text
        elif primitive and wanted != types.ANY:
            return Converted(None, (Problem(path, _no(text, wanted)),))
        else:
            message = f"{_quoted(text)} is no JSON for {types.shown(wanted)}: {error}"
            return Converted(None, (Problem(path, message),))
    return convert(given, kind, named, path)


_TEXTUAL: Final = frozenset({"string", "decimal", "timestamp", "duration", "bytes"})
_BRACKETS: Final = ("[", "{", '"')
_OPEN_MARK: Final = "..."
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NOTHING: Final = object()
_NODES: Final = (tree.Scalar, tree.Mapping, tree.Sequence, tree.Alias)


class _Misfit(Exception):
    """Why a value that holds no others is none of its type."""


class _Reader:
    def __init__(self, named: Mapping[str, Type], anchors: Mapping[str, tree.Node]) -> None:
        self._named = named
        self._anchors = anchors
        self._left = MOST_WRITTEN
        self._extent = Extent()
        self.problems: list[Problem] = []

    def _tell(self, path: str, message: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(path, message))

    def read(self, value: object, kind: Type, path: str, depth: int) -> Value:
        """The value; None with a problem told where it is none of the type."""
        kind = types.settled(kind, self._named)
        if isinstance(value, _NODES):
            self._left -= 1
            if self._left == 0:
                self._tell(path, f"aliases make this more than {MOST_WRITTEN:,} values")
            if self._left <= 0:
                return None
            value = self._written_elsewhere(value)
        if _is_null(value):
            if not (isinstance(kind, types.Nullable) or kind in (types.ANY, types.NULL)):
                self._tell(path, f"null is no {types.shown(kind)}")
            return None
        if isinstance(kind, types.Nullable):
            kind = types.unwrapped(kind, self._named)
        try:
            return self._of_kind(value, kind, path, depth)
        except _Misfit as misfit:
            self._tell(path, str(misfit))
        return None

    def _of_kind(self, value: object, kind: Type, path: str, depth: int) -> Value:
        match kind:
            case types.Array():
                return self._list(value, kind, path, depth)
            case types.MapType():
                return self._map(value, kind, path, depth)
            case types.RecordType():
                return self._record(value, kind, path, depth)
            case types.Enum(words):
                return _word(value, words)
            case types.Primitive(name):
                read = _PRIMITIVES.get(name)
                return self._any(value, path, depth) if read is None else read(value)
            case types.Named() | types.Nullable():
                # `settled` and `unwrapped` leave neither; a circle of names is `any`.
                return self._any(value, path, depth)

    def _written_elsewhere(self, node: object) -> object:
        """What an alias stands for; one that nobody defines, which is a finding of its own, is a text."""
        for _ in range(DEEPEST):
            if not isinstance(node, tree.Alias):
                return node
            unknown = tree.Scalar(node.span, f"*{node.name}", "'")
            node = self._anchors.get(node.name, unknown)
        return None

    def _list(self, value: object, kind: types.Array, path: str, depth: int) -> Value:
        items = _items(value)
        if items is None:
            raise _Misfit(_no(value, kind))
        self._extent.enter(len(items), depth)
        found = [
            self.read(it, kind.item, f"{path}[{at}]", depth + 1) for at, it in enumerate(items)
        ]
        if kind.name == "set" and not self.problems:
            return as_set(found)
        return found

    def _map(self, value: object, kind: types.MapType, path: str, depth: int) -> Value:
        entries = _entries(value)
        if entries is None:
            raise _Misfit(_no(value, kind))
        found: dict[str, Value] = {}
        self._extent.enter(len(entries), depth)
        key_kind = types.unwrapped(kind.key, self._named)
        for name, it in entries:
            key = self._key(name, key_kind, path)
            inner = below(path, key)
            if key in found:
                self._tell(inner, "this key is there twice")
            found[key] = self.read(it, kind.value, inner, depth + 1)
        return found

    def _key(self, key: object, kind: Type, path: str) -> str:
        """A key is a text; that of a map by integer is the text of one."""
        try:
            if kind == types.INTEGER:
                return str(_integer(key) if type(key) is int else to_integer(_string(key)))
            return _word(key, kind.words) if isinstance(kind, types.Enum) else _string(key)
        except (_Misfit, Fault):
            self._tell(path, f"the key {_quoted(key)} is no {types.shown(kind)}")
            return str(key)

    def _record(self, value: object, kind: types.RecordType, path: str, depth: int) -> Value:
        entries = _entries(value)
        if entries is None:
            raise _Misfit(_no(value, kind))
        self._extent.enter(len(entries), depth)
        given = {self._key(key, types.STRING, path): it for key, it in entries}
        found: dict[str, Value] = {}
        defaults: Mapping[str, object] = dict(kind.defaults)
        is_open = False
        for name, of in kind.fields:
            if name == _OPEN_MARK:
                is_open = True
                continue
            it = given.pop(name, defaults.get(name, _NOTHING))
            if it is not _NOTHING:
                found[name] = self.read(it, of, below(path, name), depth + 1)
            elif isinstance(types.settled(of, self._named), types.Nullable):
                found[name] = None
            else:
                self._tell(below(path, name), f"is missing ({types.shown(of)})")
        for name, it in given.items():
            if is_open:
                found[name] = self.read(it, types.ANY, below(path, name), depth + 1)
            else:
                self._tell(below(path, name), _unknown(kind))
        return found

    def _any(self, value: object, path: str, depth: int) -> Value:
        entries = _entries(value)
        if entries is not None:
            return self._map(value, types.MapType(types.STRING, types.ANY), path, depth)
        items = _items(value)
        if items is not None:
            found = self._list(value, types.Array(types.ANY), path, depth)
            is_set = isinstance(value, set | frozenset) and not self.problems
            return as_set(cast("list[Value]", found)) if is_set else found
        value = value.value if isinstance(value, tree.Scalar) else value
        for of, read in _BY_KIND:
            if isinstance(value, of):
                return read(value)
        raise _Misfit(f"{_quoted(value)} is no value of the language")


def below(path: str, key: str) -> str:
    """The path of a field: `order.items`, or `order["a key"]` where it is no plain word."""
    if not _WORD.match(key):
        return path + "[" + _quoted(key, '"') + "]"
    return f"{path}.{key}" if path else key


def as_set(items: Iterable[Value]) -> list[Value]:
    """Without doubles, in the one order that a set has: numbers, texts, moments and durations by size."""
    kept = {identity(it): it for it in sorted(items, key=canonical, reverse=True)}
    return sorted(kept.values(), key=_rank)


def _rank(value: Value) -> tuple[int, object]:
    match value:
        case bool():
            return (1, value)
        case int() | Decimal():
            return (2, value)
        case str():
            return (3, value)
        case datetime():
            return (4, value)
        case timedelta():
            return (5, value)
        case _:
            return (0, canonical(value)) if value is None else (6, canonical(value))


def _unknown(kind: types.RecordType) -> str:
    known = [f"`{name}`" for name, _ in kind.fields]
    shown = f"; it has {', '.join(known[:8])}{' and more' if len(known) > 8 else ''}"
    name = f"`{kind.name}`" if kind.name != "record" else "the record"
    return f"{name} has no such field{shown if known else ''}"


def _is_null(value: object) -> bool:
    return value is None or (isinstance(value, tree.Scalar) and value.is_null)


def _items(value: object) -> Sequence[object] | None:
    match value:
        case list() | tuple() | set() | frozenset():
            return list(cast("Iterable[object]", value))
        case tree.Sequence(items=items):
            return items
        case _:
            return None


def _entries(value: object) -> Collection[tuple[object, object]] | None:
    match value:
        case tree.Mapping(entries=entries):
            return [(it.key.text, it.value) for it in entries]
        case Mapping():
            return cast("Mapping[object, object]", value).items()
        case _:
            return None


def _no(value: object, kind: Type) -> str:
    return f"{_quoted(value)} is no {types.shown(kind)}"


def _quoted(value: object, mark: str = "`") -> str:
    """The value for a message: short, one line, what cannot be written left out."""
    match value:
        case tree.Scalar(text=text):
            said = text
        case bool():
            said = str(value).lower()
        case int() if abs(value) >= 10**60:
            return "a number of more than 60 digits"
        case float() | int() | Decimal() | str():
            said = str(value)
        case None:
            return "null"
        case _:
            found = next((words for of, words in _WORDS if isinstance(value, of)), None)
            return found or f"a {type(value).__name__}"
    said = " ".join(said[:200].encode("utf-8", "replace").decode("utf-8").split())
    return f"{mark}{said if len(said) <= 60 else said[:57] + '...'}{mark}"


_WORDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    ((list, tuple, tree.Sequence), "a list"),
    ((set, frozenset), "a set"), ((Mapping, tree.Mapping), "a record"),
    ((bytes, bytearray, memoryview), "bytes"), ((datetime, date), "a moment"), (timedelta, "a duration"),
)  # fmt: skip


def _string(value: object) -> str:
    text = value.text if isinstance(value, tree.Scalar) else value
    if not isinstance(text, str):
        raise _Misfit(_no(value, types.STRING))
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise _Misfit("the text holds half of a character (a lone surrogate)") from None
    return text if type(text) is str else "".join([*text])


def _word(value: object, words: tuple[str, ...]) -> str:
    try:
        text = _string(value)
    except _Misfit:
        text = None
    if text is None or (words and text not in words):
        known = ", ".join(f"`{it}`" for it in words[:8])
        raise _Misfit(f"{_quoted(value)} is none of {known}{' and more' if len(words) > 8 else ''}")
    return text


def _plain(value: object) -> object:
    return value.value if isinstance(value, tree.Scalar) else value


def _integer(value: object) -> int:
    number = _plain(value)
    if not isinstance(number, int) or isinstance(number, bool):
        raise _Misfit(_no(value, types.INTEGER))
    if not INT_MIN <= number <= INT_MAX:
        raise _Misfit(f"{_quoted(value)} needs more than 64 bits")
    return int(number)


def _decimal(value: object) -> Decimal:
    number = _plain(value)
    if isinstance(number, float):
        number = Decimal(repr(float(number)))
    try:
        match number:
            case bool():
                pass
            case str():
                return to_decimal(number)
            case int() | Decimal():
                return decimal(Decimal(number))
            case _:
                pass
    except Fault as fault:
        if fault.code == "number_too_long":
            raise _Misfit(f"{_quoted(value)} has more digits than a decimal may have") from None
    raise _Misfit(_no(value, types.DECIMAL))


def _boolean(value: object) -> bool:
    truth = _plain(value)
    if truth is True or truth is False:
        return truth
    raise _Misfit(_no(value, types.BOOLEAN))


def _null(value: object) -> None:
    raise _Misfit(f"{_quoted(value)} stands where only null may")


def _timestamp(value: object) -> datetime:
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return read_timestamp(_string(value))
    except (Fault, _Misfit, OverflowError):
        raise _Misfit(
            f"{_quoted(value)} is no moment that exists, such as `2026-11-26T09:30:00Z`"
        ) from None


def _duration(value: object) -> timedelta:
    try:
        return value if isinstance(value, timedelta) else read_duration(_string(value))
    except (Fault, _Misfit):
        raise _Misfit(f"{_quoted(value)} is no duration, such as `30s`") from None


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast("bytes", value))
    try:
        return b64decode(_string(value), validate=True)
    except (ValueError, _Misfit):
        raise _Misfit(f"{_quoted(value)} is no base64, which bytes are written in") from None


_PRIMITIVES: Final = {
    "string": _string, "integer": _integer, "decimal": _decimal, "boolean": _boolean, "null": _null,
    "timestamp": _timestamp, "duration": _duration, "bytes": _bytes,
}  # fmt: skip
_BY_KIND: Final = (
    (str, _string), (bool, _boolean), (int, _integer), (Decimal | float, _decimal),
    (date, _timestamp), (timedelta, _duration), (bytes | bytearray | memoryview, _bytes),
)  # fmt: skip
