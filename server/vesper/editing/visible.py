"""The names that an expression may use at a place, with their types, in text that may be broken."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from vesper.editing.cursor import Cursor, Passed
from vesper.lang import grammar
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import ScopeKind
from vesper.lang.infer import Inference
from vesper.lang.outcome import singular
from vesper.lang.scope import Facts, Placed
from vesper.lang.tokens import Token, tokens
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    STRING,
    Array,
    MapType,
    Nullable,
    RecordType,
    Type,
    unwrapped,
)

_QUANTIFIED = re.compile(r"\b(?:FORALL|EXISTS)\s+(\w+)\s+IN\s+([\w.]+)\s*:", re.IGNORECASE)
_CALLS = frozenset({"external_api_call", "call_node", "agent_run", "approval", "wait"})
_KINDS: dict[ScopeKind, tuple[ExportKind, ...]] = {
    "inputs": ("input", "fact"),
    "post": ("input", "output", "error-field", "fact"),
}
_ALWAYS: tuple[ExportKind, ...] = ("input", "fact")
_IN_FLOW: tuple[ScopeKind, ...] = ("flow", "element", "columns", "response")


class Visible(NamedTuple):
    """One name: its type and where it comes from."""

    name: str
    type: Type
    origin: str
    """A phrase for people."""
    kind: ExportKind | None = None
    """What it is an export of; None for names that only this place has."""


class View:
    """What can be seen from a place in a document: `steps` are the flow steps around it."""

    def __init__(self, facts: Facts, at: tuple[int, int], steps: tuple[Passed, ...]) -> None:
        self.facts = facts
        self._at = at
        self._steps = steps

    def names(self, scope: ScopeKind, before: str = "") -> Iterator[Visible]:
        """Every name that is visible, the nearest first; `before` is the expression so far."""
        seen: set[str] = set()
        for it in chain(self._own(scope, before), self._set_before(scope), self._declared(scope)):
            if it.name not in seen:
                seen.add(it.name)
                yield it

    def find(self, name: str, scope: ScopeKind, before: str = "") -> Visible | None:
        """One visible name, or None."""
        found = next((it for it in self._own(scope, before) if it.name == name), None)
        if found is None and scope in _IN_FLOW:
            found = self._variable(name)
        if found is None:
            for kind in _KINDS.get(scope, _ALWAYS):
                place = self.facts.first(kind, name)
                if place is not None:
                    return _visible(self.facts, name, place, kind)
        return found

    def type_in(self, text: str, scope: ScopeKind, before: str = "") -> Type:
        """The type of an expression that stands at the cursor."""
        parsed = grammar.parse(text)
        if parsed.tree is None:
            return ANY

        def look_up(name: str) -> Type | None:
            found = self.find(name, scope, before)
            return found.type if found is not None else None

        return Inference(look_up, self.facts.types).type_of(parsed.tree)

    def fields_before(self, before: str, scope: ScopeKind) -> RecordType | None:
        """The record whose field would be named behind the dot that ends the text."""
        subject = _subject(before)
        if subject is None:
            return None
        found = unwrapped(self.type_in(subject, scope, before), self.facts.types)
        if isinstance(found, Array):
            found = unwrapped(found.item, self.facts.types)
        return found if isinstance(found, RecordType) else None

    def _own(self, scope: ScopeKind, before: str) -> Iterator[Visible]:
        """The names that only this place has."""
        yield from self._quantified(before, scope)
        if scope == "value":
            yield Visible("value", ANY, "the value of the field")
        if scope in _IN_FLOW:
            yield from self._local(scope)
        if scope == "post":
            yield Visible("success", BOOLEAN, "whether the node succeeds")
            yield Visible("error_code", Nullable(STRING), "the error's code")
            yield Visible("error", ANY, "the error")

    def _declared(self, scope: ScopeKind) -> Iterator[Visible]:
        for kind in _KINDS.get(scope, _ALWAYS):
            for name, places in self.facts.of(kind).items():
                yield _visible(self.facts, name, places[0], kind)

    def _quantified(self, before: str, scope: ScopeKind) -> Iterator[Visible]:
        for found in reversed(list(_QUANTIFIED.finditer(before))):
            over = self.type_in(found[2], scope)
            yield Visible(found[1], self._item(over), f"each of `{found[2]}`")

    def _set_before(self, scope: ScopeKind) -> Iterator[Visible]:
        """What the flow has set before the cursor, the latest first."""
        if scope in _IN_FLOW:
            for name in reversed(list(self.facts.of("variable"))):
                found = self._variable(name)
                if found is not None:
                    yield found

    def _variable(self, name: str) -> Visible | None:
        for place in reversed(self.facts.of("variable").get(name, ())):
            if (place.order, place.export.visible_from) < self._at:
                return _visible(self.facts, name, place, "variable")
        return None

    def _local(self, scope: ScopeKind) -> Iterator[Visible]:
        for depth, (key, step) in enumerate(self._steps):
            # A list is worked out where its step stands: the step's own names are not there yet.
            outer = View(self.facts, self._at, self._steps[depth + 1 :])
            operation = step.get("operation", "").strip("\"'")
            if operation == "for_each" and key in ("steps", "collect"):
                yield outer.element(step, "items")
                yield Visible("index", INTEGER, "the number of the round, from 0")
            elif operation == "data_transform" and key not in ("input", "with"):
                yield from outer.in_transform(step, scope)
            elif operation in _CALLS and isinstance(key, str) and key.startswith("on_"):
                yield Visible("response", ANY, "the answer")
            elif operation == "database_query" and key == "on_result":
                yield Visible(step.get("output") or "query_results", ANY, "the rows")

    def in_transform(self, step: Mapping[str, str], scope: ScopeKind) -> Iterator[Visible]:
        """The names that a `data_transform` gives the item it works on."""
        element = self.element(step, "input")
        kind = unwrapped(element.type, self.facts.types)
        if scope == "columns":
            if isinstance(kind, RecordType):
                yield from (Visible(name, it, "a field of the item") for name, it in kind.fields)
            return
        yield element
        if step.get("transform") == "reduce":
            yield Visible("accumulator", ANY, "what was folded so far")

    def element(self, step: Mapping[str, str], key: str) -> Visible:
        """The item of the list that a step goes through."""
        items = step.get(key, "").strip("\"'{} ")
        name = step.get("as", "").strip("\"'") or singular(items) or "item"
        kind = self._item(self.type_in(items, "flow")) if items else ANY
        return Visible(name, kind, f"each of `{items}`" if items else "each item")

    def _item(self, kind: Type) -> Type:
        match unwrapped(kind, self.facts.types):
            case Array(item):
                return item
            case MapType(value=value):
                return value
            case _:
                return ANY


def look_from(analysis: Analysis, cursor: Cursor) -> View:
    """What can be seen from a cursor."""
    held, facts = analysis.held_at(cursor.line)
    return View(facts, (held.order, cursor.line - held.line), cursor.steps)


_ORIGINS: dict[ExportKind, str] = {
    "input": "an input",
    "output": "an output",
    "error-field": "a field of the error",
    "fact": "a fact of the contracts",
    "variable": "set by a step",
}


def _visible(facts: Facts, name: str, place: Placed, kind: ExportKind) -> Visible:
    return Visible(name, facts.type_of(place), _ORIGINS[kind], kind)


def _subject(before: str) -> str | None:
    """The name, index or call that ends right in front of the dot at the end of a text."""
    words = [it for it in tokens(before) if it.kind != "end"]
    if not words or words[-1].text != ".":
        return None
    at = _operand(words, len(words) - 2)
    return before[words[at].start : words[-1].start] if at is not None else None


def _operand(words: list[Token], last: int) -> int | None:
    """Where the operand that ends with the word at `last` begins."""
    at = last
    while at >= 0:
        word = words[at]
        if word.text in (")", "]"):
            first = _opening(words, at)
            if first < 1 or (words[first - 1].kind != "name" and words[first - 1].text not in ")]"):
                return first
            at = first - 1
        elif word.kind != "name":
            return None
        elif at > 0 and words[at - 1].text == ".":
            at -= 2
        else:
            return at
    return None


def _opening(words: list[Token], at: int) -> int:
    """The place of the bracket that the one at `at` closes."""
    depth = 0
    while at >= 0:
        depth += (words[at].text in (")", "]")) - (words[at].text in ("(", "["))
        if depth == 0:
            return at
        at -= 1
    return 0
