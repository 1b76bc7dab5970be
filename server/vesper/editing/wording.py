"""The expressions of one chunk as they should be written, each in its place in the text."""

from collections.abc import Iterator, Sequence

from vesper.editing.spacing import raised_words, spaced
from vesper.lang import fields, tree
from vesper.lang.chunks import Chunk
from vesper.lang.piece import (
    DocumentKind,
    compares,
    is_worded,
    template_parts,
    walk_chunk,
)
from vesper.lang.source import RelativeSource

Edit = tuple[int, int, str]
"""Two columns of a line, and what stands between them instead."""


class Written:
    """What changes in the scalars of a chunk, by line and by scalar."""

    def __init__(self) -> None:
        self._lines: dict[int, list[Edit]] = {}
        self._whole: dict[int, str] = {}

    def on(self, line: int) -> list[Edit]:
        """The edits of one line."""
        return self._lines.get(line, [])

    def whole(self, node: tree.Node) -> str:
        """How a scalar on one line is written anew; empty where it stays as it is."""
        return self._whole.get(id(node), "")

    def add(self, line: int, edit: Edit) -> None:
        """Take on an edit."""
        self._lines.setdefault(line, []).append(edit)

    def replace(self, node: tree.Scalar, raw: str) -> None:
        """Take on a scalar of one line that is written anew."""
        self._whole[id(node)] = raw
        self.add(node.span.line, (node.span.column, node.span.end_column, raw))


def reworded(
    chunk: Chunk, kind: DocumentKind, root: tree.Node | None, lines: Sequence[str]
) -> Written:
    """How the expressions of a chunk should be written."""
    written = Written()
    for slot in walk_chunk(chunk, kind, root).slots:
        if isinstance(slot.node, tree.Scalar) and not slot.node.is_null:
            parts = list(_parts(slot.shape, slot.node.text))
            if parts:
                _rewrite(slot.node, parts, lines, written)
    return written


Part = tuple[int, str, str]
"""Where an expression begins in a scalar's text, the expression, and what a reader puts before."""


def _parts(shape: fields.Shape, text: str) -> Iterator[Part]:
    match shape:
        case fields.Text("expression"):
            if text.startswith("{") and text.endswith("}") and ":" not in text:
                yield 1, text[1:-1], ""
            else:
                yield 0, text, ""
        case fields.Text("constraint"):
            if not is_worded(text):
                yield 0, text, "value " if compares(text) else ""
        case fields.Text("template" | "sql" | "value", scope) | fields.Anything(scope):
            if scope != "none" and "{" in text:
                for start, part, is_closed in template_parts(text):
                    if is_closed:
                        yield start, part, ""
        case _:
            pass


def _rewrite(node: tree.Scalar, parts: list[Part], lines: Sequence[str], written: Written) -> None:
    raw = _exact(node, lines)
    if raw is None:
        _raise_words(node, parts, lines, written)
        return
    text = node.text
    for start, part, before in reversed(parts):
        text = text[:start] + spaced(part, before) + text[start + len(part) :]
    if text == node.text:
        return
    if node.style == "'":
        written.replace(node, "'" + text.replace("'", "''") + "'")
    elif node.style:
        written.replace(node, f'"{text}"')
    elif text[:1] == node.text[:1] and ": " not in text and " #" not in text:
        written.replace(node, text)


def _exact(node: tree.Scalar, lines: Sequence[str]) -> str | None:
    """The written form of a scalar on one line that nothing but its quotes was added to."""
    line, start, end_line, end = node.span
    if line != end_line or node.style in ("|", ">") or node.anchor:
        return None
    raw = lines[line][start:end]
    match node.style:
        case "'":
            says = raw[1:-1].replace("''", "'")
        case '"':
            says = raw[1:-1]
        case _:
            says = raw
    return raw if says == node.text and "\n" not in says else None


def _raise_words(
    node: tree.Scalar, parts: list[Part], lines: Sequence[str], written: Written
) -> None:
    """Where the text takes several lines or has escapes, words change in place, spaces do not."""
    source = RelativeSource(lines, node.span, node.style, node.text)
    for start, part, before in parts:
        for offset, word in raised_words(before + part):
            begin = start + offset - len(before)
            span = source.span(begin, begin + len(word))
            here = lines[span.line][span.column : span.end_column]
            if begin >= start and span.line == span.end_line and here.upper() == word.upper():
                written.add(span.line, (span.column, span.end_column, word))
