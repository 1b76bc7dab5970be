"""Where a cursor stands: the keys that lead to it and what may be written there.

The path comes from indentation and brackets alone, so it is right in text that no parser could read,
and only the piece of text around the cursor is looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from vesper.editing.fragment import Fragment, fragment
from vesper.editing.nesting import (
    Level,
    Region,
    climb,
    is_block_head,
    line_parts,
    value_text,
    values_around,
)
from vesper.lang.check import Analysis
from vesper.lang.document import NODE
from vesper.lang.fields import Anything, Either, Later, ListOf, MapOf, Record, Shape, Variant
from vesper.lang.roles import ROLES
from vesper.lang.source import content, is_blank

Step = str | int
Place = Literal["key", "item", "value"]
"""A key is typed, or an item that may begin with one, or a value."""
Inside = Literal["lines", "brackets", "block", "comment", "closed"]
Passed = tuple[Step | None, Mapping[str, str]]
_OPENING = ("[", "{", '"', "'")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a document.

    `path` leads to the mapping or list around it; 0 stands for any item of a list. `key` is the key
    whose value the cursor is in, empty where a key itself, or an item, would be typed.
    """

    line: int
    column: int
    path: tuple[Step, ...]
    key: str
    place: Place
    word: str
    """What stands between the start of the key or value and the cursor, an open quote left out."""
    start: int
    """The column where the key or value begins."""
    behind: str
    """The rest of the line."""
    shapes: tuple[Shape, ...]
    """What may stand here: for a key, the shapes of its mapping; for a value, its own."""
    indent: int
    """The column at which a key of this mapping begins."""
    inside: Inside = "lines"
    quote: str = ""
    """The quote that is open here."""
    siblings: Mapping[str, str] = field(default_factory=dict[str, str])
    """The other keys of the same mapping, with what is written behind them."""
    steps: tuple[Passed, ...] = ()
    """The flow steps around the cursor, innermost first: the key entered, and the step's keys."""

    @property
    def step(self) -> Mapping[str, str]:
        """The keys of the innermost step, with what is written behind them."""
        return self.steps[0][1] if self.steps else {}

    @property
    def route(self) -> tuple[Step, ...]:
        """The path, and the key whose value the cursor is in."""
        return (*self.path, self.key) if self.key else self.path


def locate(analysis: Analysis, line: int, column: int) -> Cursor:
    """What a cursor at this place is in."""
    return _Locator(analysis, line, column).cursor()


class _Locator:
    def __init__(self, analysis: Analysis, line: int, column: int) -> None:
        held, facts = analysis.held_at(line)
        chunk = held.piece.chunk
        self._chunk, self._facts, self._order = chunk, facts, held.order
        end = held.line + chunk.lines
        self._region = Region(analysis.text.lines, held.line, end, self._outer())
        self._root = NODE if analysis.kind == "vsp" else ROLES
        self._line = line
        self._text, self._shift = self._without_tabs(content(analysis.text.lines[line]))
        self._column = max(min(column + self._shift, len(self._text)), 0)
        self._before = self._text[: self._column]

    def _outer(self) -> tuple[tuple[str, int], ...]:
        """The keys that hold the piece, if it is not a whole section."""
        chunk = self._chunk
        if not chunk.inner:
            return ((chunk.section, 0),) if chunk.kind == "item" else ()
        if chunk.kind != "item":
            return ((chunk.section, 0),)
        at = self._order
        while at > 0 and self._facts.held[at].piece.chunk.kind == "item":
            at -= 1
        column = line_parts(content(self._facts.held[at].piece.reading.lines[0])).column
        return ((chunk.section, 0), (chunk.inner, column))

    def cursor(self) -> Cursor:
        found = self._found()
        if not self._shift:
            return found
        shift = self._shift
        return replace(found, start=max(found.start - shift, 0), column=found.column - shift)

    def _without_tabs(self, text: str) -> tuple[str, int]:
        """The line with its indentation as the line above has it, where it is indented by tabs."""
        rest = text.lstrip()
        lead = text[: len(text) - len(rest)]
        if "\t" not in lead:
            return text, 0
        rows = range(self._line - 1, self._region.start - 1, -1)
        above = next((it for it in rows if not is_blank(self._region.lines[it])), None)
        parts = line_parts(content(self._region.lines[above])) if above is not None else None
        column = parts.column if parts is not None else 0
        return " " * column + rest, column - len(lead)

    def _found(self) -> Cursor:
        parts = line_parts(self._before)
        column = parts.column if self._text.strip() else self._column
        dash = parts.lead if parts.column > parts.lead else None
        levels = climb(self._region, self._line, column, dash)
        around = self._in_open_value(levels)
        if around is not None:
            return around
        if parts.key is not None:
            levels.append(Level(parts.key, column, self._line, parts.value))
            return self._in_value(levels, parts.value, "value")
        if dash is None:
            return self._in_value(levels, column, "key")
        shapes, _ = self._shapes(levels, {})
        takes_keys = any(isinstance(it, Record | MapOf) for it in shapes)
        return self._in_value(levels, column, "item" if takes_keys else "value")

    def _in_open_value(self, levels: list[Level]) -> Cursor | None:
        """The cursor inside a value that began further up and goes on over several lines."""
        for depth, level in enumerate(levels):
            if not 0 <= level.line < self._line:
                continue
            raw = content(self._region.lines[level.line])[level.value :]
            indent = len(self._text) - len(self._text.lstrip())
            start = min(indent, self._column)
            if is_block_head(raw):
                found = Fragment(self._before[start:])
                cursor = self._made(levels[: depth + 1], found, start, "value")
                return replace(cursor, inside="block", word=self._before[start:])
            if raw[:1] in _OPENING:
                rows = (content(it) for it in self._region.lines[level.line + 1 : self._line])
                found = fragment("\n".join((raw, *rows, self._before)))
                if found.stack or found.quote:
                    return self._made(levels[: depth + 1], found, start, "value")
        return None

    def _in_value(self, levels: list[Level], start: int, place: Place) -> Cursor:
        return self._made(levels, fragment(self._before[start:]), start, place)

    def _made(self, levels: list[Level], found: Fragment, start: int, place: Place) -> Cursor:
        outer = levels
        if found.stack:
            indent = levels[-1].column if levels else 0
            levels = [*levels, *(Level(it, indent, -1, 0) for it in found.path)]
            place = "key" if found.is_key else "value"
            start = self._column - len(found.word)
        shapes, steps = self._shapes(levels, found.entries)
        path = tuple(it.step for it in levels)
        key = ""
        if place == "value" and path and isinstance(path[-1], str):
            path, key = path[:-1], path[-1]
            outer = outer[:-1] if not found.stack else outer
        indent = start if place != "value" else outer[-1].column if outer else 0
        return Cursor(
            self._line,
            self._column,
            path,
            key,
            place,
            found.word,
            start,
            self._text[self._column :],
            shapes,
            indent,
            inside=_inside(found),
            quote=found.quote,
            siblings=self._siblings(levels, found, start if place != "value" else -1, shapes),
            steps=tuple(reversed(steps)),
        )

    def _siblings(
        self, levels: list[Level], found: Fragment, column: int, shapes: tuple[Shape, ...]
    ) -> Mapping[str, str]:
        """The other keys of the mapping in which a key is typed, or that holds the key of a value."""
        if found.stack and found.stack[-1] == "{":
            return found.entries
        if column < 0:
            keyed = [it for it in levels if isinstance(it.step, str) and it.line >= 0]
            at = keyed[-1] if keyed else None
            return values_around(self._region, at.line, at.column) if at is not None else {}
        if not levels:
            return self._root_keys()
        near = values_around(self._region, self._line, column)
        if len(levels) == 1 and any(isinstance(it, Record) for it in shapes):
            near |= self._section_keys(column)
        return near

    def _root_keys(self) -> dict[str, str]:
        """The top-level keys but for the one on this line, which may be half a word."""
        last = self._facts.held[-1]
        if self._line >= last.line + last.piece.chunk.lines:
            # Behind a last marker with nothing below it a new document begins.
            return {}
        return {
            name: ""
            for name, places in self._facts.of("section").items()
            if any(it.line + it.export.span.line != self._line for it in places)
        }

    def _section_keys(self, column: int) -> dict[str, str]:
        """The keys of a section that was cut into its items, but for the one on this line."""
        found: dict[str, str] = {}
        held = self._facts.held
        for step in (-1, 1):
            at = self._order
            while 0 <= at < len(held) and held[at].piece.chunk.section == self._chunk.section:
                parts = line_parts(content(held[at].piece.reading.lines[0]))
                is_other = parts.column == column and held[at].line != self._line
                if parts.key is not None and is_other:
                    found[parts.key] = ""
                at += step
        return found

    def _shapes(
        self, levels: list[Level], entries: Mapping[str, str]
    ) -> tuple[tuple[Shape, ...], list[Passed]]:
        """What may stand below these levels, and the steps passed on the way, outermost first."""
        steps: list[Passed] = []
        shapes = tuple(_opened(self._root, dict[str, str]))
        for depth, level in enumerate(levels):
            below = levels[depth + 1] if depth + 1 < len(levels) else None
            ask = partial(self._values, level, below, entries)
            asked: list[Mapping[str, str]] = []
            inner = tuple(
                dict.fromkeys(
                    it
                    for shape in shapes
                    for found in descend(shape, level.step)
                    for it in _opened(found, partial(_once, ask, asked))
                )
            )
            if asked:
                steps.append((below.step if below is not None else None, asked[0]))
            shapes = inner
        return shapes, steps

    def _values(
        self, level: Level, below: Level | None, entries: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The keys, with what stands behind them, of the mapping that a level leads into."""
        if level.line < 0 or (below is None and entries):
            return entries
        line = below.line if below is not None and below.line >= 0 else self._line
        column = below.column if below is not None else level.value
        found = values_around(self._region, line, column)
        text = content(self._region.lines[line])
        parts = line_parts(text)
        if parts.key is not None and parts.column == column:
            found.setdefault(parts.key, value_text(text, parts))
        return found


def _once(
    ask: Callable[[], Mapping[str, str]], asked: list[Mapping[str, str]]
) -> Mapping[str, str]:
    if not asked:
        asked.append(ask())
    return asked[0]


def _inside(found: Fragment) -> Inside:
    if found.is_comment:
        return "comment"
    if found.is_closed and not found.stack:
        return "closed"
    return "brackets" if found.stack else "lines"


def descend(shape: Shape, step: Step) -> Iterator[Shape]:
    """The shapes behind one key, or of the items, of a shape without alternatives."""
    match shape:
        case ListOf(item) if isinstance(step, int):
            yield item
        case Record() if isinstance(step, str):
            field_ = shape.field(step)
            if field_ is not None:
                yield field_.shape
            elif shape.rest is not None:
                yield shape.rest
        case MapOf(value) if isinstance(step, str):
            yield value
        case Anything():
            yield shape
        case _:
            return


def _opened(shape: Shape, values: Callable[[], Mapping[str, str]]) -> Iterator[Shape]:
    """The shape with its alternatives told apart and nothing put off."""
    match shape:
        case Either(shapes):
            for it in shapes:
                yield from _opened(it, values)
        case Later():
            yield from _opened(shape.get(), values)
        case Variant():
            yield shape.record(values().get(shape.tag, "").strip("\"'"))
        case _:
            yield shape
