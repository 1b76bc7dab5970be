"""What each word of a piece is, for editors that colour by meaning."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.lang import fields, tree, types
from vesper.lang.fields import Slot, Text
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operation import operations
from vesper.lang.piece import Expression, Piece
from vesper.lang.source import RelativeSource, Span, content
from vesper.lang.tokens import tokens

Color = Literal[
    "property", "type", "function", "variable", "keyword", "operator", "number", "string",
    "enumMember", "namespace", "comment", "regexp",
]  # fmt: skip
COLORS: tuple[Color, ...] = Color.__args__
Shade = Literal["declaration", "readonly", "defaultLibrary"]
SHADES: tuple[Shade, ...] = Shade.__args__

_DECLARED: dict[str, tuple[Color, tuple[Shade, ...]]] = {
    "inputs": ("property", ("declaration", "readonly")),
    "outputs": ("property", ("declaration",)),
    "types": ("type", ("declaration",)),
}
_SIDES = ("success", "error")
_COMMENT = re.compile(r"(?:^|[ \t])[ \t]*(#.*)")
_WORD = re.compile(r"\w+")


class Colored(NamedTuple):
    """One word on one line; lines count from the piece's first."""

    line: int
    column: int
    length: int
    color: Color
    shades: tuple[Shade, ...] = ()


def colored(piece: Piece) -> list[Colored]:
    """The words of a piece, in order and without overlaps."""
    lines = [content(it) for it in piece.reading.lines[: piece.chunk.lines]]
    found = [*_keys(piece), *_expressions(piece)]
    worded = {id(it.slot.node) for it in piece.expressions}
    for slot in piece.walked.slots:
        if isinstance(slot.node, tree.Scalar) and not slot.node.is_null:
            found.extend(_value(slot, slot.node, piece, is_worded=id(slot.node) in worded))
    if "#" in piece.chunk.text:
        found.extend(_comments(piece.reading.root, lines))
    words: list[Colored] = []
    for span, color, shades in found:
        line, column, end_line, end_column = span
        if line != end_line:
            words.extend(_on_lines(span, color, shades, lines))
        elif end_column > column:
            words.append(Colored(line, column, end_column - column, color, shades))
    words.sort()
    kept: list[Colored] = []
    at, end = -1, 0
    for it in words:
        if it.line > at or it.column >= end:
            kept.append(it)
            at, end = it.line, it.column + it.length
    return kept


class _Found(NamedTuple):
    """A word that may go over several lines."""

    span: Span
    color: Color
    shades: tuple[Shade, ...] = ()


def _on_lines(
    span: Span, color: Color, shades: tuple[Shade, ...], lines: list[str]
) -> Iterator[Colored]:
    """The word cut at the ends of lines: not every editor colours across them."""
    line, column, end_line, end_column = span
    for number in range(line, min(end_line + 1, len(lines))):
        text = lines[number]
        start = column if number == line else len(text) - len(text.lstrip(" \t"))
        end = end_column if number == end_line else len(text)
        if end > start:
            yield Colored(number, start, end - start, color, shades)


def _keys(piece: Piece) -> Iterator[_Found]:
    declared = dict(_declared(piece))
    for mapping in tree.mappings(piece.reading.root):
        for entry in mapping.entries:
            color, shades = declared.get(id(entry), ("property", ()))
            yield _Found(entry.key.span, color, shades)


def _declared(piece: Piece) -> Iterator[tuple[int, tuple[Color, tuple[Shade, ...]]]]:
    """The entries whose keys give a name to an input, an output or a type."""
    chunk, root = piece.chunk, piece.reading.root
    style = _DECLARED.get(chunk.section)
    if style is None or not isinstance(root, tree.Mapping) or piece.kind != "vsp":
        return
    names = root
    if chunk.kind == "head" and chunk.inner:
        return
    if chunk.kind != "item":
        held = root.get(chunk.section)
        if not isinstance(held, tree.Mapping):
            return
        names = held
    for entry in names.entries:
        is_side = chunk.section == "outputs" and not chunk.inner and entry.key.text in _SIDES
        if is_side and isinstance(entry.value, tree.Mapping):
            for each in entry.value.entries:
                yield id(each), style
        elif not is_side:
            yield id(entry), style


def _value(slot: Slot, node: tree.Scalar, piece: Piece, *, is_worded: bool) -> Iterator[_Found]:
    match slot.shape:
        case Text("type"):
            yield from _type(node, piece)
        case fields.Choice() | Text("error-code"):
            yield _Found(node.span, "enumMember")
        case Text("capability"):
            yield _Found(node.span, "namespace")
        case Text("output-name" | "step-name"):
            yield _Found(node.span, "variable", ("declaration",))
        case Text("pattern"):
            yield _Found(node.span, "regexp")
        case Text() if slot.path[-1:] == ("operation",):
            known = node.text in operations()
            yield _Found(node.span, "function", ("defaultLibrary",) if known else ())
        case Text("expression" | "constraint") if is_worded:
            pass
        case Text("template" | "sql" | "value") | fields.Anything() if is_worded:
            yield from _around_expressions(node, piece)
        case _:
            yield from _literal(node)


def _literal(node: tree.Scalar) -> Iterator[_Found]:
    if node.style:
        yield _Found(node.span, "string")
    elif isinstance(node.value, bool):
        yield _Found(node.span, "keyword")
    elif not isinstance(node.value, str):
        yield _Found(node.span, "number")


def _around_expressions(node: tree.Scalar, piece: Piece) -> Iterator[_Found]:
    """What is only text in a quoted template."""
    if not node.style:
        return
    line, column = node.span[:2]
    for expression in piece.expressions:
        if expression.slot.node is node and expression.text:
            inside = expression.span(0, len(expression.text))
            yield _Found(Span(line, column, *inside[:2]), "string")
            line, column = inside[2:]
    yield _Found(Span(line, column, *node.span[2:]), "string")


def _type(node: tree.Scalar, piece: Piece) -> Iterator[_Found]:
    source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
    for word in _WORD.finditer(node.text):
        known = word[0] in types.PRIMITIVES or word[0] in types.CONTAINERS or word[0] == "enum"
        color: Color = "type" if known or word[0][:1].isupper() else "enumMember"
        shades: tuple[Shade, ...] = ("defaultLibrary",) if known else ()
        yield _Found(source.span(*word.span()), color, shades)


def _expressions(piece: Piece) -> Iterator[_Found]:
    for expression in piece.expressions:
        yield from _in_expression(expression)


def _in_expression(expression: Expression) -> Iterator[_Found]:
    for token in tokens(expression.text):
        color: Color
        shades: tuple[Shade, ...] = ()
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
                shades = ("defaultLibrary",) if called and token.text in FUNCTIONS else ()
            case _:
                continue
        if token.start + expression.shift >= 0:
            yield _Found(expression.span(token.start, token.end), color, shades)


def _comments(root: tree.Node | None, lines: list[str]) -> Iterator[_Found]:
    ends: dict[int, int] = {}
    for scalar in tree.scalars(root):
        line, _, end_line, end_column = scalar.span
        for number in range(line, end_line):
            ends[number] = len(lines[number]) if number < len(lines) else 0
        ends[end_line] = max(ends.get(end_line, 0), end_column)
    for number, text in enumerate(lines):
        found = _COMMENT.search(text, ends.get(number, 0)) if "#" in text else None
        if found is not None:
            yield _Found(Span(number, found.start(1), number, len(text.rstrip(" \t"))), "comment")
