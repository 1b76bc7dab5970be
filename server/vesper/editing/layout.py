"""One chunk laid out: which column each of its lines begins at, and what stands on it.

Lines are moved and the white space between their parts is settled; scalars stay as they are written,
but for the expressions in them. A chunk that cannot be read for certain is not laid out at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from vesper.editing.flows import Flows, begin
from vesper.editing.wording import Written, reworded
from vesper.lang import reading, tree
from vesper.lang.chunks import Chunk
from vesper.lang.piece import DocumentKind
from vesper.lang.source import content, indentation, split_lines

STEP = 2
"""Columns from a key to what it holds, and from a dash to its item."""

RowKind = Literal["code", "text", "block", "comment", "blank"]

_HARMLESS = frozenset({"character", "byte-order-mark", "tag", "alias", "alias-cycle"})
_DASHES = re.compile(r" *(?:-[ \t]+)*\Z")
_LONE_DASH = re.compile(r"[ ]*(?:-[ \t]+)*-(?=[ \t]*(?:#.*)?$)")
_COLON = re.compile(r"[ \t]*:")
_HEADER = re.compile(r"(?:[&!]\S*[ \t]+)*[|>][-+0-9]*")
_PROPERTIES = re.compile(r"[&!]\S*(?:[ \t]+[&!]\S*)*")
_COMMENT = re.compile(r"[ \t]+#")
_INDENTING_TAB = re.compile(r" *\t[ \t]*[^ \t\r\n]")
_TABS = (2, 4, 8)


@dataclass(slots=True)
class Row:
    """What one line of the old text becomes.

    `columns` are the columns at which its parts begin, old and new: its first word, and what stands
    behind a dash. A `text` goes on a scalar or flow collection, a `block` is a line of a block scalar;
    both are `code` to the last character.
    """

    kind: RowKind
    columns: tuple[tuple[int, int], ...] = ()
    code: str = ""
    gap: int = 0
    """Spaces before a comment behind the code."""
    comment: str = ""
    comment_column: int = -1
    more: tuple[str, ...] = ()
    """Lines that follow, where a flow collection is too wide for one."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A chunk laid out, and the tree that it was laid out from."""

    rows: tuple[Row, ...]
    root: tree.Node | None


class Unsure(Exception):
    """The lines are written in a way that is not known here; the chunk stays as it is."""


@lru_cache(maxsize=20_000)
def laid_out(chunk: Chunk, kind: DocumentKind, width: int) -> Laid | None:
    """The layout of a chunk; None where it has to stay as it is."""
    lines = split_lines(chunk.text)[: chunk.lines]
    read = reading.read(chunk.text, chunk.repair)
    problems = {it.kind for it in read.problems} - _HARMLESS
    if problems and any(_INDENTING_TAB.match(it) for it in lines):
        read = _without_tabs(lines, read)
        if read is None:
            return None
        lines = read.lines[: chunk.lines]
        problems.clear()
    root = read.root
    if isinstance(root, tree.Scalar) and root.is_null:
        root = None
    if problems or chunk.repair or (root is None and not _holds_nothing(lines, chunk)):
        return None
    if chunk.kind == "marker" and root is not None:
        return None
    try:
        written = reworded(chunk, kind, root, lines)
        return Laid(tuple(_Layout(lines, written, width).rows(chunk, root)), read.root)
    except Unsure:
        return None


def _holds_nothing(lines: Sequence[str], chunk: Chunk) -> bool:
    marker = chunk.kind == "marker"
    return all(
        not (text := content(it).strip(" \t")) or text[0] == "#" or (marker and number == 0)
        for number, it in enumerate(lines)
    )


def _without_tabs(lines: Sequence[str], read: reading.Reading) -> reading.Reading | None:
    """The chunk with spaces for the tabs that indent it, if that makes it readable.

    What the reader made of it counts most, then the width at which the lines fit each other.
    """
    candidates = [[_untabbed(it, width) for it in lines] for width in _TABS]
    candidates.append([_as_above(lines, number) for number in range(len(lines))])
    sound: list[reading.Reading] = []
    for it in candidates:
        if any(_begins_at_left(new, old) for new, old in zip(it, lines, strict=True)):
            continue
        again = reading.read("".join(it))
        if not {problem.kind for problem in again.problems} - _HARMLESS:
            sound.append(again)
    for it in sound:
        if read.root is not None and it.root is not None and tree.same(read.root, it.root, _equal):
            return it
    return sound[0] if sound else None


def _begins_at_left(line: str, tabbed: str) -> bool:
    return "\t" in tabbed[: len(tabbed) - len(tabbed.lstrip(" \t"))] and line[:1] not in " \r\n"


def _equal(one: tree.Scalar, other: tree.Scalar) -> bool:
    return one.text == other.text


def _untabbed(line: str, width: int) -> str:
    rest = line.lstrip(" \t")
    return line[: len(line) - len(rest)].expandtabs(width) + rest


def _as_above(lines: Sequence[str], number: int) -> str:
    line = lines[number]
    rest = line.lstrip(" \t")
    if "\t" not in line[: len(line) - len(rest)] or number == 0:
        return line
    above = lines[number - 1]
    return " " * (indentation(above) + STEP * above.lstrip(" ").startswith("- ")) + rest


@dataclass(slots=True)
class _Line:
    """What has been found out about one line."""

    column: int = -1
    """The new column of its first word; -1 while none is known to begin here."""
    end: int = 0
    """Where its last word ends; a comment can only stand behind."""
    edits: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    inner: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    flow: tuple[tree.Node, int] | None = None
    """A flow collection that may be written out below, and the column it would get."""
    text: str | None = None
    """The whole new line, where it goes on a scalar or a flow collection."""
    is_block: bool = False


class _Layout:
    """Walks the tree of one chunk and settles its lines."""

    def __init__(self, lines: Sequence[str], written: Written, width: int) -> None:
        self._texts = [content(it) for it in lines]
        self._lines = [_Line() for _ in lines]
        self._written = written
        self._flows = Flows(self._texts, written)
        self._width = width

    def rows(self, chunk: Chunk, root: tree.Node | None) -> Iterator[Row]:
        """The rows of the chunk's lines. Raises Unsure."""
        if root is not None:
            column = STEP * ((chunk.kind == "item") + bool(chunk.inner))
            if isinstance(root, tree.Mapping) and not root.flow:
                self._mapping(root, column)
            elif isinstance(root, tree.Sequence) and not root.flow and chunk.kind == "item":
                self._sequence(root, column)
            else:
                raise Unsure
        for number, text in enumerate(self._texts):
            yield self._row(number, text, is_marker=chunk.kind == "marker" and number == 0)

    def _row(self, number: int, text: str, *, is_marker: bool) -> Row:
        line = self._lines[number]
        if line.text is not None:
            return Row("block" if line.is_block else "text", code=line.text)
        bare = text.strip(" \t")
        if is_marker:
            return Row("code", ((0, 0),), bare)
        if line.column < 0:
            if not bare:
                return Row("blank")
            if bare[0] == "#":
                column = len(text.expandtabs(STEP)) - len(text.expandtabs(STEP).lstrip(" "))
                return Row("comment", ((column, column),), bare)
            raise Unsure
        return self._code(line, text)

    def _code(self, line: _Line, text: str) -> Row:
        start = indentation(text)
        found = _COMMENT.search(text, max(line.end, start))
        end = found.start() if found else len(text)
        if text[line.end : end].strip(" \t"):
            raise Unsure
        code = " " * line.column + _edited(text[: line.end], start, line.edits)
        row = Row("code", ((start, line.column), *line.inner), code)
        if found:
            row.comment_column = found.end() - 1
            row.comment = text[row.comment_column :].rstrip(" \t")
            row.gap = row.comment_column - line.end
        if line.flow is not None and len(code) > self._width:
            self._write_out(row, *line.flow)
        return row

    def _write_out(self, row: Row, node: tree.Node, column: int) -> None:
        whole = self._flows.rendered(node)
        if not row.code.endswith(whole):
            return
        head = row.code.removesuffix(whole).rstrip(" ")
        below = self._flows.blocks(node, column, self._width)
        if not head or head.endswith("-"):
            first, *rest = below
            row.code, row.more = (
                (f"{head} " if head else " " * column) + first.lstrip(" "),
                (*rest,),
            )
        else:
            row.code, row.more = head, tuple(below)

    def _mapping(self, node: tree.Mapping, column: int) -> None:
        for entry in node.entries:
            span = entry.key.span
            if span.line != span.end_line:
                raise Unsure
            self._place(span.line, span.column, column)
            line = self._lines[span.line]
            text = self._texts[span.line]
            colon = _COLON.match(text, span.end_column)
            if colon is None:
                raise Unsure
            line.edits.append((span.end_column, colon.end(), ":"))
            line.end = colon.end()
            self._value(entry.value, (span.line, colon.end()), column)

    def _sequence(self, node: tree.Sequence, column: int) -> None:
        for item in node.items:
            number, dash = self._dash(item)
            self._place(number, dash, column)
            line = self._lines[number]
            line.end = max(line.end, dash + 1)
            if item.span.line == number and item.span[:2] != item.span[2:]:
                line.inner.append((item.span.column, column + STEP))
            self._value(item, (number, dash + 1), column)

    def _dash(self, item: tree.Node) -> tuple[int, int]:
        """Where the dash of an item stands: before it, or on a line above."""
        number = item.span.line
        text = self._texts[number]
        before = text[: begin(text, item.span.column)].rstrip(" \t")
        while not before and number > 0:
            number -= 1
            text = self._texts[number]
            if not text.strip(" \t") or text.lstrip(" \t")[0] == "#":
                continue
            found = _LONE_DASH.match(text)
            if found is None:
                raise Unsure
            return number, found.end() - 1
        if not before.endswith("-"):
            raise Unsure
        return number, len(before) - 1

    def _place(self, number: int, old: int, new: int) -> None:
        """Say where the word at a place goes, if it is the first on its line."""
        before = self._texts[number]
        before = before[: begin(before, old)]
        if not before.strip(" "):
            if self._lines[number].column not in (-1, new):
                raise Unsure
            self._lines[number].column = new
        elif _DASHES.match(before) is None:
            raise Unsure

    def _value(self, node: tree.Node, behind: tuple[int, int], column: int) -> None:
        """Settle what stands behind a colon or dash; `column` is that of its key or dash."""
        if self._begin_value(node, behind, column + STEP):
            return
        match node:
            case tree.Scalar(style="|" | ">"):
                self._block_scalar(node, column + STEP)
            case tree.Scalar() | tree.Alias():
                self._scalar(node, column)
            case tree.Mapping(flow=True) | tree.Sequence(flow=True):
                self._flow(node, column)
            case tree.Mapping():
                self._property(node)
                self._mapping(node, column + STEP)
            case tree.Sequence():
                self._property(node)
                self._sequence(node, column + STEP)

    def _begin_value(self, node: tree.Node, behind: tuple[int, int], column: int) -> bool:
        """Settle where a value begins; whether that is all, since nothing is written there."""
        span = node.span
        number, end = behind
        line = self._lines[number]
        text = self._texts[number]
        start = begin(text, span.column) if span.line == number else _without_gap(text, end)
        if start > end and text[start : start + 1] not in ("", "#"):
            # A value, or the anchor and tag of one, stands behind it.
            if text[end:start].strip(" \t"):
                raise Unsure
            line.edits.append((end, start, " "))
        if span.line != number:
            found = _PROPERTIES.match(text, start)
            line.end = max(line.end, found.end() if found else end)
            self._place(span.line, span.column, column)
        elif span[:2] == span[2:]:
            line.end = max(line.end, span.column)
        elif start == end:
            raise Unsure
        return span[:2] == span[2:]

    def _property(self, node: tree.Mapping | tree.Sequence) -> None:
        """Step over an anchor or a tag: a block collection begins on a line below it."""
        line = self._lines[node.span.line]
        rest = self._texts[node.span.line][node.span.column :]
        if rest[:1] in ("&", "!"):
            first = node.items[0] if isinstance(node, tree.Sequence) and node.items else None
            key = node.entries[0].key if isinstance(node, tree.Mapping) and node.entries else None
            inside = first or key
            if inside is None:
                raise Unsure
            if inside.span[:2] != node.span[:2]:
                if inside.span.line == node.span.line:
                    raise Unsure
                words = _PROPERTIES.match(rest)
                line.end = node.span.column + (words.end() if words else 0)

    def _scalar(self, node: tree.Scalar | tree.Alias, column: int) -> None:
        first, last = node.span.line, node.span.end_line
        self._lines[first].end = len(self._texts[first]) if first != last else node.span.end_column
        self._reword(first)
        if first == last:
            return
        self._lines[first].end = len(self._texts[first].rstrip(" \t"))
        moved = self._moved(first)
        for number in range(first + 1, last + 1):
            old = self._texts[number]
            bare = old.lstrip(" \t")
            kept = max(len(old) - len(bare) + moved, column + STEP)
            text = self._settled(number, old, len(old) - len(bare))
            self._lines[number].text = " " * kept + text if bare else ""

    def _settled(self, number: int, old: str, start: int) -> str:
        """A line inside a scalar or flow collection from its first word on."""
        text = _edited(old, start, self._written.on(number))
        short = text.rstrip(" \t")
        # A space that is escaped belongs to the text.
        escapes = len(short) - len(short.rstrip("\\"))
        return text if escapes % 2 else short

    def _reword(self, number: int) -> None:
        line = self._lines[number]
        line.edits += [it for it in self._written.on(number) if it not in line.edits]

    def _moved(self, number: int) -> int:
        """How far the line that begins a value moves."""
        return max(self._lines[number].column, 0) - indentation(self._texts[number])

    def _block_scalar(self, node: tree.Scalar, column: int) -> None:
        number, start = node.span.line, node.span.column
        header = _HEADER.match(self._texts[number], start)
        if header is None:
            raise Unsure
        self._lines[number].end = header.end()
        body = range(
            number + 1, min(node.span.end_line + bool(node.span.end_column), len(self._texts))
        )
        filled = [it for it in body if self._texts[it].strip(" ")]
        if "+" not in header[0]:
            # Blank lines behind the text belong to nobody.
            body = range(number + 1, filled[-1] + 1 if filled else number + 1)
        for it in body:
            self._lines[it].is_block = True
            self._lines[it].text = self._texts[it]
        if not filled:
            return
        margin = indentation(self._texts[filled[0]])
        moved = column - margin
        if any(it.isdigit() for it in header[0][-2:]):
            moved = self._moved(number)
        for it in body:
            self._lines[it].text = self._moved_text(it, margin, moved)

    def _moved_text(self, number: int, margin: int, moved: int) -> str:
        text = self._texts[number]
        if not text.strip(" ") and len(text) <= margin:
            return ""
        text = _edited(text, 0, self._written.on(number))
        if moved >= 0:
            return " " * moved + text
        if text[:-moved].strip(" "):
            raise Unsure
        return text[-moved:]

    def _flow(self, node: tree.Mapping | tree.Sequence, column: int) -> None:
        span = node.span
        line = self._lines[span.line]
        if span.line == span.end_line:
            line.end = span.end_column
            rendered = self._flows.rendered(node)
            line.edits.append((span.column, span.end_column, rendered))
            if self._flows.can_be_blocks(node):
                line.flow = (node, column + STEP)
            return
        self._reword(span.line)
        first = self._texts[span.line]
        line.end = self._flows.end_of_first_line(node)
        if first[line.end :].strip(" \t")[:1] not in ("", "#"):
            raise Unsure
        moved = self._moved(span.line)
        for number in range(span.line + 1, span.end_line + 1):
            old = self._texts[number]
            bare = old.lstrip(" \t")
            if bare:
                least = column if bare[0] in "]}" else column + STEP
                kept = max(len(old) - len(bare) + moved, least)
                text = self._settled(number, old, len(old) - len(bare))
                self._lines[number].text = " " * kept + text
            elif self._flows.is_inside_scalar(node, number):
                self._lines[number].text = ""


def _without_gap(text: str, start: int) -> int:
    return len(text) - len(text[start:].lstrip(" \t"))


def _edited(text: str, start: int, edits: list[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    at = start
    for first, last, new in sorted(edits):
        if first < at:
            raise Unsure
        parts += (text[at:first], new)
        at = last
    parts.append(text[at:])
    return "".join(parts)
