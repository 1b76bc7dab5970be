"""What in a text points elsewhere: nodes, roles, web addresses and paths of files."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.lang import tree
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import Slot
from vesper.lang.piece import Piece
from vesper.lang.scope import Placed
from vesper.lang.source import RelativeSource, Span

LinkKind = Literal["node", "role", "address", "path"]

_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+")
_PATH = re.compile(
    r"(?<![\w/.:@-])(?:\.{1,2}/)*[\w-][\w.-]*(?:/[\w.-]+)*\.[A-Za-z]\w{0,7}(?![\w/])"
)
_TRAILING = ".,;:!?*_~'\""
_PROSE = frozenset({"documentation", "metadata", "intent"})


class Link(NamedTuple):
    """A place that points elsewhere; `target` is as written."""

    kind: LinkKind
    target: str
    span: Span


def links(analysis: Analysis) -> Iterator[Link]:
    """Everything in a text that points elsewhere."""
    kinds: tuple[tuple[ExportKind, LinkKind], ...] = (("node-ref", "node"), ("role-ref", "role"))
    for facts in analysis.parts():
        for kind, of in kinds:
            for name, places in facts.of(kind).items():
                for it in places:
                    yield Link(of, name, _bare(it, name))
        for places in facts.of("parent").values():
            for it in places:
                parent = str(it.export.detail)
                yield Link("role", parent, _bare(it, parent))
        for held in facts.held:
            chunk = held.piece.chunk
            if chunk.section in _PROSE or "://" in chunk.text or not chunk.section:
                for it in _in_prose(held.piece):
                    yield it._replace(span=it.span.moved(held.line))


def _bare(placed: Placed, name: str) -> Span:
    """Where a name stands, without its quotes."""
    line, column, end_line, end_column = placed.export.span.moved(placed.line)
    quote = 1 if line == end_line and end_column - column == len(name) + 2 else 0
    return Span(line, column + quote, end_line, end_column - quote)


def _in_prose(piece: Piece) -> Iterator[Link]:
    for slot in piece.walked.slots:
        node = slot.node
        if not isinstance(node, tree.Scalar) or not _is_prose(slot):
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        taken: list[tuple[int, int]] = []
        for found in _ADDRESS.finditer(node.text):
            address = _trimmed(found[0])
            end = found.start() + len(address)
            taken.append((found.start(), found.end()))
            yield Link("address", address, source.span(found.start(), end))
        if slot.path[0] not in _PROSE:
            continue
        for found in _PATH.finditer(node.text):
            if not any(start <= found.start() < end for start, end in taken):
                yield Link("path", found[0], source.span(*found.span()))


def _is_prose(slot: Slot) -> bool:
    return slot.path[0] in _PROSE or slot.path[-1] == "description"


def _trimmed(address: str) -> str:
    """Without the marks that end a sentence, and a bracket that was opened before it."""
    while address:
        opening = {")": "(", "]": "["}.get(address[-1])
        unopened = opening is not None and address.count(opening) < address.count(address[-1])
        if address[-1] not in _TRAILING and not unopened:
            break
        address = address[:-1]
    return address
