"""How lines nest: the keys and list places that lead to a line, told from indentation alone."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from vesper.lang.source import content, is_blank

Step = str | int

_LINE = re.compile(
    r"( *)((?:- +)*(?:-$)?)(?:(\"[^\"]*\"|'[^']*'|[^\s#'\"\[{:-][^:#]*?)\s*:(?=\s|$)\s*)?"
)
_BLOCK_HEAD = re.compile(r"(?:[&!]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?$")
_REMARK = re.compile(r"(?:^|\s)#.*$")


class LineParts(NamedTuple):
    """One line taken apart: indentation, dashes, key."""

    lead: int
    """The column of the dash, or of the key where there is none."""
    column: int
    """The column behind the dashes."""
    key: str | None
    value: int
    """The column of the value, or of the key where there is none."""


class Level(NamedTuple):
    """One step from the root to a place: a key, or 0 for an item of a list."""

    step: Step
    column: int
    """The column of the key or dash."""
    line: int
    """The line it is on; -1 where it is not written in lines, or out of sight."""
    value: int
    """The column where what it leads to begins on that line."""


class Region(NamedTuple):
    """The lines that are looked at, and the keys above that hold them, each with its column."""

    lines: Sequence[str]
    start: int
    end: int
    outer: tuple[tuple[str, int], ...]


def line_parts(line: str) -> LineParts:
    """Take apart a line without its end."""
    found = _LINE.match(line)
    assert found is not None
    lead = len(found[1])
    column = lead + len(found[2])
    key = found[3].strip("\"'") if found[3] is not None else None
    return LineParts(lead, column, key, found.end())


def is_block_head(value: str) -> bool:
    """Whether a block text begins behind this."""
    return value[:1] in ("|", ">", "&", "!") and _BLOCK_HEAD.match(value) is not None


def climb(region: Region, line: int, column: int, dash: int | None) -> list[Level]:
    """The levels from the root to the mapping or list at a column.

    `dash` is the column of the dash on the line itself, if one is there.
    """
    levels: list[Level] = []
    current, in_item = column, dash is not None
    if dash is not None:
        levels.append(Level(0, dash, line, column))
        current = dash
    for at in range(line - 1, region.start - 1, -1):
        if current == 0 and not in_item:
            break
        parts = _beside(region, at, current)
        if parts is None:
            continue
        is_dashed = parts.column > parts.lead
        if is_dashed and not in_item and parts.lead < current <= max(parts.column, parts.lead + 2):
            levels.append(Level(0, parts.lead, at, parts.column))
            current, in_item = parts.lead, True
        elif parts.key is not None and parts.column < current + (in_item and not is_dashed):
            levels.append(Level(parts.key, parts.column, at, parts.value))
            current, in_item = parts.column, False
            if is_dashed:
                levels.append(Level(0, parts.lead, at, parts.column))
                current, in_item = parts.lead, True
    for key, column_of in reversed(region.outer):
        if column_of < current + in_item:
            levels.append(Level(key, column_of, -1, 0))
    levels.reverse()
    return levels


def values_around(region: Region, line: int, column: int) -> dict[str, str]:
    """The keys of the mapping at a column that holds the line, but for the line itself."""
    found: dict[str, str] = {}
    own = line_parts(content(region.lines[line]))
    above = range(line - 1, region.start - 1, -1)
    if own.lead < own.column == column:
        # The line begins an item, and with it the mapping.
        above = range(0)
    for at in above:
        parts = _beside(region, at, column)
        if parts is None:
            continue
        _note(region, at, parts, column, found)
        if parts.lead < column:
            break
    for at in range(line + 1, region.end):
        parts = _beside(region, at, column)
        if parts is None:
            continue
        if parts.lead < column:
            break
        _note(region, at, parts, column, found)
    return found


def _beside(region: Region, at: int, column: int) -> LineParts | None:
    """A line taken apart, unless it lies deeper or says nothing about how lines nest."""
    raw = region.lines[at]
    if raw.startswith(" " * (column + 1)) or is_blank(raw):
        return None
    parts = line_parts(content(raw))
    return None if _slipped(region, at, parts) else parts


def _note(region: Region, at: int, parts: LineParts, column: int, found: dict[str, str]) -> None:
    if parts.key is not None and parts.column == column:
        found.setdefault(parts.key, value_text(region.lines[at], parts))


def value_text(line: str, parts: LineParts) -> str:
    """What stands behind the key of a line, without a comment."""
    return _REMARK.sub("", content(line)[parts.value :]).strip()


def _slipped(region: Region, at: int, parts: LineParts) -> bool:
    """Whether a line at column 0 belongs to no section: it slipped out of what is around it."""
    return at > region.start and parts.column == 0
