"""Where a cursor stands: the keys that lead to it and what may be written there.

The path comes from indentation alone, so it is right in text that no parser could read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vesper.lang.document import NODE
from vesper.lang.fields import (
    Anything,
    Either,
    Later,
    ListOf,
    MapOf,
    Record,
    Shape,
    Variant,
)
from vesper.lang.piece import DocumentKind
from vesper.lang.roles import ROLES
from vesper.lang.source import content, indentation, is_blank

_LINE = re.compile(
    r"( *)((?:- +)*(?:-$)?)(?:(\"[^\"]*\"|'[^']*'|[^\s#'\"\[{:-][^:#]*?)\s*:(?=\s|$))?"
)
Step = str | int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a document.

    `path` leads to the mapping or list around it; 0 stands for any item of a list. `key` is the key
    whose value the cursor is in, empty where a key itself would be typed. `word` is what stands
    between the start of the key or value and the cursor.
    """

    path: tuple[Step, ...]
    key: str
    word: str
    start: int
    """The column where the key or value begins."""
    siblings: tuple[str, ...]
    """Keys already written in the same mapping."""
    shapes: tuple[Shape, ...]
    """What may stand here: for a key, the shapes of its mapping; for a value, its own."""
    indent: int
    """The column at which a key of this mapping begins."""


def locate(lines: Sequence[str], line: int, column: int, kind: DocumentKind) -> Cursor:
    """What a cursor at this place is in."""
    text = content(lines[line])
    before = text[:column]
    parts = _LINE.match(before)
    assert parts is not None
    lead, dashes, key = len(parts[1]), parts[2], parts[3]
    dashed = lead + len(dashes)
    if not text.strip():
        lead = dashed = column
    steps, values = _climb(lines, line, dashed, lead if dashes else None)
    shapes = _shapes(kind, steps, values)
    path = tuple(it for it, _ in steps)
    if key is not None:
        start = parts.end() + len(before[parts.end() :]) - len(before[parts.end() :].lstrip())
        name = key.strip("\"'")
        return Cursor((*path, name), name, before[start:], start, (), _within(shapes, name), dashed)
    item_value = bool(dashes) and not _takes_keys(shapes)
    siblings = tuple(name for name, _ in _siblings(lines, line, dashed)) if not item_value else ()
    word = before[dashed:]
    return Cursor(path, "", word, dashed, siblings, shapes, dashed)


def _takes_keys(shapes: tuple[Shape, ...]) -> bool:
    return any(isinstance(it, Record | MapOf) for it in shapes)


def _climb(
    lines: Sequence[str], line: int, column: int, item_column: int | None
) -> tuple[list[tuple[Step, int]], dict[int, str]]:
    """The steps from the root to the mapping at `column`, and the operation of each mapping passed.

    Steps come with the column of the mapping they lead into.
    """
    steps: list[tuple[Step, int]] = []
    operations: dict[int, str] = {}
    at, current = line, column
    if item_column is not None:
        operations[0] = _operation(lines, at, current)
        steps.append((0, current))
        current = item_column
        in_item = True
    else:
        operations[0] = _operation(lines, at, current)
        in_item = False
    while at > 0 and (current > 0 or in_item):
        at -= 1
        raw = content(lines[at])
        if is_blank(raw):
            continue
        if raw.startswith("---"):
            break
        parts = _LINE.match(raw)
        assert parts is not None
        lead, dashes, key = len(parts[1]), parts[2], parts[3]
        dashed = lead + len(dashes)
        if dashes and dashed == current and not in_item:
            steps.append((0, current))
            current, in_item = lead, True
        elif key is not None and dashed < current + (1 if in_item and not dashes else 0):
            operations[len(steps) + 1] = _operation(lines, at, dashed)
            steps.append((key.strip("\"'"), dashed))
            current, in_item = dashed, False
            if dashes:
                steps.append((0, dashed))
                current, in_item = lead, True
    steps.reverse()
    count = len(steps)
    return steps, {count - depth: it for depth, it in operations.items()}


def _siblings(lines: Sequence[str], line: int, column: int) -> Iterator[tuple[str, str]]:
    """Keys and values of the mapping at this column that holds the line, but for the line itself."""
    for step in (-1, 1):
        at = line
        if step == 1 or not _starts_item(lines[at], column):
            at += step
            while 0 <= at < len(lines):
                raw = content(lines[at])
                if not is_blank(raw):
                    parts = _LINE.match(raw)
                    assert parts is not None
                    lead, dashed = len(parts[1]), len(parts[1]) + len(parts[2])
                    if dashed < column or (step == 1 and lead < column) or raw.startswith("---"):
                        break
                    if dashed == column and parts[3] is not None:
                        yield parts[3].strip("\"'"), raw[parts.end() :].strip()
                    if step == -1 and lead < column:
                        break
                at += step


def _starts_item(line: str, column: int) -> bool:
    return indentation(line) < column and line.lstrip().startswith("-")


def _operation(lines: Sequence[str], line: int, column: int) -> str:
    parts = _LINE.match(content(lines[line]))
    if parts is not None and parts[3] == "operation":
        return content(lines[line])[parts.end() :].strip()
    return next((value for key, value in _siblings(lines, line, column) if key == "operation"), "")


def _shapes(
    kind: DocumentKind, steps: Sequence[tuple[Step, int]], operations: dict[int, str]
) -> tuple[Shape, ...]:
    shapes = tuple(_opened(NODE if kind == "vsp" else ROLES, operations.get(0, "")))
    for depth, (step, _) in enumerate(steps):
        inner: list[Shape] = []
        for shape in shapes:
            for found in _descend(shape, step):
                inner.extend(_opened(found, operations.get(depth + 1, "")))
        shapes = tuple(dict.fromkeys(inner))
    return shapes


def _within(shapes: tuple[Shape, ...], key: str) -> tuple[Shape, ...]:
    found = (it for shape in shapes for it in _descend(shape, key))
    return tuple(dict.fromkeys(it for shape in found for it in _opened(shape, "")))


def _descend(shape: Shape, step: Step) -> Iterator[Shape]:
    match shape:
        case ListOf(item) if isinstance(step, int):
            yield item
        case Record() if isinstance(step, str):
            field = shape.field(step)
            if field is not None:
                yield field.shape
            elif shape.rest is not None:
                yield shape.rest
        case MapOf(value) if isinstance(step, str):
            yield value
        case Anything():
            yield shape
        case _:
            return


def _opened(shape: Shape, operation: str) -> Iterator[Shape]:
    """The shape with its alternatives told apart and nothing put off."""
    match shape:
        case Either(shapes):
            for it in shapes:
                yield from _opened(it, operation)
        case Later():
            yield from _opened(shape.get(), operation)
        case Variant():
            yield shape.record(operation.strip("\"'"))
        case _:
            yield shape
