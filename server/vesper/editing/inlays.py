"""What is worth reading beside the text though nobody wrote it: types that follow, capabilities that lack."""

from collections.abc import Iterator
from typing import NamedTuple

from vesper.editing.cursor import locate
from vesper.editing.visible import look_from
from vesper.lang import tree
from vesper.lang.capabilities import covers
from vesper.lang.check import Analysis
from vesper.lang.operation import operations
from vesper.lang.piece import Step
from vesper.lang.scope import Facts, Held
from vesper.lang.source import content
from vesper.lang.types import ANY, Array, MapType, Type, is_type, shown


class Inlay(NamedTuple):
    """A few words shown at a place; `tooltip` says more, in Markdown."""

    line: int
    column: int
    label: str
    is_type: bool
    tooltip: str


def inlays(analysis: Analysis, first: int, last: int) -> Iterator[Inlay]:
    """The hints of the lines `first` to `last`, in the order of the pieces."""
    for facts in analysis.parts():
        for held in facts.held:
            if held.line <= last and held.line + held.piece.chunk.lines > first:
                for it in _in_piece(analysis, facts, held):
                    if first <= it.line <= last:
                        yield it


def _in_piece(analysis: Analysis, facts: Facts, held: Held) -> Iterator[Inlay]:
    if held.piece.is_broken:
        return
    yield from _outputs(facts, held)
    for step in held.piece.steps:
        yield from _loop(analysis, held, step)
        yield from _needs(facts, held, step)


def _outputs(facts: Facts, held: Held) -> Iterator[Inlay]:
    """The type of what a step sets, unless it says nothing or stands written as an output."""
    for export in held.piece.exports:
        if export.kind != "variable" or not is_type(export.detail) or _says_nothing(export.detail):
            continue
        if facts.first("output", export.name) is not None:
            continue
        span = export.span.moved(held.line)
        text = shown(export.detail)
        yield Inlay(span.end_line, span.end_column, f": {text}", True, f"`{export.name}: {text}`")


def _says_nothing(kind: Type) -> bool:
    match kind:
        case Array(item):
            return _says_nothing(item)
        case MapType(value=value):
            return _says_nothing(value)
        case _:
            return kind == ANY


def _loop(analysis: Analysis, held: Held, step: Step) -> Iterator[Inlay]:
    """The type of the item that a step goes through."""
    named = step.node.get("as")
    if step.operation not in ("for_each", "data_transform") or not isinstance(named, tree.Scalar):
        return
    place = named.span.moved(held.line)
    cursor = locate(analysis, place.line, place.column)
    key = "items" if step.operation == "for_each" else "input"
    view = look_from(analysis, cursor)
    found = view.element(cursor.step, key).type
    if not _says_nothing(found):
        text = shown(found)
        yield Inlay(place.end_line, place.end_column, f": {text}", True, f"`{named.text}: {text}`")


def _needs(facts: Facts, held: Held, step: Step) -> Iterator[Inlay]:
    """The capabilities that a step needs and the node does not list, behind its operation."""
    entry = step.node.entry("operation")
    known = operations().get(step.operation)
    if entry is None or known is None:
        return
    grants = facts.of("grant")
    needs = dict.fromkeys(known.needs(step.node))
    lacking = [it for it in needs if not any(covers(grant, it) for grant in grants)]
    if lacking:
        line = held.line + entry.value.span.end_line
        row = content(held.piece.reading.lines[entry.value.span.end_line])
        listed = ", ".join(f"`{it}`" for it in lacking)
        tooltip = f"`security.capabilities_required` does not list {listed}"
        yield Inlay(line, len(row), f"needs {', '.join(lacking)}", False, tooltip)
