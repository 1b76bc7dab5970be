"""What could be typed at a place: keys, words, types, operations, names, functions."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.lang import capabilities, fields
from vesper.lang.check import Analysis
from vesper.lang.cursor import Cursor, locate
from vesper.lang.exports import ExportKind
from vesper.lang.fields import Anything, Choice, Field, Flag, ListOf, MapOf, Record, Shape, Text
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operation import operations
from vesper.lang.roles import RESTRICTIONS
from vesper.lang.scope import Facts
from vesper.lang.source import content
from vesper.lang.types import (
    ANY,
    CONTAINERS,
    PRIMITIVES,
    Array,
    RecordType,
    Type,
    is_type,
    shown,
    unwrapped,
)

SuggestionKind = Literal[
    "key", "word", "type", "operation", "name", "function", "keyword", "reference"
]

_WORD = re.compile(r"[\w.*-]*\Z")
_NAME = re.compile(r"\w*\Z")
_KEYWORDS = ("AND", "OR", "NOT", "IN", "CONTAINS", "MATCHES", "IS NULL", "IS NOT NULL", "FORALL",
             "EXISTS", "true", "false", "null")  # fmt: skip


class Suggestion(NamedTuple):
    """One thing to insert; it replaces the line from `start` to the cursor."""

    label: str
    kind: SuggestionKind
    detail: str
    doc: str
    insert: str
    start: int


def complete(analysis: Analysis, line: int, column: int) -> list[Suggestion]:
    """Everything that fits at this place, the likeliest first."""
    lines = analysis.text.lines
    line = min(line, len(lines) - 1)
    cursor = locate(lines, line, column, analysis.kind)
    before = content(lines[line])[:column]
    if before.lstrip().startswith("#"):
        return []
    _, _, facts = analysis.piece_at(line)
    found: dict[str, Suggestion] = {}
    for shape in cursor.shapes:
        for it in _for_shape(shape, cursor, before, facts):
            found.setdefault(it.label, it)
    return list(found.values())


def _for_shape(shape: Shape, cursor: Cursor, before: str, facts: Facts) -> Iterator[Suggestion]:
    match shape:
        case Record() if not cursor.key:
            yield from _keys(shape, cursor)
        case Choice(values) if cursor.key or not isinstance(shape, Record):
            start = _start(_WORD, before, cursor.start)
            for word, doc in values.items():
                yield Suggestion(word, "word", "", doc, word, start)
        case Flag():
            for word in ("true", "false"):
                yield Suggestion(word, "word", "", "", word, cursor.start)
        case Text():
            yield from _for_text(shape, cursor, before, facts)
        case Anything(scope) if scope != "none" and _in_braces(before):
            yield from _expression_names(before, facts, scope)
        case _:
            return


def _start(pattern: re.Pattern[str], before: str, least: int) -> int:
    found = pattern.search(before)
    return max(found.start() if found else len(before), least)


def _keys(record: Record, cursor: Cursor) -> Iterator[Suggestion]:
    missing = [it for it in record.fields if it.name not in cursor.siblings]
    for field in sorted(missing, key=lambda it: not it.required):
        detail = fields.describe(field.shape) + (" (required)" if field.required else "")
        insert = field.name + _behind(field, cursor.indent)
        yield Suggestion(field.name, "key", detail, field.doc, insert, cursor.start)


def _behind(field: Field, indent: int) -> str:
    shape = fields.resolve(field.shape, None)
    inner = " " * (indent + 2)
    if isinstance(shape, ListOf):
        return f":\n{inner}- "
    if isinstance(shape, Record | MapOf) and not isinstance(field.shape, fields.Either):
        return f":\n{inner}"
    return ": "


def _for_text(  # noqa: C901 -- one case a kind of text
    shape: Text, cursor: Cursor, before: str, facts: Facts
) -> Iterator[Suggestion]:
    start = _start(_WORD, before, cursor.start)
    match shape.kind:
        case "type" | "type-name":
            yield from _types(facts, _start(_NAME, before, cursor.start))
        case "name" if cursor.key == "operation":
            for it in operations().values():
                yield Suggestion(it.name, "operation", it.effect, it.doc, it.name, start)
        case "name" if cursor.key == "state_machine":
            yield from _references(facts, "machine", start)
        case "capability":
            yield from _capabilities(facts, start)
        case "error-code":
            yield from _references(facts, "error-code", start)
        case "machine-ref":
            yield from _references(facts, "machine", start)
        case "role-ref":
            yield from _references(facts, "role", start)
        case "expression" | "constraint":
            yield from _expression_names(before, facts, shape.scope)
        case "restriction":
            for field in RESTRICTIONS.fields:
                yield Suggestion(field.name, "word", "", field.doc, f"{field.name}: ", start)
        case "template" | "sql" | "value" if _in_braces(before):
            yield from _expression_names(before, facts, shape.scope)
        case _:
            return


def _in_braces(before: str) -> bool:
    return before.rfind("{") > before.rfind("}")


def _types(facts: Facts, start: int) -> Iterator[Suggestion]:
    for name in facts.of("type"):
        yield Suggestion(name, "type", "defined here", "A type of this document.", name, start)
    for name, doc in PRIMITIVES.items():
        yield Suggestion(name, "type", "built in", doc, name, start)
    for name, doc in CONTAINERS.items():
        bracket = "[" if name == "enum" else "<"
        yield Suggestion(name, "type", "built in", doc, f"{name}{bracket}", start)


def _capabilities(facts: Facts, start: int) -> Iterator[Suggestion]:
    granted = facts.of("grant")
    for need in facts.of("need"):
        if need not in granted:
            yield Suggestion(need, "word", "needed by a step", "", need, start)
    for family, doc in capabilities.FAMILIES.items():
        yield Suggestion(f"{family}.", "word", doc, "", f"{family}.", start)


def _references(facts: Facts, kind: ExportKind, start: int) -> Iterator[Suggestion]:
    for name in facts.of(kind):
        yield Suggestion(name, "reference", kind.replace("-", " "), "", name, start)


_SCOPED: dict[str, tuple[ExportKind, ...]] = {
    "inputs": ("input", "fact"),
    "post": ("input", "output", "error-field", "fact"),
}


def _expression_names(before: str, facts: Facts, scope: str) -> Iterator[Suggestion]:
    start = _start(_NAME, before, 0)
    if before[:start].endswith("."):
        yield from _fields_of(before[: start - 1], facts, start)
        return
    for kind in _SCOPED.get(scope, ("input", "variable", "fact")):
        for name, places in facts.of(kind).items():
            detail = places[0].export.detail
            kind_of = shown(detail) if is_type(detail) else ""
            yield Suggestion(name, "name", kind_of, f"{kind.capitalize()}.", name, start)
    if scope == "value":
        yield Suggestion("value", "name", "", "The value of the field.", "value", start)
    for it in FUNCTIONS.values():
        if it.name != "old" or scope == "post":
            yield Suggestion(it.name, "function", it.signature, it.doc, f"{it.name}(", start)
    for word in _KEYWORDS:
        yield Suggestion(word, "keyword", "", "", word, start)


def _fields_of(before: str, facts: Facts, start: int) -> Iterator[Suggestion]:
    """The fields of the record whose name stands in front of the dot."""
    path = re.search(r"[A-Za-z_][\w.]*\Z", before)
    names = path[0].split(".") if path else []
    kinds: tuple[ExportKind, ...] = ("input", "output", "variable")
    placed = next((it for kind in kinds if names and (it := facts.first(kind, names[0]))), None)
    detail = placed.export.detail if placed is not None else None
    found: Type = detail if is_type(detail) else ANY
    named = facts.types
    for name in [*names[1:], ""]:
        found = unwrapped(found, named)
        found = unwrapped(found.item, named) if isinstance(found, Array) else found
        if not isinstance(found, RecordType):
            return
        if name:
            found = found.field(name) or ANY
    if isinstance(found, RecordType):
        for name, kind in found.fields:
            yield Suggestion(name, "name", shown(kind), f"A field of {found.name}.", name, start)
