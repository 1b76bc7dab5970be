"""Where things are in a text: spans, editable lines, and columns in the units of an editor.

Lines end at `\\n`, `\\r\\n` and `\\r` alone, as the Language Server Protocol says; `str.splitlines`
also splits at U+2028, U+0085 and form feed and would move every later edit. A column counts code
points; editors count UTF-16 (or UTF-8) units and are translated at the edge.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, overload

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_PROPERTIES = re.compile(r"\s*(?:[&!]\S*(?:\s+|$))*(?:#.*)?")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


class Span(NamedTuple):
    """A half-open range of text: zero-based lines, columns in code points."""

    line: int
    column: int
    end_line: int
    end_column: int

    def moved(self, lines: int) -> "Span":
        """The same range, `lines` further down."""
        line, column, end_line, end_column = self
        return Span(line + lines, column, end_line + lines, end_column)

    def holds(self, line: int, column: int) -> bool:
        """Whether the place is inside or just behind the last character."""
        return (self.line, self.column) <= (line, column) <= (self.end_line, self.end_column)


class Change(NamedTuple):
    """What an edit did to the lines: `removed` lines from `first` on gave way to `added` ones."""

    first: int
    removed: int
    added: int


def split_lines(text: str) -> list[str]:
    """The lines with their ends; there is always a last line without one, perhaps empty."""
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


@lru_cache(maxsize=256)
def _split_once(text: str) -> tuple[str, ...]:
    return tuple(split_lines(text))


class Lines(Sequence[str]):
    """The lines of a short text, held as that text: they are split again when somebody looks."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return _split_once(self._text)[index]

    def __len__(self) -> int:
        return len(_split_once(self._text))

    def __iter__(self) -> Iterator[str]:
        return iter(_split_once(self._text))


def content(line: str) -> str:
    """The line without its end."""
    return line.rstrip("\r\n")


class Text:
    """The text of one open document, edited in place line by line."""

    __slots__ = ("lines",)

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text)

    def __str__(self) -> str:
        return "".join(self.lines)

    def replace(self, span: Span, new: str) -> Change:
        """Put `new` in place of the span; places outside the text mean its nearest place."""
        lines = self.lines
        line, column = self._clamp(span.line, span.column)
        end_line, end_column = self._clamp(span.end_line, span.end_column)
        if (end_line, end_column) < (line, column):
            line, column, end_line, end_column = end_line, end_column, line, column
        new = lines[line][:column] + new + lines[end_line][end_column:]
        # A lone CR above or an LF below may now be one half of a CRLF.
        if line > 0 and new.startswith("\n") and lines[line - 1].endswith("\r"):
            line -= 1
            new = lines[line] + new
        if new.endswith("\r") and end_line + 1 < len(lines) and lines[end_line + 1][:1] == "\n":
            end_line += 1
            new += lines[end_line]
        replacement = split_lines(new)
        if end_line + 1 < len(lines) and not replacement[-1]:
            del replacement[-1]
        lines[line : end_line + 1] = replacement
        return Change(line, end_line + 1 - line, len(replacement))

    def _clamp(self, line: int, column: int) -> tuple[int, int]:
        if line >= len(self.lines):
            line, column = len(self.lines) - 1, len(self.lines[-1])
        if line < 0 or column < 0:
            return max(line, 0), 0
        return line, min(column, len(content(self.lines[line])))


def to_column(line: str, units: int, encoding: Encoding) -> int:
    """The code point column of a column in units of `encoding`, inside the line's content."""
    line = content(line)
    if encoding == "utf-32" or line.isascii():
        return min(max(units, 0), len(line))
    passed = 0
    for column, character in enumerate(line):
        if passed >= units:
            return column
        passed += _width(character, encoding)
    return len(line)


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """The column in units of `encoding` of a code point column."""
    if encoding == "utf-32" or line.isascii():
        return column
    return sum(_width(character, encoding) for character in line[:column])


def _width(character: str, encoding: Encoding) -> int:
    point = ord(character)
    if encoding == "utf-16":
        return 2 if point > 0xFFFF else 1
    return 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4


def indentation(line: str) -> int:
    """How many spaces the line begins with."""
    return len(line) - len(line.lstrip(" "))


def is_blank(line: str) -> bool:
    """Whether the line holds nothing but white space or a comment."""
    stripped = line.lstrip(" \t\r\n")
    return not stripped or stripped[0] == "#"


def behind_properties(lines: Sequence[str], span: Span) -> Span:
    """The span of a value without the `&anchor` and `!tag` written before it."""
    line, column = span[:2]
    while line <= span.end_line:
        found = _PROPERTIES.match(lines[line], column)
        if found and found.end() < len(content(lines[line])):
            return span._replace(line=line, column=found.end())
        line, column = line + 1, 0
    return span._replace(line=span.end_line, column=span.end_column)


class RelativeSource:
    """Carries places inside a scalar's value back into the text it was written in.

    Quotes, escapes, folds and block indentation are undone by walking the written form once, and only
    when somebody asks. The idea of a source relative to another is cel-go's (policy/source.go).
    """

    __slots__ = ("_lines", "_places", "_span", "_style", "_text")

    def __init__(self, lines: Sequence[str], span: Span, style: str, text: str) -> None:
        self._lines, self._span, self._style, self._text = lines, span, style, text
        self._places: list[tuple[int, int]] | None = None

    def span(self, start: int, end: int) -> Span:
        """The span of the characters from `start` up to `end` of the value."""
        if self._places is None:
            line, column, end_line, end_column = self._span
            quote = 1 if self._style else 0
            if (
                line == end_line
                and end_column - column - 2 * quote == len(self._text) >= end > start
            ):
                # Nothing was undone but the quotes.
                return Span(line, column + quote + start, line, column + quote + end)
            self._places = self._walk()
        places = self._places
        if not places:
            return self._span
        first = places[min(start, len(places) - 1)]
        last = places[min(max(end - 1, start), len(places) - 1)]
        if start >= len(places):
            return Span(last[0], last[1] + 1, last[0], last[1] + 2)
        width = self._width(self._lines[last[0]], last[1])
        return Span(first[0], first[1], last[0], last[1] + width)

    def offset(self, line: int, column: int) -> int:
        """The offset into the value of the character at a place, or just behind the one before."""
        if self._places is None:
            self._places = self._walk()
        return bisect.bisect_left(self._places, (line, column))

    def _walk(self) -> list[tuple[int, int]]:
        is_block = self._style in ("|", ">")
        places = list(self._block() if is_block else self._flow())
        # Where the written form is stranger than this walk knows, the start is still right.
        missing = len(self._text) - len(places)
        return places + [places[-1] if places else self._span[:2]] * max(missing, 0)

    def _block(self) -> Iterator[tuple[int, int]]:
        last = self._span.end_line if self._span.end_column == 0 else self._span.end_line + 1
        body = range(self._span.line + 1, min(last, len(self._lines)))
        filled = [indentation(self._lines[it]) for it in body if self._lines[it].strip()]
        margin = min(filled, default=0)
        for number in body:
            line = content(self._lines[number])
            for column in range(margin, len(line)):
                yield number, column
            yield number, len(line)

    def _flow(self) -> Iterator[tuple[int, int]]:
        first, last = self._span.line, self._span.end_line
        quote = 1 if self._style else 0
        blanks = 0
        for number in range(first, last + 1):
            line = content(self._lines[number])
            begin = self._span.column + quote if number == first else indentation(line)
            end = self._span.end_column - quote if number == last else len(line.rstrip())
            # What was read may be a mended line, longer than the one that was written.
            end = min(end, len(line))
            if number != first and begin >= end and number != last:
                blanks += 1
                continue
            if number != first:
                yield from [(number, begin)] * max(blanks, 1)
                blanks = 0
            yield from self._characters(number, line, begin, end)

    def _characters(
        self, number: int, line: str, begin: int, end: int
    ) -> Iterator[tuple[int, int]]:
        column = begin
        while column < end:
            yield number, column
            column += self._width(line, column)

    def _width(self, line: str, column: int) -> int:
        """How many characters are written for the one that begins here."""
        if self._style == "'" and line[column : column + 2] == "''":
            return 2
        if self._style == '"' and line[column : column + 1] == "\\":
            kind = line[column + 1 : column + 2]
            return 2 + {"x": 2, "u": 4, "U": 8}.get(kind, 0)
        return 1
