"""What could be typed at a place: keys, words, types, operations, names, whole parts."""

import re
from collections.abc import Iterator

from vesper.editing import operands, references, skeletons
from vesper.editing.cursor import Cursor, locate
from vesper.editing.suggestion import MAX_NAMES, Subject, Suggestion, filled, goes_with, indented
from vesper.lang import capabilities, fields
from vesper.lang.check import Analysis
from vesper.lang.fields import Anything, Choice, Field, Flag, ListOf, MapOf, Record, Shape, Text
from vesper.lang.operation import operations
from vesper.lang.roles import RESTRICTIONS
from vesper.lang.scope import Facts
from vesper.lang.types import CONTAINERS, PRIMITIVES

_WORD = re.compile(r"[\w.*/-]*\Z")
_NAME = re.compile(r"\w*\Z")
_WORD_REST = re.compile(r"[\w.*/-]*")
_NAME_REST = re.compile(r"\w*")
_IN_ENUM = re.compile(r"enum\[[^\]]*\Z")
_KEY_BEHIND = re.compile(r"[\w-]*[\"']?\s*:(?:\s|\Z)")
_DURATIONS = {"250ms": "a quarter of a second", "10s": "seconds", "5m": "minutes", "2h": "hours",
              "1d": "days"}  # fmt: skip


def complete(analysis: Analysis, line: int, column: int) -> list[Suggestion]:
    """Everything that fits at this place, the likeliest first."""
    line = min(line, len(analysis.text.lines) - 1)
    cursor = locate(analysis, line, column)
    if cursor.inside in ("comment", "closed"):
        return []
    found: dict[str, Suggestion] = {}
    for it in _all(analysis, cursor):
        found.setdefault(it.label, it._replace(end=_end(cursor, it)))
    if len(found) <= MAX_NAMES:
        return list(found.values())
    return [it for it in found.values() if _fits(cursor, it)][: 2 * MAX_NAMES]


def _end(cursor: Cursor, it: Suggestion) -> int:
    """Where the word ends that the cursor is in; a whole part replaces nothing behind it."""
    if it.kind == "snippet" or "\n" in it.insert:
        return cursor.column
    pattern = _NAME_REST if it.kind in ("name", "field", "function", "type", "key") else _WORD_REST
    found = pattern.match(cursor.behind)
    return cursor.column + (found.end() if found else 0)


def _fits(cursor: Cursor, it: Suggestion) -> bool:
    begin = len(cursor.word) - (cursor.column - it.start)
    return goes_with(cursor.word[max(begin, 0) :], it.label)


def _all(analysis: Analysis, cursor: Cursor) -> Iterator[Suggestion]:
    _, facts = analysis.held_at(cursor.line)
    if cursor.place != "key" and cursor.inside != "block" and cursor.word.startswith("*"):
        start = cursor.column - len(cursor.word)
        yield from references.anchors(facts, start)
        return
    for shape in cursor.shapes:
        if cursor.place != "value":
            yield from _for_key(analysis, shape, cursor, facts)
        if cursor.place != "key" or cursor.inside == "lines":
            yield from _for_value(analysis, shape, cursor, facts)


def _for_key(
    analysis: Analysis, shape: Shape, cursor: Cursor, facts: Facts
) -> Iterator[Suggestion]:
    match shape:
        case Record():
            yield from _keys(shape, cursor)
        case MapOf():
            for name, kind, detail in references.keys(analysis, cursor, shape, facts):
                subject = Subject("name", name, kind)
                behind = _behind(None, cursor)
                yield Suggestion(name, "key", name + behind, cursor.start, detail, subject)
        case ListOf() if cursor.place == "key" and cursor.inside == "lines":
            yield from _items(shape, cursor)
        case _:
            pass
    if cursor.inside == "lines":
        yield from _parts(shape, cursor, facts)


def _keys(record: Record, cursor: Cursor) -> Iterator[Suggestion]:
    missing = [it for it in record.fields if it.name not in cursor.siblings]
    for field in sorted(missing, key=lambda it: not it.required):
        detail = fields.describe(field.shape) + (" (required)" if field.required else "")
        insert = field.name + _behind(field, cursor)
        subject = Subject("field", field.name, record.name)
        yield Suggestion(field.name, "key", insert, cursor.start, detail, subject)


def _behind(field: Field | None, cursor: Cursor) -> str:
    """What goes with a new key; nothing where the key is there already and only changes."""
    if _KEY_BEHIND.match(cursor.behind):
        return ""
    if field is None or cursor.inside == "brackets":
        return ": "
    shape = fields.resolve(field.shape, None)
    inner = " " * (cursor.start + 2)
    if isinstance(shape, ListOf):
        return f":\n{inner}- "
    if isinstance(shape, Record | MapOf) and not isinstance(field.shape, fields.Either):
        return f":\n{inner}"
    return ": "


def _items(shape: ListOf, cursor: Cursor) -> Iterator[Suggestion]:
    """The dash that begins a further item, with the first key of the item."""
    item = fields.resolve(shape.item, None)
    first = next((it for it in item.fields), None) if isinstance(item, Record) else None
    key = f"{first.name}: " if first is not None else ""
    yield Suggestion(f"- {key.rstrip()}".rstrip(), "key", f"- {key}", cursor.start, "a new item")


def _parts(shape: Shape, cursor: Cursor, facts: Facts) -> Iterator[Suggestion]:
    """Whole parts of a document where nothing of the kind is written yet."""
    ready: list[tuple[str, str, str]] = []
    match shape:
        case Record(name="node") if not cursor.siblings:
            ready.append(("new node", skeletons.NODE, "the smallest node that works"))
        case Record(name="node"):
            for name, text in (
                ("contracts", skeletons.CONTRACTS),
                ("security", skeletons.SECURITY),
            ):
                if name not in cursor.siblings:
                    ready.append((f"new {name}", text, "with its first entries"))
        case Record(kind="step") if not cursor.siblings:
            steps = (
                (f"{it.name} step", skeletons.step(it), it.effect) for it in operations().values()
            )
            ready.extend(steps)
        case Record(name="test case") if not cursor.siblings:
            ready.append(("new test case", skeletons.case(facts), "with all inputs"))
        case MapOf():
            ready += _entries(cursor)
        case _:
            pass
    for label, text, detail in ready:
        snippet = indented(text, cursor.start)
        yield Suggestion(
            label, "snippet", filled(snippet), cursor.start, detail, Subject(), snippet
        )


def _entries(cursor: Cursor) -> Iterator[tuple[str, str, str]]:
    match cursor.path:
        case ():
            yield "new role", skeletons.ROLE, "with its limits"
        case ("inputs",) | ("outputs",) | (*_, "fields") | ("outputs", "success" | "error"):
            yield "new field", skeletons.INPUT, "with its type and limits"
        case ("types",):
            yield "new record type", skeletons.RECORD_TYPE, "with its fields"
        case ("state_machines",):
            yield "new state machine", skeletons.MACHINE, "with its states"
        case _:
            pass


def _for_value(
    analysis: Analysis, shape: Shape, cursor: Cursor, facts: Facts
) -> Iterator[Suggestion]:
    match shape:
        case Choice(values):
            start = _start(_WORD, cursor)
            for word, doc in values.items():
                yield Suggestion(word, "word", word, start, subject=Subject("choice", word, doc))
        case Flag() if not cursor.quote:
            yield from _words(("true", "false"), cursor)
        case Text():
            yield from _for_text(analysis, shape, cursor, facts)
        case Anything(scope):
            yield from references.values(cursor, facts)
            if scope != "none":
                yield from operands.in_template(analysis, cursor, scope)
        case _:
            return


def _words(words: tuple[str, ...], cursor: Cursor) -> Iterator[Suggestion]:
    start = _start(_WORD, cursor)
    for word in words:
        yield Suggestion(word, "word", word, start)


def _start(pattern: re.Pattern[str], cursor: Cursor) -> int:
    """Where the word that is being typed begins."""
    found = pattern.search(cursor.word)
    return cursor.column - (len(cursor.word) - found.start() if found else 0)


def _for_text(  # noqa: C901 -- one case a kind of text
    analysis: Analysis, shape: Text, cursor: Cursor, facts: Facts
) -> Iterator[Suggestion]:
    start = _start(_WORD, cursor)
    match shape.kind:
        case "type" | "type-name":
            yield from _types(facts, cursor)
        case "name" if cursor.key == "operation":
            for it in operations().values():
                subject = Subject("operation", it.name)
                yield Suggestion(it.name, "operation", it.name, start, it.effect, subject)
        case "capability":
            yield from _capabilities(analysis, facts, start)
        case "error-code" | "machine-ref" | "role-ref" | "node-ref":
            yield from references.of_kind(analysis, shape.kind, facts, start)
        case "expression" | "constraint":
            if shape.kind == "constraint":
                yield from _constraints(start)
            yield from operands.in_expression(analysis, cursor, shape.scope)
        case "restriction":
            for field in RESTRICTIONS.fields:
                subject = Subject("field", field.name, RESTRICTIONS.name)
                yield Suggestion(field.name, "word", f"{field.name}: ", start, subject=subject)
        case "duration":
            for text, unit in _DURATIONS.items():
                yield Suggestion(text, "value", text, start, unit)
        case "template" | "sql" | "value":
            yield from operands.in_template(analysis, cursor, shape.scope)
        case "name":
            yield from references.names(cursor, facts, start)
        case _:
            return


def _types(facts: Facts, cursor: Cursor) -> Iterator[Suggestion]:
    if _IN_ENUM.search(cursor.word):
        return
    start = _start(_NAME, cursor)
    for name in facts.of("type"):
        yield Suggestion(name, "type", name, start, "defined here", Subject("type", name))
    for name in PRIMITIVES:
        yield Suggestion(name, "type", name, start, "built in", Subject("type", name))
    for name in CONTAINERS:
        open_, close = "[]" if name == "enum" else "<>"
        inner = "${1:string}, ${2:any}" if name == "map" else "$1"
        snippet = f"{name}{open_}{inner}{close}"
        subject = Subject("type", name)
        yield Suggestion(name, "type", f"{name}{open_}", start, "built in", subject, snippet)


def _constraints(start: int) -> Iterator[Suggestion]:
    for word, doc in _CONSTRAINT_WORDS.items():
        yield Suggestion(word, "word", word, start, doc)


_CONSTRAINT_WORDS = {
    "non_empty": "at least one character or item",
    "positive": "greater than zero",
    "non_negative": "zero or greater",
    "unique": "no item twice",
}


def _capabilities(analysis: Analysis, facts: Facts, start: int) -> Iterator[Suggestion]:
    granted = facts.of("grant")
    for need in facts.of("need"):
        if need not in granted:
            subject = Subject("capability", need)
            yield Suggestion(need, "reference", need, start, "needed by a step", subject)
    for family, doc in capabilities.FAMILIES.items():
        subject = Subject("capability", family)
        yield Suggestion(f"{family}.", "word", f"{family}.", start, doc, subject)
    for family in analysis.around.policy.capabilities:
        yield Suggestion(f"{family}.", "word", f"{family}.", start, "of this workspace")
