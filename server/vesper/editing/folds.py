"""What can be folded away in a text: documents, sections, items, whatever takes several lines, comments."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from vesper.lang import tree
from vesper.lang.check import Analysis, examined
from vesper.lang.chunks import Chunk
from vesper.lang.piece import DocumentKind
from vesper.lang.scope import Facts
from vesper.lang.source import Span, content


class Fold(NamedTuple):
    """The first line stays to be seen, those below it up to the last are folded away."""

    line: int
    end_line: int
    kind: Literal["", "comment"] = ""


def folds(analysis: Analysis, between: Callable[[], object] = lambda: None) -> list[Fold]:
    """Every fold of a text, the outer before the inner, one for each first line.

    `between` is called between one piece and the next; what it raises ends the work.
    """
    found: list[Fold] = []
    parts = analysis.parts()
    for facts in parts:
        if len(parts) > 1:
            found.extend(_document(facts))
        found.extend(_sections(facts))
        for held in facts.held:
            between()
            inside = _in_chunk(held.piece.chunk, held.piece.kind)
            found.extend(
                Fold(it.line + held.line, it.end_line + held.line, it.kind) for it in inside
            )
    found.sort(key=lambda it: (it.line, -it.end_line))
    return [it for at, it in enumerate(found) if not at or found[at - 1].line != it.line]


def largest(found: list[Fold], limit: int) -> list[Fold]:
    """As many folds as an editor takes, those that hide most, in the order of their lines."""
    if len(found) <= limit:
        return found
    return sorted(sorted(found, key=lambda it: it.line - it.end_line)[: max(limit, 0)])


def _document(facts: Facts) -> Iterator[Fold]:
    first = facts.held[0].line
    last = max(
        (_end(held.piece.chunk, held.piece.kind) + held.line for held in facts.held), default=0
    )
    if last > first:
        yield Fold(first, last)


def _sections(facts: Facts) -> Iterator[Fold]:
    """The sections that are cut into several pieces, and the keys in them that are."""
    open_at: dict[str, tuple[int, int]] = {}
    for held in facts.held:
        chunk = held.piece.chunk
        end = held.line + _end(chunk, held.piece.kind)
        if chunk.kind not in ("head", "item") or (chunk.kind == "head" and not chunk.inner):
            yield from _closed(open_at)
        elif chunk.kind == "head" or not chunk.inner:
            yield from _closed(open_at, "inner")
        for level, (first, last) in open_at.items():
            open_at[level] = first, max(end, last)
        if chunk.kind == "head":
            open_at["inner" if chunk.inner else "section"] = held.line, end
    yield from _closed(open_at)


def _closed(open_at: dict[str, tuple[int, int]], *levels: str) -> Iterator[Fold]:
    for level in levels or tuple(open_at):
        first, last = open_at.pop(level, (0, 0))
        if last > first:
            yield Fold(first, last)


def _end(chunk: Chunk, kind: DocumentKind) -> int:
    """The last line that says something."""
    root = examined(chunk, kind).reading.root
    return _last_line(root.span) if root is not None else 0


def _last_line(span: Span) -> int:
    """A block scalar ends where the line behind it begins."""
    return (
        span.end_line - 1 if span.end_column == 0 and span.end_line > span.line else span.end_line
    )


@lru_cache(maxsize=20_000)
def _in_chunk(chunk: Chunk, kind: DocumentKind) -> tuple[Fold, ...]:
    reading = examined(chunk, kind).reading
    lines = [content(it) for it in reading.lines[: chunk.lines]]
    return *_nodes(reading.root, lines), *_comments(reading.root, lines)


def _nodes(node: tree.Node | None, lines: list[str]) -> Iterator[Fold]:
    match node:
        case tree.Mapping():
            for entry in node.entries:
                yield from _fold(entry.key.span.line, entry.value.span, lines)
                yield from _nodes(entry.value, lines)
        case tree.Sequence():
            for item in node.items:
                yield from _fold(item.span.line, item.span, lines)
                yield from _nodes(item, lines)
        case _:
            pass


def _fold(first: int, span: Span, lines: list[str]) -> Iterator[Fold]:
    last = min(_last_line(span), len(lines) - 1)
    while last > first and not lines[last].strip(" \t"):
        last -= 1
    if last > first:
        yield Fold(first, last)


def _comments(root: tree.Node | None, lines: list[str]) -> Iterator[Fold]:
    texts = [it.span for it in tree.scalars(root) if it.span.end_line > it.span.line]
    inside = {line for it in texts for line in range(it.line + 1, _last_line(it) + 1)}
    begin: int | None = None
    for number, text in enumerate([*lines, ""]):
        if text.lstrip(" \t")[:1] == "#" and number not in inside:
            begin = number if begin is None else begin
            continue
        if begin is not None and number - begin > 1:
            yield Fold(begin, number - 1, "comment")
        begin = None
