"""The vocabulary of the field table: what can stand where, and one walk that checks a tree against it.

A shape describes a value, a field a key with its shape and documentation. Validation, completion,
hover, the JSON schema and the reference pages all read the same table; nothing repeats it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple, assert_never

from vesper.lang import tree
from vesper.lang.source import Span

TextKind = Literal[
    "text", "node-id", "name", "type", "expression", "template", "value", "constraint", "duration",
    "rate", "capability", "pattern", "step-name", "output-name", "error-code", "node-ref", "role-ref",
    "machine-ref", "type-name", "sql", "model", "statement", "restriction", "cron",
]  # fmt: skip

ScopeKind = Literal["none", "inputs", "post", "flow", "element", "columns", "value", "response"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text; its kind says which rules, completions and colours it gets.

    `scope` tells which names an expression or template in it may use: the node's inputs, those and
    the outputs (`post`), what the flow has set so far, the element of a transform, the columns of a
    row (any name), the field's own `value`, or a call's `response`.
    """

    kind: TextKind = "text"
    scope: ScopeKind = "none"


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, both included."""

    integer: bool = False
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of a few words, each with what it means."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items have one shape."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping whose keys are free names."""

    value: "Shape"
    key: Text = Text("name")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A mapping with known keys; `rest` is the shape of any other key, else others are refused."""

    name: str
    fields: tuple["Field", ...]
    rest: "Shape | None" = None
    kind: str = ""
    """`step` for the steps of a flow; what a record is, for those who look for one."""
    marks: tuple[str, ...] = ()
    """Keys of which one must be there where a mapping with free names could stand instead."""

    def field(self, name: str) -> "Field | None":
        """The field of that name, or None."""
        return _by_name(self).get(name)


@dataclass(frozen=True, slots=True)
class Variant:
    """A record whose further fields depend on the value of one of its keys."""

    tag: str
    common: Record
    variants: Callable[[], Mapping[str, Record]]

    def record(self, value: str) -> Record:
        """All fields of the variant called `value`.

        A word with a dot names a variant that somebody else brings: it may have any fields. For any
        other unknown one the fields of all variants are accepted, so that one slip stays one finding.
        """
        variants = self.variants()
        chosen = variants.get(value)
        if chosen is not None:
            return _joined(self.common, chosen)
        if "." in value:
            return _open(self.common)
        return _united(self.common, tuple(variants.values()))


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes, told apart by whether a scalar, a list or a mapping is written."""

    shapes: tuple["Shape", ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A shape that refers to itself, looked up when it is needed."""

    name: str
    get: Callable[[], "Shape"]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value; a text in it may hold templates of the given scope."""

    scope: ScopeKind = "none"


Shape = (
    Text | Number | Flag | Choice | ListOf | MapOf | Record | Variant | Either | Later | Anything
)


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the language: its shape, what it means, and whether it must be there."""

    name: str
    shape: Shape
    doc: str
    required: bool = False
    default: str = ""


class ShapeFault(NamedTuple):
    """Where a tree does not fit its shape."""

    kind: Literal["unknown-key", "wrong-kind", "unknown-value", "missing-key", "bad-number"]
    span: Span
    expected: str
    """A phrase for people: what would fit."""
    found: str = ""
    allowed: tuple[str, ...] = ()


class Slot(NamedTuple):
    """A value in its place: the node, its shape and the keys and list places that lead to it."""

    node: tree.Node
    shape: Shape
    path: tuple[str | int, ...]
    owner: tree.Mapping | None
    """The innermost mapping around it: the step an expression belongs to."""


class Walked(NamedTuple):
    """Everything one walk finds out."""

    slots: list[Slot]
    faults: list[ShapeFault]
    keys: list[tuple[tree.Scalar, Field]]


def walk(node: tree.Node, shape: Shape, path: tuple[str | int, ...] = ()) -> Walked:
    """Check a tree against a shape, and tell the shape of each value and the field of each key."""
    walked = Walked([], [], [])
    _walk(node, shape, path, None, walked)
    return walked


def walk_part(node: tree.Mapping, record: Record, path: tuple[str | int, ...] = ()) -> Walked:
    """The same for some keys of a record of which other parts are written elsewhere."""
    walked = Walked([], [], [])
    _walk_entries(node, record, path, walked)
    return walked


def unknown_key(key: tree.Scalar, record: Record) -> ShapeFault:
    """The fault of a key that the record does not know."""
    names = tuple(it.name for it in record.fields)
    return ShapeFault("unknown-key", key.span, record.name, key.text, names)


def resolve(shape: Shape, node: tree.Node | None) -> Shape:
    """The shape that counts for this node: one alternative, one variant, nothing put off."""
    while True:
        match shape:
            case Later():
                shape = shape.get()
            case Either():
                shape = next((it for it in shape.shapes if _fits(it, node)), shape.shapes[0])
            case Variant():
                tag = node.get(shape.tag) if isinstance(node, tree.Mapping) else None
                return shape.record(tag.text if isinstance(tag, tree.Scalar) else "")
            case _:
                return shape


def describe(shape: Shape) -> str:  # noqa: C901 -- one case a shape
    """What would fit, as a phrase for people."""
    match shape:
        case Text():
            return _TEXTS.get(shape.kind, "a text")
        case Number():
            noun = "a whole number" if shape.integer else "a number"
            low, high = shape.minimum, shape.maximum
            if low is not None and high is not None:
                return f"{noun} from {low} to {high}"
            return f"{noun} of at least {low}" if low is not None else noun
        case Flag():
            return "`true` or `false`"
        case Choice():
            return "one of " + ", ".join(f"`{it}`" for it in shape.values)
        case ListOf():
            return "a list"
        case MapOf() | Record() | Variant():
            return "keys with values"
        case Either():
            return " or ".join(dict.fromkeys(describe(it) for it in shape.shapes))
        case Later():
            return describe(shape.get())
        case Anything():
            return "any value"
    assert_never(shape)


@cache
def _by_name(record: Record) -> dict[str, Field]:
    # Of two with one name the first counts.
    return {it.name: it for it in reversed(record.fields)}


@cache
def _joined(common: Record, chosen: Record) -> Record:
    own = {it.name for it in chosen.fields}
    shared = tuple(it for it in common.fields if it.name not in own)
    return Record(chosen.name, shared + chosen.fields, kind=common.kind)


@cache
def _open(common: Record) -> Record:
    return Record(common.name, common.fields, Anything("flow"), common.kind)


@cache
def _united(common: Record, variants: tuple[Record, ...]) -> Record:
    fields = {it.name: it for it in common.fields}
    for record in variants:
        for it in record.fields:
            fields.setdefault(it.name, replace(it, required=False))
    return Record(common.name, tuple(fields.values()), kind=common.kind)


_TEXTS: dict[TextKind, str] = {
    "node-id": "a name with a version, such as `pay_v1`",
    "type": "a type, such as `string` or `array<integer>`",
    "expression": "an expression",
    "duration": "a duration, such as `30s`",
    "rate": "a rate, such as `100/minute`",
    "capability": "a capability, such as `database.read.orders`",
    "name": "a name",
    "step-name": "a name",
    "output-name": "a name",
    "pattern": "a regular expression",
    "cron": "a cron expression, such as `0 6 * * 1-5`",
    "node-ref": "the id of a node, such as `pay_v1`",
    "role-ref": "the name of a role",
    "machine-ref": "the name of a state machine",
    "model": "a model, such as `local:ollama:llama3`",
    "template": "a text; `{...}` is filled in",
    "sql": "SQL; `{...}` is a bound parameter",
    "error-code": "a word, such as an error code",
}


def _fits(shape: Shape, node: tree.Node | None) -> bool:
    match resolve(shape, node):
        case ListOf():
            return isinstance(node, tree.Sequence)
        case Record(marks=marks) if marks:
            return isinstance(node, tree.Mapping) and any(map(node.entry, marks))
        case MapOf() | Record() | Variant():
            return isinstance(node, tree.Mapping)
        case Flag():
            return isinstance(node, tree.Scalar) and isinstance(node.value, bool)
        case Number():
            return isinstance(node, tree.Scalar) and _is_number(node)
        case Anything():
            return True
        case _:
            return isinstance(node, tree.Scalar) or node is None


def _is_number(node: tree.Scalar) -> bool:
    return isinstance(node.value, int | Decimal) and not isinstance(node.value, bool)


def _walk(
    node: tree.Node,
    shape: Shape,
    path: tuple[str | int, ...],
    owner: tree.Mapping | None,
    walked: Walked,
) -> None:
    if isinstance(node, tree.Alias):
        return
    shape = resolve(shape, node)
    walked.slots.append(Slot(node, shape, path, owner))
    fault = _fault(node, shape)
    if fault is not None:
        walked.faults.append(fault)
        return
    match node, shape:
        case tree.Mapping(), Record():
            _walk_record(node, shape, path, walked)
        case tree.Mapping(), MapOf():
            for entry in node.entries:
                _walk(entry.value, shape.value, _below(path, entry.key.text), node, walked)
        case tree.Sequence(), ListOf():
            for index, item in enumerate(node.items):
                _walk(item, shape.item, _below(path, index), owner, walked)
        case ((tree.Mapping() | tree.Sequence()), Anything()):
            for key, value in _values(node):
                _walk(value, shape, _below(path, key), owner, walked)
        case _:
            pass


def _below(path: tuple[str | int, ...], key: str | int) -> tuple[str | int, ...]:
    """The path one step further down; very many chunks have the same paths, so those are shared."""
    return _shared(path, key) if isinstance(key, int) or len(key) < 40 else (*path, key)


@lru_cache(maxsize=4_096)
def _shared(path: tuple[str | int, ...], key: str | int) -> tuple[str | int, ...]:
    return (*path, key)


def _values(node: tree.Mapping | tree.Sequence) -> Iterator[tuple[str | int, tree.Node]]:
    if isinstance(node, tree.Sequence):
        yield from enumerate(node.items)
    else:
        yield from ((it.key.text, it.value) for it in node.entries)


def _walk_entries(
    node: tree.Mapping, shape: Record, path: tuple[str | int, ...], walked: Walked
) -> None:
    for entry in node.entries:
        name = entry.key.text
        field = shape.field(name)
        if field is not None:
            walked.keys.append((entry.key, field))
            _walk(entry.value, field.shape, _below(path, name), node, walked)
        elif shape.rest is not None:
            _walk(entry.value, shape.rest, _below(path, name), node, walked)
        elif not name.startswith("x-"):
            walked.faults.append(unknown_key(entry.key, shape))


def _walk_record(
    node: tree.Mapping, shape: Record, path: tuple[str | int, ...], walked: Walked
) -> None:
    _walk_entries(node, shape, path, walked)
    for field in shape.fields:
        if field.required and node.entry(field.name) is None:
            place = _heading(node)
            walked.faults.append(
                ShapeFault("missing-key", place, shape.name, field.name, (describe(field.shape),))
            )


def _heading(node: tree.Mapping) -> Span:
    """Where to say that a mapping lacks something: at its first key."""
    return node.entries[0].key.span if node.entries else node.span


def _fault(node: tree.Mapping | tree.Sequence | tree.Scalar, shape: Shape) -> ShapeFault | None:  # noqa: C901 -- one case a shape
    span = node.span
    match shape:
        case Anything() | Either() | Later() | Variant():
            return None
        case ListOf():
            return _unless(isinstance(node, tree.Sequence), node, shape)
        case MapOf() | Record():
            return _unless(isinstance(node, tree.Mapping), node, shape)
        case _ if not isinstance(node, tree.Scalar):
            return _unless(False, node, shape)
        case _ if node.is_null:
            return None
        case Choice():
            if node.text in shape.values:
                return None
            return ShapeFault(
                "unknown-value", span, describe(shape), node.text, tuple(shape.values)
            )
        case Flag():
            return _unless(isinstance(node.value, bool), node, shape)
        case Number():
            return None if _in_bounds(node, shape) else ShapeFault(
                "bad-number", span, describe(shape), node.text
            )  # fmt: skip
        case Text():
            return None
    assert_never(shape)


def _unless(fits: bool, node: tree.Node, shape: Shape) -> ShapeFault | None:
    if fits or (isinstance(node, tree.Scalar) and node.is_null):
        return None
    found = (
        "keys with values" if isinstance(node, tree.Mapping)
        else "a list" if isinstance(node, tree.Sequence)
        else f"`{node.text[:60]}`" if isinstance(node, tree.Scalar) else "an alias"
    )  # fmt: skip
    return ShapeFault("wrong-kind", _first_line(node), describe(shape), found)


def _first_line(node: tree.Node) -> Span:
    """The span, cut to where it begins: nobody wants a whole section underlined."""
    if isinstance(node, tree.Mapping) and node.entries:
        return node.entries[0].key.span
    if isinstance(node, tree.Sequence) and node.items:
        return _first_line(node.items[0])
    return node.span


def _in_bounds(node: tree.Scalar, shape: Number) -> bool:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    if shape.integer and not isinstance(value, int):
        return False
    return (shape.minimum is None or value >= shape.minimum) and (
        shape.maximum is None or value <= shape.maximum
    )
