"""What each word of a document is, for editors that colour by meaning."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.lang import fields, tree, types
from vesper.lang.check import Analysis
from vesper.lang.fields import Text
from vesper.lang.operation import operations
from vesper.lang.piece import Expression, Piece
from vesper.lang.source import RelativeSource, Span
from vesper.lang.tokens import tokens

Color = Literal[
    "property", "type", "function", "variable", "keyword", "operator", "number", "string",
    "enumMember", "namespace",
]  # fmt: skip
COLORS: tuple[Color, ...] = Color.__args__


class Colored(NamedTuple):
    """One word on one line, in places of the whole text."""

    line: int
    column: int
    length: int
    color: Color


def colored(analysis: Analysis, first: int = 0, last: int | None = None) -> list[Colored]:
    """The words of the lines `first` to `last`, in order and without overlaps."""
    found: list[Colored] = []
    for facts in analysis.parts():
        for start, piece in facts.pieces:
            if start + piece.chunk.lines > first and (last is None or start <= last):
                found.extend(_in_piece(piece, start))
    found.sort()
    kept: list[Colored] = []
    for it in found:
        if not kept or (it.line, it.column) >= (kept[-1].line, kept[-1].column + kept[-1].length):
            kept.append(it)
    return kept


def _in_piece(piece: Piece, start: int) -> Iterator[Colored]:  # noqa: C901 -- one case a shape
    for key, _ in piece.walked.keys:
        yield from _word(key.span, "property", start)
    if piece.chunk.kind != "item" and isinstance(piece.reading.root, tree.Mapping):
        for entry in piece.reading.root.entries:
            yield from _word(entry.key.span, "property", start)
    for expression in piece.expressions:
        yield from _in_expression(expression, start)
    for slot in piece.walked.slots:
        if not isinstance(slot.node, tree.Scalar) or slot.node.is_null:
            continue
        match slot.shape:
            case Text("type"):
                yield from _in_type(slot.node, piece, start)
            case fields.Choice() | Text("error-code"):
                yield from _word(slot.node.span, "enumMember", start)
            case Text("capability"):
                yield from _word(slot.node.span, "namespace", start)
            case Text("output-name" | "step-name"):
                yield from _word(slot.node.span, "variable", start)
            case Text() if slot.path[-1:] == ("operation",) and slot.node.text in operations():
                yield from _word(slot.node.span, "function", start)
            case _:
                pass


def _word(span: Span, color: Color, start: int) -> Iterator[Colored]:
    if span.line == span.end_line and span.end_column > span.column:
        yield Colored(span.line + start, span.column, span.end_column - span.column, color)


def _in_type(node: tree.Scalar, piece: Piece, start: int) -> Iterator[Colored]:
    source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
    at = 0
    for word in _words(node.text):
        at = node.text.index(word, at)
        known = word in types.PRIMITIVES or word in types.CONTAINERS
        color: Color = "type" if known or word[:1].isupper() else "enumMember"
        yield from _word(source.span(at, at + len(word)), color, start)
        at += len(word)


def _words(text: str) -> list[str]:
    return "".join(it if it.isalnum() or it == "_" else " " for it in text).split()


def _in_expression(expression: Expression, start: int) -> Iterator[Colored]:
    for token in tokens(expression.text):
        color: Color
        match token.kind:
            case "number" | "duration":
                color = "number"
            case "string":
                color = "string"
            case "keyword":
                color = "keyword"
            case "operator" if token.text not in "()[]{},.:":
                color = "operator"
            case "name":
                called = expression.text[token.end : token.end + 1] == "("
                color = "function" if called else "variable"
            case _:
                continue
        if token.start + expression.shift >= 0:
            yield from _word(expression.span(token.start, token.end), color, start)
