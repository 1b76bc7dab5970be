"""Renaming: whether a thing can have another name, and what to write where so that it has.

A new name that would mean something else somewhere is refused, and the refusal says where.
"""

import re
from collections.abc import Iterator
from typing import Final

from vesper.editing.bindings import dotted
from vesper.editing.meaning import Thing, View
from vesper.editing.mention import Space
from vesper.editing.mentions import bindings_in, mentions_of
from vesper.editing.occurrences import Found, mentioned, occurrences, thing_at, views_of
from vesper.errors import VesperError
from vesper.lang import types
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.names import RESULTS
from vesper.lang.outcome import singular
from vesper.lang.rule import Edit
from vesper.lang.source import Span
from vesper.lang.tokens import KEYWORDS

SHARED: Final = ("node", "role", "parameter")
"""Things whose other places may be in other files."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NODE = re.compile(r"[a-z][a-z0-9_]*_v\d+(?:\.\d+\.\d+)?")
_WORDS: Final = ("machine", "state", "role", "anchor")
_MAX_LENGTH: Final = 200

_CALLED: Final[dict[Space, str]] = {
    "input": "an input", "output": "an output", "variable": "set by a step", "fact": "a fact",
    "error-field": "a field of the error", "error-code": "an error code", "type": "a type",
    "step": "a step", "machine": "a state machine", "state": "a state of this machine",
    "field": "a field of this record", "anchor": "an anchor", "node": "a node", "role": "a role",
}  # fmt: skip
_IN_FLOW: Final[tuple[ExportKind, ...]] = ("input", "fact", "variable")
_IN_RESULT: Final[tuple[ExportKind, ...]] = ("output", "error-field")


def renameable(analysis: Analysis, line: int, column: int) -> Found:
    """The thing at a place, if it can have another name. VesperError says why it cannot."""
    found = thing_at(analysis, line, column)
    if found is None:
        raise VesperError("invalid", "no name stands here", "go to a name that a document defines")
    thing, name = found.thing, found.thing.name
    if thing.space == "capability":
        message = f"`{name}` is named after what it allows"
        raise VesperError("invalid", message, "rename the machine, role or node at its end instead")
    if name in RESULTS and thing.space in ("name", "error-field"):
        raise VesperError("invalid", f"`{name}` is a word of the language and keeps its name")
    if thing.space == "member":
        message = f"nothing says which record the field `{name}` belongs to"
        raise VesperError("invalid", message, "give the list or record a type under `types`")
    if thing.space == "node" and name[-1:] in "*+":
        message = f"`{name}` means several versions"
        raise VesperError("invalid", message, "rename the node where its `node_id` is")
    if thing.space not in SHARED and not _is_defined(analysis, thing):
        if thing.space == "local":
            message = f"`{name}` is the name that the language gives here"
            raise VesperError("invalid", message, "choose one of your own with `as`")
        raise VesperError("invalid", f"nobody defines `{name}`", "define it first")
    return found


def check_name(thing: Thing, new: str) -> None:
    """Refuse what cannot be the name of such a thing. VesperError says what can."""
    if thing.space == "node":
        if not _NODE.fullmatch(new) or len(new) > _MAX_LENGTH:
            hint = "write a name in snake_case and a version, such as `send_mail_v1`"
            raise VesperError("invalid", f"`{new[:60]}` is no node id", hint)
        return
    form = _WORD if thing.space in _WORDS else _NAME
    if not form.fullmatch(new) or len(new) > _MAX_LENGTH:
        hint = "use letters, digits and `_`, with a letter first"
        raise VesperError("invalid", f"`{new[:60]}` is no name", hint)
    if new.upper() in KEYWORDS or (new in RESULTS and thing.space in (*_IN_FLOW, *_IN_RESULT)):
        raise VesperError("invalid", f"`{new}` is a word of the language", "choose another name")
    if thing.space == "type" and types.parse(new).names != ((new, 0),):
        raise VesperError("invalid", f"`{new}` is a built-in type", "choose another name")


def rename(analysis: Analysis, thing: Thing, new: str) -> list[Edit]:
    """What to write in this text so that a thing of it has a new name. VesperError: conflict."""
    if new == thing.name:
        return []
    for view in views_of(analysis):
        if thing.part == view.part:
            _refuse_conflicts(view, thing, new)
    places = [it.span for it in occurrences(analysis, thing) if it.name == thing.name]
    edits = {it: Edit(it, new) for it in places}
    for view in views_of(analysis):
        if view.part == thing.part and thing.space != "local":
            for it in _elements(view, thing, new, places):
                edits.setdefault(it.span, it)
    return [edits[it] for it in sorted(edits)]


def linked(analysis: Analysis, thing: Thing) -> list[Span]:
    """The places that can be edited together letter by letter; none where that would break some."""
    if thing.space in SHARED:
        return []
    spans = [it.span for it in occurrences(analysis, thing)]
    lines = analysis.text.lines
    if any(lines[it.line][it.column : it.end_column] != thing.name for it in spans):
        # Editors link equal texts only, and somewhere a letter is written as an escape.
        return []
    facts = analysis.parts()[thing.part]
    items = mentioned(facts, singular(thing.name))
    return [] if any(it.space == "element" for _, _, it in items) else spans


def _is_defined(analysis: Analysis, thing: Thing) -> bool:
    facts = analysis.parts()[thing.part]
    match thing.space:
        case "input" | "output" | "variable" | "fact" | "error-field" | "error-code":
            return thing.name in facts.of(thing.space)
        case "type" | "step" | "machine" | "anchor":
            return thing.name in facts.of(thing.space)
        case "local":
            order, _, owner = thing.owner.partition("/")
            same = mentions_of(facts.held[int(order)].piece).get(thing.name, ())
            return any(it.kind == "definition" and it.owner == owner for it in same)
        case _:
            return any(it.kind == "definition" for it in occurrences(analysis, thing))


def _refuse(new: str, what: str, line: int) -> None:
    message = f"`{new}` is already {what} (line {line + 1})"
    raise VesperError("conflict", message, "choose another name")


def _refuse_conflicts(view: View, thing: Thing, new: str) -> None:
    match thing.space:
        case "input" | "fact" | "variable" | "output" | "error-field":
            _refuse_known(view, thing, new)
            _refuse_strays(view, thing, new)
            _refuse_hidden(view, thing, new)
        case "local":
            _refuse_inside(view, thing, new)
            _refuse_hidden(view, thing, new)
        case "field":
            _refuse_unsure(view, thing)
            _refuse_same(view, thing, new)
        case _:
            _refuse_same(view, thing, new)


def _refuse_same(view: View, thing: Thing, new: str) -> None:
    for order, line, it in mentioned(view.facts, new):
        other = thing._replace(name=new)
        if it.kind == "definition" and view.meaning(it, order) == other:
            _refuse(new, _CALLED[thing.space], it.span.line + line)


def _refuse_unsure(view: View, thing: Thing) -> None:
    """A field keeps its name while some places may mean it or may not."""
    for order, line, it in mentioned(view.facts, thing.name):
        if it.space == "member" and view.meaning(it, order).space == "member":
            place = f"`{thing.name}` on line {it.span.line + line + 1}"
            message = f"{place} may be this field or another"
            raise VesperError(
                "conflict", message, "change it by hand, or say there what type it has"
            )


def _refuse_known(view: View, thing: Thing, new: str) -> None:
    """Names that share a scope must differ; in contracts that matters where they are used."""
    for kind in (*_IN_FLOW, *_IN_RESULT):
        placed = view.facts.first(kind, new)
        if placed is None:
            continue
        if (thing.space in _IN_FLOW) == (kind in _IN_FLOW):
            meets = True
        elif "variable" in (thing.space, kind):
            meets = view.ends_open
        else:
            meets = _is_in_contract(view, thing.name) or _is_in_contract(view, new)
        if meets:
            _refuse(new, _CALLED[kind], placed.line + placed.export.span.line)


def _is_in_contract(view: View, name: str) -> bool:
    return any(it.scope == "post" for _, _, it in mentioned(view.facts, name))


def _refuse_strays(view: View, thing: Thing, new: str) -> None:
    """A use of the new name that means nothing yet, or the language's own name, would get a meaning."""
    for order, line, it in mentioned(view.facts, new):
        if it.space != "name" or it.strong is not None:
            continue
        if view.meaning(it, order).space in ("name", "local"):
            what = "used, though nobody defines it" if it.weak is None else "a name of this step"
            _refuse(new, what, it.span.line + line)


def _refuse_hidden(view: View, thing: Thing, new: str) -> None:
    """A name of a step or quantifier must not come between a use and what it means."""
    for order, line, it in mentioned(view.facts, thing.name):
        if not it.path or it.space not in ("name", "local") or view.meaning(it, order) != thing:
            continue
        piece = view.facts.held[order].piece
        hidden = bindings_in(piece).meaning(new, it.path).strong is not None
        quantified = f"{dotted(it.path)}@"
        same = mentions_of(piece).get(new, ())
        if hidden or any(other.owner.startswith(quantified) for other in same):
            _refuse(new, "a name of its own where this one is used", it.span.line + line)


def _refuse_inside(view: View, thing: Thing, new: str) -> None:
    """The new name of a local must not be used for something else in its step."""
    order, _, owner = thing.owner.partition("/")
    held = view.facts.held[int(order)]
    step = owner.partition("@")[0]
    for it in mentions_of(held.piece).get(new, ()):
        path = dotted(it.path)
        if it.path and (path == step or path.startswith(f"{step}.")):
            _refuse(new, "used in this step", it.span.line + held.line)


def _elements(view: View, thing: Thing, new: str, places: list[Span]) -> Iterator[Edit]:
    """Where the items of a list go by its singular they get a new name with it."""
    before, after = singular(thing.name), singular(new)
    if before == after:
        return
    lines: dict[int, list[Span]] = {}
    for place in places:
        lines.setdefault(place.line, []).append(place)
    for order, line, it in mentioned(view.facts, before):
        if it.space != "element":
            continue
        if it.list_at is None:
            follows = thing.space in (*_IN_FLOW, *_IN_RESULT)
        else:
            span = it.list_at.moved(line)
            near = (
                at for number in range(span.line, span.end_line + 1) for at in lines.get(number, ())
            )
            follows = any(span.holds(*at[:2]) and span.holds(*at[2:]) for at in near)
        if follows:
            for other in mentions_of(view.facts.held[order].piece).get(after, ()):
                _refuse(after, "used where items go by the singular", other.span.line + line)
            yield Edit(it.span.moved(line), after)
