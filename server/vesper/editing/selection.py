"""What is selected when a selection grows: a word, its expression, the text, the entry, the section, all."""

import re
from collections.abc import Iterator

from vesper.lang import expr, tree
from vesper.lang.check import Analysis
from vesper.lang.piece import Expression
from vesper.lang.scope import Facts, Held
from vesper.lang.source import Span, content

_WORD = re.compile(r"\w+")


def selections(analysis: Analysis, line: int, column: int) -> list[Span]:
    """The spans around a place, each inside the next; the last one is the whole text."""
    held, facts = analysis.held_at(line)
    inner = [*_in_piece(held, line - held.line, column)]
    outer = [_section(held, facts), _document(facts)]
    lines = analysis.text.lines
    whole = Span(0, 0, len(lines) - 1, len(content(lines[-1])))
    found: list[Span] = []
    for it in (*(span.moved(held.line) for span in inner), *outer, whole):
        if it.holds(line, column) and (not found or _is_wider(it, found[-1])):
            found.append(it)
    return found


def _is_wider(span: Span, inner: Span) -> bool:
    return span != inner and span[:2] <= inner[:2] and inner[2:] <= span[2:]


def _in_piece(held: Held, line: int, column: int) -> Iterator[Span]:
    """Spans of the piece from the inside out; a few that lie across each other do no harm."""
    lines = held.piece.reading.lines
    text = content(lines[line]) if line < len(lines) else ""
    for word in _WORD.finditer(text):
        if word.start() <= column <= word.end():
            yield Span(line, word.start(), line, word.end())
    for it in held.piece.expressions:
        if it.slot.node.span.holds(line, column):
            yield from _in_expression(it, line, column)
    around = [it for it in _nodes(held.piece.reading.root) if it.holds(line, column)]
    yield from sorted(around, key=_from_inside)


def _from_inside(span: Span) -> tuple[int, int, int, int]:
    """Sorts spans around one place so that those inside others come first."""
    return -span.line, -span.column, span.end_line, span.end_column


def _in_expression(found: Expression, line: int, column: int) -> Iterator[Span]:
    if found.parsed.tree is not None:
        parts = [
            found.span(it.start, it.end) for it in expr.walk(found.parsed.tree) if it.start >= 0
        ]
        parts = [it for it in parts if it.holds(line, column)]
        yield from sorted(parts, key=_from_inside)
    start = max(-found.shift, 0)
    if len(found.text) > start:
        yield found.span(start, len(found.text))


def _nodes(node: tree.Node | None) -> Iterator[Span]:
    match node:
        case tree.Scalar() | tree.Alias():
            span = node.span
            if isinstance(node, tree.Scalar) and node.style in ("'", '"'):
                yield Span(span.line, span.column + 1, span.end_line, span.end_column - 1)
            yield span
        case tree.Sequence():
            yield node.span
            for item in node.items:
                yield from _nodes(item)
        case tree.Mapping():
            yield node.span
            for entry in node.entries:
                yield entry.key.span
                yield Span(*entry.key.span[:2], *max(entry.key.span[2:], entry.value.span[2:]))
                yield from _nodes(entry.value)
        case None:
            pass


def _section(held: Held, facts: Facts) -> Span:
    """The section around a piece, which may be cut into several."""
    first = last = held.order
    while first > 0 and facts.held[first].piece.chunk.kind == "item":
        first -= 1
    while first > 0 and facts.held[first].piece.chunk.inner:
        first -= 1
    while last + 1 < len(facts.held) and _goes_on(facts.held[last + 1]):
        last += 1
    return Span(facts.held[first].line, 0, *_end(facts, first, last))


def _goes_on(held: Held) -> bool:
    return held.piece.chunk.kind == "item" or bool(held.piece.chunk.inner)


def _document(facts: Facts) -> Span:
    return Span(facts.held[0].line, 0, *_end(facts, 0, len(facts.held) - 1))


def _end(facts: Facts, first: int, last: int) -> tuple[int, int]:
    for held in reversed(facts.held[first : last + 1]):
        root = held.piece.reading.root
        if root is not None and root.span[:2] != root.span[2:]:
            end = root.span.moved(held.line)
            return end.end_line, end.end_column
    line = facts.held[last].line + facts.held[last].piece.chunk.lines
    return line, 0
