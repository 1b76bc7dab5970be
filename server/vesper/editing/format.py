"""Documents as they should be written: the same text in, the same text out; what it means never changes.

Each chunk is laid out alone, so a part that cannot be read stays as it is and stops nothing else; of such
a part only the line ends are settled. The order of keys, quotes and comments are the writer's own.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from vesper.editing.layout import STEP, Laid, Row, laid_out
from vesper.lang import chunks, ops, reading, tree
from vesper.lang.chunks import Chunk
from vesper.lang.document import SECTIONS
from vesper.lang.piece import DocumentKind
from vesper.lang.source import Span, content, indentation, split_lines
from vesper.lang.tokens import tokens

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Style:
    """What is left open. An editor may ask that the ends of lines, or of the file, stay."""

    width: int = WIDTH
    """Flow collections that do not fit get a line for each item."""
    trims_lines: bool = True
    ends_last_line: bool = True
    trims_end: bool = True


class TextEdit(NamedTuple):
    """A new text for a span of the old one."""

    span: Span
    text: str


def format_text(text: str, kind: DocumentKind = "vsp", style: Style = Style()) -> str:
    """The text as it should be written."""
    lines = split_lines(text)
    return "".join(it for new in _Formatter(lines, kind, style).lines() for it in new)


def left_alone(text: str, kind: DocumentKind = "vsp") -> list[tuple[int, int]]:
    """The first and last lines of the parts that cannot be read and so stay as they are."""
    return _Formatter(split_lines(text), kind, Style()).left_alone()


def edits(
    lines: Sequence[str],
    kind: DocumentKind = "vsp",
    style: Style = Style(),
    within: tuple[int, int] | None = None,
    between: Callable[[], object] = lambda: None,
) -> list[TextEdit]:
    """What has to change, line by line. `within` names the first and last line to touch.

    `between` is called between one chunk and the next; what it raises ends the work.

    Where the lines named could not change alone without changing what the text means, the whole
    item or section that they belong to is formatted.
    """
    formatter = _Formatter(lines, kind, style, between)
    new = formatter.lines() if within is None else formatter.lines_within(*within)
    found: list[TextEdit] = []
    for number, (old, these) in enumerate(zip(lines, new, strict=True)):
        if [old] != these and (old or these):
            found.append(_edit(number, old, these, len(lines)))
    return found


def _edit(number: int, old: str, new: list[str], count: int) -> TextEdit:
    """One line changed, as few characters of it as can be."""
    if len(new) == 1 and old[len(content(old)) :] == new[0][len(content(new[0])) :]:
        before, after = content(old), content(new[0])
        start = 0
        while start < min(len(before), len(after)) and before[start] == after[start]:
            start += 1
        end = 0
        while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
            end += 1
        span = Span(number, start, number, len(before) - end)
        return TextEdit(span, after[start : len(after) - end])
    if number + 1 < count:
        return TextEdit(Span(number, 0, number + 1, 0), "".join(new))
    return TextEdit(Span(number, 0, number, len(content(old))), "".join(new))


class _Formatter:
    """Works out what becomes of each line of a text."""

    def __init__(
        self,
        lines: Sequence[str],
        kind: DocumentKind,
        style: Style,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        self._between = between
        ops.load()
        self._old = list(lines)
        self._known = SECTIONS if kind == "vsp" else frozenset[str]()
        self._style = style
        self._ending = _majority(self._old)
        bare = [*self._old]
        bare[0] = bare[0].removeprefix("\ufeff")
        self._texts = [content(it) for it in bare]
        self._sections = _sections(bare, self._known)
        self._laid: list[list[Laid | None]] = []
        for section in self._sections:
            self._laid.append([])
            for chunk in section.chunks:
                between()
                self._laid[-1].append(laid_out(chunk, kind, style.width))
        for section, laid in zip(self._sections, self._laid, strict=True):
            if None in laid and not section.is_in_place:
                laid[:] = [None] * len(laid)

    def lines(self) -> list[list[str]]:
        """What each line becomes: nothing, itself, or several."""
        new = self._lines()
        changed = self._changed_meaning(new)
        if changed is None:
            return [[it] for it in self._old]
        if changed:
            for index in changed:
                self._laid[index] = [None] * len(self._laid[index])
            new = self._lines()
            if self._changed_meaning(new) != []:
                return [[it] for it in self._old]
        return new

    def lines_within(self, first: int, last: int) -> list[list[str]]:
        """The same, touching only these lines, or what they are part of."""
        whole = self.lines()
        found = [[it] for it in self._old]
        for begin, end in (
            (first, last),
            self._chunks_around(first, last),
            self._around(first, last),
        ):
            found = [
                new if begin <= number <= end else [old]
                for number, (old, new) in enumerate(zip(self._old, whole, strict=True))
            ]
            if self._changed_meaning(found) == []:
                return found
        return found

    def left_alone(self) -> list[tuple[int, int]]:
        """The first and last lines of what is not laid out."""
        found: list[tuple[int, int]] = []
        number = 0
        for section, laid in zip(self._sections, self._laid, strict=True):
            for chunk, it in zip(section.chunks, laid, strict=True):
                last = number + len(chunk.text.rstrip().splitlines()) - 1
                if it is None and found and found[-1][1] >= number - 2:
                    found[-1] = (found[-1][0], max(last, number))
                elif it is None:
                    found.append((number, max(last, number)))
                number += chunk.lines
        return found

    def _chunks_around(self, first: int, last: int) -> tuple[int, int]:
        sizes = [it.lines for section in self._sections for it in section.chunks]
        return _widened(first, last, sizes)

    def _around(self, first: int, last: int) -> tuple[int, int]:
        sizes = [sum(it.lines for it in section.chunks) for section in self._sections]
        return _widened(first, last, sizes)

    def _lines(self) -> list[list[str]]:
        rows = list(self._rows())
        _settle_comments(rows)
        _align_comments(rows)
        shown = _without_spare_blanks(rows, trims_end=self._style.trims_end)
        new: list[list[str]] = []
        for number, row in enumerate(rows):
            old = self._old[number]
            if number == len(rows) - 1 and not old:
                new.append([""])
            elif isinstance(row, str):
                new.append([self._ended(row, old)])
            elif not shown[number]:
                new.append([])
            else:
                texts = [_written(row), *row.more]
                if not self._style.trims_lines and not row.more:
                    texts[0] += _trailing(self._texts[number])
                new.append([self._ended(it, old) for it in texts])
        self._settle_end(new, rows)
        return new

    def _ended(self, text: str, old: str) -> str:
        return text + self._ending if old[-1:] in ("\r", "\n") else text

    def _settle_end(self, new: list[list[str]], rows: list[Row | str]) -> None:
        """One line end at the end of the text."""
        last = next((it for it in reversed(range(len(new))) if new[it] not in ([], [""])), None)
        if last is None or not self._style.ends_last_line:
            return
        row = rows[last]
        if isinstance(row, str) or row.kind == "block":
            return  # The line end would belong to the text.
        new[last] = [it if it[-1:] in ("\r", "\n") else it + self._ending for it in new[last]]

    def _rows(self) -> Iterator[Row | str]:
        """A row for each line; the text itself where it has to stay."""
        number = 0
        for section, laid in zip(self._sections, self._laid, strict=True):
            for chunk, it in zip(section.chunks, laid, strict=True):
                if it is None:
                    yield from self._texts[number : number + chunk.lines]
                else:
                    yield from (_copy(row) for row in it.rows)
                number += chunk.lines

    def _changed_meaning(self, new: list[list[str]]) -> list[int] | None:
        """The sections that would say something else; None when there would be other sections."""
        lines = [it for these in new for it in these]
        if not lines or lines[-1][-1:] in ("\r", "\n"):
            lines.append("")
        if lines == self._old:
            return []
        indices = [index for index, it in enumerate(self._sections) if not it.is_empty]
        after = [it for it in _sections(lines, self._known) if not it.is_empty]
        if len(indices) != len(after):
            return None
        changed: list[int] = []
        for index, now in zip(indices, after, strict=True):
            self._between()
            section = self._sections[index]
            if section.chunks != now.chunks and not _same(
                _said(section.chunks, self._laid[index]), _said(now.chunks, [])
            ):
                changed.append(index)
        return changed


class _Section(NamedTuple):
    """The chunks from one key in column 0 to the next."""

    chunks: list[Chunk]
    is_in_place: bool
    """Whether its items stand where they are put: those that can be read need not move away."""

    @property
    def is_empty(self) -> bool:
        """Whether it holds comments and blank lines alone."""
        if self.chunks[0].kind != "loose":
            return False
        lines = re.split(r"[\r\n]", self.chunks[0].text)
        return all(not (it := line.strip(" \t\ufeff")) or it[0] == "#" for line in lines)


def _sections(lines: Sequence[str], known: frozenset[str]) -> list[_Section]:
    found: list[_Section] = []
    for block in chunks.cut(lines, known):
        begins = " " * STEP * (2 if block.outer else 1)
        in_place = block.shape in ("", begins, f"{begins}-")
        if block.outer:
            before = found[-1]
            together = before.is_in_place and in_place and block.outer == " " * STEP
            found[-1] = _Section([*before.chunks, *block.chunks], together)
        else:
            found.append(_Section(block.chunks, in_place))
    return found


class _Said(NamedTuple):
    """What one section says, however it is cut."""

    kind: str
    roots: list[tree.Node | None]
    """The tree of its head, or of all of it."""
    held: list[tree.Node | tree.Entry]
    """What the key of the section holds, where that can stand in chunks of its own."""


def _said(cut: list[Chunk], laid: list[Laid | None]) -> _Said:
    roots: list[tree.Node | None] = []
    held: list[tree.Node | tree.Entry] = []
    for chunk, it in zip_longest(cut, laid):
        root = it.root if it is not None else reading.read(chunk.text, chunk.repair).root
        if chunk.inner and chunk.kind == "item":
            _add_inside(held[-1:], root)
        elif chunk.inner or chunk.kind == "item":
            held += _inside(root)
        elif isinstance(root, tree.Mapping) and len(root.entries) == 1:
            key, value = root.entries[0].key, root.entries[0].value
            inside = _inside(value) if not value.anchor else []
            held += inside
            roots += [key, None if inside or len(cut) > 1 else value]
        else:
            roots.append(root)
    kind = cut[0].kind
    return _Said("section" if kind == "head" else kind, roots, held)


def _add_inside(held: list[tree.Node | tree.Entry], root: tree.Node | None) -> None:
    """Add what an item says to the key above it, as if they were one chunk."""
    if not held or not isinstance(held[0], tree.Entry):
        return
    entry = held[0]
    match root:
        case tree.Mapping():
            before = entry.value.entries if isinstance(entry.value, tree.Mapping) else []
            entry.value = tree.Mapping(root.span, [*before, *root.entries])
        case tree.Sequence():
            items = entry.value.items if isinstance(entry.value, tree.Sequence) else []
            entry.value = tree.Sequence(root.span, [*items, *root.items])
        case _:
            pass


def _inside(node: tree.Node | None) -> list[tree.Node | tree.Entry]:
    match node:
        case tree.Mapping():
            # Copies: what stands in chunks of its own is put into them.
            return [tree.Entry(it.key, it.value) for it in node.entries]
        case tree.Sequence():
            return [*node.items]
        case _:
            return []


def _same(before: _Said, after: _Said) -> bool:
    if before.kind != after.kind or len(before.roots) != len(after.roots):
        return False
    for one, other in zip(before.roots, after.roots, strict=True):
        if (one is None) is not (other is None):
            return False
        if one is not None and other is not None and not tree.same(one, other, _alike):
            return False
    return tree.same_items(before.held, after.held, _alike)


def _alike(one: tree.Scalar, other: tree.Scalar) -> bool:
    """Whether two texts differ in the white space and the case of an expression's words only."""
    if one.text == other.text:
        return True
    if one.style in ("|", ">") and len(one.text) != len(other.text):
        return False
    words = [[(it.kind, it.text) for it in tokens(text)] for text in (one.text, other.text)]
    return words[0] == words[1]


def _majority(lines: Sequence[str]) -> str:
    endings = Counter(it[len(content(it)) :] for it in lines)
    del endings[""]
    return endings.most_common(1)[0][0] if endings else "\n"


def _widened(first: int, last: int, sizes: list[int]) -> tuple[int, int]:
    begin, start, end = first, 0, last
    for size in sizes:
        if start <= first < start + size:
            begin = start
        if start <= last < start + size:
            end = start + size - 1
        start += size
    return begin, end


def _copy(row: Row) -> Row:
    """Layouts are shared between calls, so what is settled here is settled on a copy."""
    if row.kind == "comment" or row.comment:
        return Row(
            row.kind, row.columns, row.code, row.gap, row.comment, row.comment_column, row.more
        )
    return row


def _written(row: Row) -> str:
    if row.kind == "comment":
        return " " * row.columns[0][1] + row.code
    return f"{row.code}{' ' * row.gap}{row.comment}" if row.comment else row.code


def _trailing(text: str) -> str:
    return text[len(text.rstrip(" \t")) :]


def _settle_comments(rows: list[Row | str]) -> None:
    """A comment goes where the line goes that it stands beside: the next, or one it is below."""
    below: list[tuple[int, int] | None] = [None] * len(rows)
    following: tuple[int, int] | None = None
    for number in reversed(range(len(rows))):
        below[number] = following
        following = next(iter(_columns(rows[number])), following)
    stack: list[tuple[int, int]] = []
    for row, next_code in zip(rows, below, strict=True):
        for old, new in _columns(row):
            # A list may begin where its key does, and not end up there.
            while stack and (stack[-1][0] > old or (stack[-1][0] == old and stack[-1][1] >= new)):
                stack.pop()
            stack.append((old, new))
        if isinstance(row, Row) and row.kind == "comment":
            column = row.columns[0][0]
            row.columns = ((column, _comment_column(column, next_code, stack)),)


def _columns(row: Row | str) -> tuple[tuple[int, int], ...]:
    if isinstance(row, Row):
        return row.columns if row.kind == "code" else ()
    column = indentation(row)
    bare = row[column:]
    return ((column, column),) if bare and bare[0] != "#" else ()


def _comment_column(
    column: int, following: tuple[int, int] | None, stack: list[tuple[int, int]]
) -> int:
    """The new column of what it matches, or else of what it stands the least right of."""
    near = [*stack, following] if following is not None else stack
    left = [it for it in near if it[0] <= column]
    if left:
        return max(left, key=lambda it: (it[0], -it[1]))[1]
    return following[1] if following is not None else 0


def _align_comments(rows: list[Row | str]) -> None:
    """Comments behind code that stood below each other still do."""
    group: list[Row] = []
    for row in [*rows, ""]:
        behind = row if isinstance(row, Row) and row.kind == "code" and row.comment else None
        if group and (behind is None or behind.comment_column != group[0].comment_column):
            if len(group) > 1:
                column = max(len(it.code) for it in group) + min(it.gap for it in group)
                for it in group:
                    it.gap = column - len(it.code)
            group = []
        if behind is not None:
            group.append(behind)


def _without_spare_blanks(rows: list[Row | str], *, trims_end: bool) -> list[bool]:
    """Which rows are shown: of several blank lines one, and none at either end."""
    shown = [True] * len(rows)
    was_blank = True
    for number, row in enumerate(rows):
        is_blank = row.kind == "blank" if isinstance(row, Row) else not row.strip(" \t")
        if is_blank and was_blank and isinstance(row, Row):
            shown[number] = False
        was_blank = is_blank
    number = len(rows) - 1
    while trims_end and number >= 0:
        row = rows[number]
        if isinstance(row, Row) and row.kind == "blank":
            shown[number] = False
        elif row != "" or number < len(rows) - 1:
            break
        number -= 1
    return shown
