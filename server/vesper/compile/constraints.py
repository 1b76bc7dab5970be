"""Constraints of fields in all their notations, and those of the types that the fields are of."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from vesper.compile.document import Document
from vesper.compile.expressions import (
    Sources,
    const,
    get,
    lowered,
    parsed,
)
from vesper.lang import ir, tree, types
from vesper.lang.piece import compares
from vesper.lang.types import (
    ANY,
    INTEGER,
    STRING,
    Array,
    MapType,
    Named,
    Nullable,
    RecordType,
    Type,
    settled,
)

_KEYED: Final = re.compile(r"\s*([a-z_]+)\s*:\s*(\S.*)$")
_SHORT: Final = ("min", "max", "min_length", "max_length", "pattern")
_DEEPEST: Final = 12


Change = Callable[[ir.Expr], ir.Expr]


@dataclass(frozen=True, slots=True)
class Demand:
    """One constraint: the words it was written in, and its condition; None where it cannot be told."""

    text: str
    condition: ir.Expr | None
    reason: str
    node: tree.Node


@dataclass(frozen=True, slots=True)
class _Place:
    """A value that constraints are about, and how it is reached."""

    label: str
    value: ir.Expr
    wrap: Change
    """The condition for all such values, from that for one."""
    siblings: Mapping[str, ir.Expr]
    types: tuple[str, ...] = ()
    """The document's own types that it is inside of."""


class Constraints:
    """Lowers the constraints of one document's fields."""

    def __init__(self, document: Document, named: Mapping[str, Type], sources: Sources) -> None:
        self._document = document
        self._named = named
        self._sources = sources

    def of_field(self, name: str, spec: tree.Node, value: ir.Expr) -> list[Demand]:
        """What a field demands of its value, and of all that is inside."""
        place = _Place(name, value, lambda condition: condition, {name: value})
        return list(self._field(spec, place))

    def _field(self, spec: tree.Node | None, place: _Place) -> Iterator[Demand]:
        spec = self._document.resolved(spec)
        if isinstance(spec, tree.Scalar):
            spec = tree.Mapping(spec.span)
        if not isinstance(spec, tree.Mapping) or len(place.types) > _DEEPEST:
            return
        place = self._present(place)
        for node, origin in self._written(spec):
            yield from self._demand(node, origin, place)
        nested = self._document.resolved(spec.get("fields"))
        if isinstance(nested, tree.Mapping):
            yield from self._record(nested, self._item(place))
        else:
            yield from self._inside(place.value.type, place)

    def _written(self, spec: tree.Mapping) -> Iterator[tuple[tree.Node, tree.Node]]:
        """Each constraint of a field, and the node of the document that tells its place.

        There is one or a list of them, and the keys that stand beside the type.
        """
        node = self._document.resolved(spec.get("constraints"))
        for item in node.items if isinstance(node, tree.Sequence) else [node]:
            inner = self._document.resolved(item)
            if isinstance(inner, tree.Mapping):
                for entry in inner.entries:
                    yield tree.Mapping(inner.span, [entry]), inner
            elif inner is not None:
                yield inner, inner
        for entry in spec.entries:
            if entry.key.text in _SHORT:
                yield tree.Mapping(entry.value.span, [entry]), entry.value

    def _demand(self, node: tree.Node, origin: tree.Node, place: _Place) -> Iterator[Demand]:
        text, condition, reason = self._condition(node, place)
        if condition is not None or reason:
            whole = place.wrap(condition) if condition is not None else None
            yield Demand(f"{place.label}: {text}", whole, reason, origin)

    def _condition(self, node: tree.Node, place: _Place) -> tuple[str, ir.Expr | None, str]:
        if isinstance(node, tree.Mapping):
            entry = node.entries[0]
            value = self._document.resolved(entry.value)
            shown = value.text if isinstance(value, tree.Scalar) else _shown(value)
            return f"{entry.key.text}: {shown}", self._keyed(entry.key.text, value, place.value), ""
        text = node.text if isinstance(node, tree.Scalar) else ""
        keyed = _KEYED.match(text)
        if keyed is not None:
            inner = tree.Scalar(node.span, keyed[2].strip().strip("'\""), _quote(keyed[2].strip()))
            return text, self._keyed(keyed[1], inner, place.value), ""
        word = self._worded(text.strip(), place.value)
        if word is not None:
            return text.strip(), word, ""
        return text, *self._expression(f"value {text}" if compares(text) else text, place)

    def _expression(self, text: str, place: _Place) -> tuple[ir.Expr | None, str]:
        found = parsed(text.strip())
        if found is None:
            return None, "it is no expression"
        local = {**place.siblings, "value": place.value}

        def resolve(name: str) -> ir.Expr | None:
            return local.get(name) or self._sources.resolve(name)

        sources = replace(
            self._sources,
            resolve=resolve,
            unknown=[],
        )
        condition = lowered(found, sources)
        if sources.unknown:
            return None, f"nobody defines `{sources.unknown[0]}`"
        return condition, ""

    def _worded(self, word: str, value: ir.Expr) -> ir.Expr | None:
        match word:
            case "non_empty":
                return ir.Compare(">", _length(value), const(0))
            case "positive":
                return ir.Compare(">", value, const(0))
            case "negative":
                return ir.Compare("<", value, const(0))
            case "non_negative":
                return ir.Compare(">=", value, const(0))
            case "unique":
                once = ir.Call("unique", (value,), value.type)
                return ir.Compare("==", _length(once), _length(value))
            case _:
                return None

    def _keyed(self, key: str, node: tree.Node | None, value: ir.Expr) -> ir.Expr | None:
        limit = _literal(node)
        match key:
            case "min":
                return ir.Compare(">=", value, limit)
            case "max":
                return ir.Compare("<=", value, limit)
            case "min_length":
                return ir.Compare(">=", _length(value), limit)
            case "max_length":
                return ir.Compare("<=", _length(value), limit)
            case "pattern":
                text = node.text if isinstance(node, tree.Scalar) else ""
                return ir.Matches(value, const(text))
            case "one_of":
                items = node.items if isinstance(node, tree.Sequence) else []
                allowed = tuple(_literal(self._document.resolved(it)) for it in items)
                return ir.Contains(value, ir.ListOf(allowed, Array(ANY)))
            case "multiple_of":
                return ir.Compare("==", ir.Arithmetic("%", value, limit), const(0))
            case "scale":
                return ir.Compare("==", value, ir.Call("round", (value, limit), value.type))
            case "precision":
                return _digits(value, limit)
            case _:
                is_wanted = isinstance(limit, ir.Const) and limit.value is True
                return self._worded(key, value) if is_wanted else None

    def _present(self, place: _Place) -> _Place:
        """A value that may be null is only looked at where it is not."""
        kind = place.value.type
        kind = kind if isinstance(kind, Nullable) else settled(kind, self._named)
        if not isinstance(kind, Nullable):
            return place
        before, value = place.wrap, place.value
        sure = replace(value, type=kind.of)
        return replace(
            place,
            value=sure,
            wrap=_wrapped(before, lambda it: ir.Logic("or", ir.IsNull(value), it)),
            siblings={
                **place.siblings,
                **{k: sure for k, v in place.siblings.items() if v == value},
            },
        )

    def _inside(self, kind: Type, place: _Place) -> Iterator[Demand]:
        """The constraints of the types that a value is made of."""
        declared = self._declared(place)
        if declared is not None:
            name, spec = declared
            if name in place.types:
                if any(self._written(spec)):
                    reason = f"`{name}` contains itself"
                    yield Demand(f"{place.label}: constraints of {name}", None, reason, spec)
                return
            yield from self._type(spec, replace(place, types=(*place.types, name)))
        elif isinstance(kind, Array | MapType):
            yield from self._of_items(self._item(place))

    def _of_items(self, place: _Place) -> Iterator[Demand]:
        place = self._present(place)
        yield from self._inside(place.value.type, place)

    def _declared(self, place: _Place) -> tuple[str, tree.Mapping] | None:
        kind = place.value.type
        name = kind.name if isinstance(kind, Named) else ""
        spec = self._document.section("types", name) if name else None
        return (name, spec) if isinstance(spec, tree.Mapping) else None

    def _type(self, spec: tree.Mapping, place: _Place) -> Iterator[Demand]:
        nested = self._document.resolved(spec.get("fields"))
        value = replace(place.value, type=settled(place.value.type, self._named))
        place = replace(place, value=value)
        if isinstance(nested, tree.Mapping):
            inner = {it.key.text: get(value, it.key.text, self._named) for it in nested.entries}
            place = replace(place, siblings={**place.siblings, **inner})
        for node, origin in self._written(spec):
            yield from self._demand(node, origin, place)
        if isinstance(nested, tree.Mapping):
            yield from self._record(nested, place)
            return
        base = spec.get("base")
        if isinstance(base, tree.Scalar):
            yield from self._field(base, replace(place, value=_typed(place.value, base.text)))

    def _record(self, nested: tree.Mapping, place: _Place) -> Iterator[Demand]:
        kind = settled(place.value.type, self._named)
        for entry in nested.entries:
            name = entry.key.text
            found = kind.field(name) if isinstance(kind, RecordType) else None
            value = ir.GetField(place.value, name, found or ANY)
            inner = replace(
                place,
                label=f"{place.label}.{name}",
                value=value,
                siblings={**place.siblings, name: value},
            )
            yield from self._field(entry.value, inner)

    def _item(self, place: _Place) -> _Place:
        """The items of a list or map; the value itself where it is neither."""
        kind = settled(place.value.type, self._named)
        if not isinstance(kind, Array | MapType):
            return place
        name = self._sources.fresh("item")
        before, over = place.wrap, place.value
        return replace(
            place,
            label=f"{place.label}[]",
            value=ir.Load(name, kind.item if isinstance(kind, Array) else kind.value),
            wrap=_wrapped(before, lambda it: ir.Quantified("all", name, over, it)),
            siblings={},
        )


def _wrapped(outer: Change, inner: Change) -> Change:
    return lambda condition: outer(inner(condition))


def _typed(value: ir.Expr, text: str) -> ir.Expr:
    return replace(value, type=types.parse(text).type)


def _length(value: ir.Expr) -> ir.Expr:
    return ir.Call("len", (value,), INTEGER)


def _literal(node: tree.Node | None) -> ir.Expr:
    return const(node.value) if isinstance(node, tree.Scalar) else const(None)


def _digits(value: ir.Expr, limit: ir.Expr) -> ir.Expr:
    """At most so many digits as the number prints, zeros in front left out."""
    most = limit.value if isinstance(limit, ir.Const) else 0
    printed = ir.Call("to_string", (ir.Call("abs", (value,), ANY),), STRING)
    digits = ir.Call("replace", (printed, const("."), const("")), STRING)
    return ir.Matches(digits, const(f"^0*[0-9]{{0,{most}}}$"))


def _quote(text: str) -> str:
    return text[0] if text[:1] in ("'", '"') else ""


def _shown(node: tree.Node | None) -> str:
    items = node.items if isinstance(node, tree.Sequence) else []
    return f"[{', '.join(it.text for it in items if isinstance(it, tree.Scalar))}]"
