"""Completion inside expressions and the `{...}` of templates: names, fields, functions, keywords."""

import re
from collections.abc import Iterator
from itertools import islice

from vesper.editing.cursor import Cursor
from vesper.editing.suggestion import MAX_NAMES, Subject, Suggestion, goes_with
from vesper.editing.visible import look_from
from vesper.lang.check import Analysis
from vesper.lang.fields import ScopeKind
from vesper.lang.functions import FUNCTIONS, Function
from vesper.lang.piece import template_parts
from vesper.lang.types import ANY, shown

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_KEYWORDS = ("AND", "OR", "NOT", "IN", "CONTAINS", "MATCHES", "IS NULL", "IS NOT NULL", "FORALL",
             "EXISTS", "true", "false", "null")  # fmt: skip


def in_template(analysis: Analysis, cursor: Cursor, scope: ScopeKind) -> Iterator[Suggestion]:
    """What fits in the `{...}` that is open at the cursor; nothing outside of one."""
    open_parts = [text for _, text, is_closed in template_parts(cursor.word) if not is_closed]
    if open_parts:
        yield from _operands(analysis, cursor, scope, open_parts[-1])


def in_expression(analysis: Analysis, cursor: Cursor, scope: ScopeKind) -> Iterator[Suggestion]:
    """What fits in an expression at the cursor."""
    yield from _operands(analysis, cursor, scope, cursor.word.removeprefix("{"))


def _operands(
    analysis: Analysis, cursor: Cursor, scope: ScopeKind, text: str
) -> Iterator[Suggestion]:
    if _in_string(text):
        return
    found = _NAME.search(text)
    begin = found.start() if found else len(text)
    start = cursor.column - (len(text) - begin)
    before = text[:begin]
    view = look_from(analysis, cursor)
    if before.endswith("."):
        record = view.fields_before(before, scope)
        for name, kind in record.fields if record is not None else ():
            subject = Subject("name", name, record.name if record else "")
            yield Suggestion(name, "field", name, start, shown(kind), subject)
        return
    typed = text[begin:]
    names = (it for it in view.names(scope, before) if goes_with(typed, it.name))
    for it in islice(names, MAX_NAMES):
        detail = shown(it.type) if it.type != ANY else ""
        subject = Subject("name", it.name, it.kind or it.origin)
        yield Suggestion(it.name, "name", it.name, start, detail, subject)
    for function in FUNCTIONS.values():
        if function.name != "old" or scope == "post":
            yield _call(function, start, cursor.behind)
    for word in _KEYWORDS:
        yield Suggestion(word, "keyword", word, start)


def _call(function: Function, start: int, behind: str) -> Suggestion:
    """A call with a place for each argument that must be there."""
    name = function.name
    must = function.parameters[: len(function.parameters) - function.optional]
    places = ", ".join(f"${{{number}:{it}}}" for number, (it, _) in enumerate(must, 1))
    is_called = behind.startswith("(")
    plain = name if is_called else f"{name}(" if must else f"{name}()"
    snippet = "" if is_called else f"{name}({places})"
    subject = Subject("function", name)
    return Suggestion(name, "function", plain, start, function.signature, subject, snippet)


def _in_string(text: str) -> bool:
    """Whether a quote of the expression's own is open at its end."""
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
    return bool(quote)
