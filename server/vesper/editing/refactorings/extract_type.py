"""Make a type of the fields that are written in place."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.entries import Placed
from vesper.editing.refactoring import Offer, Place, entries_at, section_lines
from vesper.editing.refactorings.field_form import is_field
from vesper.lang import tree
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts
from vesper.lang.source import Span, content


def offers(place: Place) -> Iterator[Offer]:
    """At a field whose value is a record written in place."""
    if place.held.piece.is_broken:
        return
    around = [it for it in reversed(entries_at(place)) if is_field(it.path)]
    for spec in around:
        if spec.path[0] == "types" or not isinstance(spec.entry.value, tree.Mapping):
            continue
        found = spec.entry.value.entry("fields")
        if found is not None and isinstance(found.value, tree.Mapping):
            name = _name(str(spec.path[-1]), place.facts)
            title = f"Make a type `{name}` of these fields"
            yield Offer(title, "refactor.extract", partial(_edits, place, spec, found, name))
            return
    if around:
        reason = "the field is no record: it has no `fields` of its own"
        yield Offer("Make a type of these fields", "refactor.extract", list[Edit], disabled=reason)


def _name(field: str, facts: Facts) -> str:
    words = "".join(it.capitalize() for it in field.split("_")) or "Item"
    taken = facts.of("type")
    number = 2
    name = words
    while name in taken:
        name, number = f"{words}{number}", number + 1
    return name


def _edits(place: Place, spec: Placed, found: tree.Entry, name: str) -> list[Edit]:
    return [_new_type(place, found, name), *_use(place, spec, found, name)]


def _new_type(place: Place, found: tree.Entry, name: str) -> Edit:
    node = found.value
    assert isinstance(node, tree.Mapping)
    facts = place.facts
    types = section_lines(facts, "types")
    first = next(iter(facts.of("type").values()), None)
    lead = " " * (first[0].export.span.column if first is not None else 2)
    first_row = node.span.line if node.flow else found.key.span.line + 1
    rows = place.held.piece.reading.lines[first_row : node.span.end_line + 1]
    if node.flow:
        row = rows[0][node.span.column : node.span.end_column]
        body = f"{lead}  fields: {row}\n"
    else:
        shift = len(lead) + 4
        moved = [
            f"{' ' * shift}{content(it)[node.span.column :]}\n" if it.strip() else "\n"
            for it in rows
        ]
        body = f"{lead}  fields:\n{''.join(moved)}"
    text = f"{lead}{name}:\n{body}"
    if types is not None:
        at = types[0] + 1
        return Edit(Span(at, 0, at, 0), text)
    section = section_lines(facts, str(place.held.piece.chunk.section))
    at = section[0] if section is not None else 0
    return Edit(Span(at, 0, at, 0), f"types:\n{text}\n")


def _use(place: Place, spec: Placed, found: tree.Entry, name: str) -> Iterator[Edit]:
    value = spec.entry.value
    assert isinstance(value, tree.Mapping)
    down = place.held.line
    kind = value.entry("type")
    written = kind.value.text if kind is not None and isinstance(kind.value, tree.Scalar) else ""
    optional = "?" if written.endswith("?") else ""
    bare = written.removesuffix("?")
    container = bare.split("<")[0] if bare.startswith(("array", "set")) else ""
    used = f"{container}<{name}>{optional}" if container else f"{name}{optional}"
    key, end = found.key.span, found.value.span
    if kind is None:
        yield Edit(Span(*key[:2], *end[2:]).moved(down), f"type: {used}")
        return
    yield Edit(kind.value.span.moved(down), used)
    if value.flow:
        yield _without(value, found, down)
    else:
        yield Edit(_rows(place, value, found), "")


def _rows(place: Place, value: tree.Mapping, found: tree.Entry) -> Span:
    """The lines of `fields`, from the end of the line above so that the last line may lack its end."""
    line = place.held.line + found.key.span.line
    last = place.held.line + found.value.span.end_line
    lines = place.analysis.text.lines
    if value.entries[0] is found:
        after = value.entries[1].key.span.moved(place.held.line)
        return Span(line, found.key.span.column, after.line, after.column)
    above = line - 1
    return Span(above, len(content(lines[above])), last, len(content(lines[last])))


def _without(value: tree.Mapping, found: tree.Entry, down: int) -> Edit:
    """A key in brackets, with the comma that goes with it."""
    at = value.entries.index(found)
    if at > 0:
        before = value.entries[at - 1].value.span
        return Edit(Span(*before[2:], *found.value.span[2:]).moved(down), "")
    after = value.entries[1].key.span
    return Edit(Span(*found.key.span[:2], *after[:2]).moved(down), "")
