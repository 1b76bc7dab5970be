"""Occurrences: what a name in a document means, and every place where the same thing is written.

Only pieces whose text holds the name are looked at, and what a piece mentions is worked out once, so
asking comes cheap enough for every move of the cursor.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from vesper.editing.meaning import Thing, View
from vesper.editing.mention import Kind, Mention
from vesper.editing.mentions import family, mentions_of
from vesper.lang import types
from vesper.lang.check import Analysis
from vesper.lang.scope import Facts, Held
from vesper.lang.source import Span


class Occurrence(NamedTuple):
    """One place of the whole text where a thing is written."""

    kind: Kind
    span: Span
    name: str
    """How it is called there: for a node perhaps a range of versions."""


class Found(NamedTuple):
    """The thing at a place, and the place."""

    thing: Thing
    here: Occurrence


def thing_at(analysis: Analysis, line: int, column: int) -> Found | None:
    """What the name at a place means; None where no name stands."""
    found = _mention_at(analysis, line, column)
    if found is None:
        return None
    view, held, it = found
    thing = view.meaning(it, held.order)
    return Found(thing, Occurrence(_kind(it, thing), it.span.moved(held.line), it.name))


def types_at(analysis: Analysis, line: int, column: int) -> tuple[Span, list[Thing]] | None:
    """The document's own types that the type of the name at a place is made of."""
    found = _mention_at(analysis, line, column)
    if found is None:
        return None
    view, held, it = found
    names = types.names_in(view.type_of(it, held.order))
    if it.space == "type":
        names = [it.name]
    known = [Thing("type", name, view.part) for name in names if name in view.facts.types]
    return it.span.moved(held.line), known


def _mention_at(analysis: Analysis, line: int, column: int) -> tuple[View, Held, Mention] | None:
    held, facts = analysis.held_at(line)
    here = (line - held.line, column)
    best: Mention | None = None
    for same in mentions_of(held.piece).values():
        for it in same:
            if it.space == "element" or not it.around.holds(*here) or not it.span.holds(*here):
                continue
            # A machine's name inside a capability: the smaller of the two is meant.
            if best is None or len(it.name) < len(best.name):
                best = it
    if best is None:
        return None
    return next(it for it in views_of(analysis) if it.facts is facts), held, best


def occurrences(analysis: Analysis, thing: Thing) -> list[Occurrence]:
    """Every place where the thing is written, in the order of the text."""
    found: dict[Span, Occurrence] = {}
    key = family(thing.name) if thing.space == "node" else thing.name
    for view in views_of(analysis):
        if not view.may_know(thing):
            continue
        for order, line, it in mentioned(view.facts, key):
            if it.space != "element" and view.meaning(it, order).means(thing):
                span = it.span.moved(line)
                found.setdefault(span, Occurrence(_kind(it, thing), span, it.name))
    return [found[it] for it in sorted(found)]


_AHEAD: Final = 1_000
"""The most pieces that a text has if it is read ahead."""


def read_ahead(analysis: Analysis, most: int) -> bool:
    """Read some pieces for their names before anybody asks; whether that were all there are.

    Of a very long text none: what was read takes memory, and saves 50 ms once.
    """
    parts = analysis.parts()
    if sum(len(it.held) for it in parts) > _AHEAD:
        return True
    for facts in parts:
        for held in facts.held:
            if held.piece.mentioned is None:
                if not most:
                    return False
                most -= 1
                mentions_of(held.piece)
    return True


def views_of(analysis: Analysis) -> list[View]:
    """The documents of a file, ready to say what their names mean."""
    parts = analysis.parts()
    nodes = {node: part for part, facts in enumerate(parts) for node in facts.of("node")}
    return [View(facts, part, nodes) for part, facts in enumerate(parts)]


def mentioned(facts: Facts, name: str) -> Iterator[tuple[int, int, Mention]]:
    """The mentions of a name, with the place of their piece and its first line."""
    for held in facts.held:
        text = held.piece.chunk.text
        # Behind a backslash any letter may hide.
        if name in text or "\\" in text:
            for it in mentions_of(held.piece).get(name, ()):
                yield held.order, held.line, it


def _kind(mention: Mention, thing: Thing) -> Kind:
    """A step that uses the name of an input sets it, but does not bring it about."""
    return "write" if (mention.space, thing.space) == ("variable", "input") else mention.kind
