"""Places in texts as an editor counts them, found by what stands there."""

from collections.abc import Iterable
from typing import Any

from vesper.lang.source import Encoding, split_lines, to_column, to_units


def place_of(
    text: str, needle: str, within: int = 0, encoding: Encoding = "utf-16"
) -> dict[str, int]:
    """The position of the first place where this stands, and a few characters further."""
    before = text[: text.index(needle) + within]
    line = before.count("\n")
    column = len(before) - before.rfind("\n") - 1
    return {"line": line, "character": to_units(split_lines(text)[line], column, encoding)}


def at(uri: str, text: str, needle: str, within: int = 0) -> dict[str, Any]:
    """The parameters of a request about the first place where this stands."""
    return {"textDocument": {"uri": uri}, "position": place_of(text, needle, within)}


def words_at(text: str, ranges: Iterable[Any], encoding: Encoding = "utf-16") -> list[str]:
    """Each range as `line:word`, lines counted from one."""
    lines = split_lines(text)
    found: list[str] = []
    for it in ranges:
        start, end = it["start"], it["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"]]
        word = line[slice(*(to_column(line, p["character"], encoding) for p in (start, end)))]
        found.append(f"{start['line'] + 1}:{word}")
    return found


def edited(text: str, edits: Iterable[Any], encoding: Encoding = "utf-16") -> str:
    """The text after the edits of a request, which must not overlap."""
    lines = split_lines(text)
    for it in sorted(edits, key=lambda it: tuple(it["range"]["start"].values()), reverse=True):
        start, end = it["range"]["start"], it["range"]["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"]]
        begin, stop = (to_column(line, p["character"], encoding) for p in (start, end))
        lines[start["line"]] = line[:begin] + it["newText"] + line[stop:]
    return "".join(lines)


def cut(marked: str) -> tuple[str, dict[str, int]]:
    """A text without its mark `^`, and the mark's position."""
    return marked.replace("^", "", 1), place_of(marked, "^")
