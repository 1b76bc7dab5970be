"""Texts with `{...}` in them, and SQL in which these become parameters."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_PART: Final = re.compile(r"\{\{|\}\}|\{([^}]*)\}|\}")
_STRING: Final = re.compile(r"'(?:[^']|'')*'")
_OPERATOR: Final = re.compile(r"\s*([-+*/()])\s*")
_OPERAND: Final = re.compile(r"\s*([A-Za-z_]\w*|\d+(?:\.\d+)?|:\w+)\s*", re.ASCII)


class Hole(NamedTuple):
    """The expression of one `{...}`."""

    text: str


Part = str | Hole


def parts(text: str) -> list[Part]:
    """The template cut at its `{...}`; `{{` and `}}` are braces."""
    found: list[Part] = []
    at = 0
    for part in _PART.finditer(text):
        found += _text(text[at : part.start()])
        at = part.end()
        found += [Hole(part[1])] if part[1] is not None else _text(part[0][0])
    found += _text(text[at:])
    return list(_merged(found))


def whole(text: str) -> str | None:
    """The expression of a template that is one `{...}` and nothing else."""
    match parts(text):
        case [Hole(inner)]:
            return inner
        case _:
            return None


def sql_parts(text: str) -> Iterator[Part | list[Part]]:
    """SQL cut at its `{...}`. A text in quotes with one in it, or a `:`, is a list: a value of its own."""
    at = 0
    for string in _STRING.finditer(text):
        inner = string[0][1:-1].replace("''", "'")
        if "{" in inner or ":" in inner:
            yield from parts(text[at : string.start()])
            yield parts(inner)
            at = string.end()
    yield from parts(text[at:])


def is_calculation(sql: str, column: str) -> bool:
    """Whether what a column is set to is worked out from columns of its row: `balance - :v1`.

    Without spaces around every operator it is only taken for that where the column itself stands in it.
    """
    words: list[str] = []
    spaced, depth, at, wants_operand = True, 0, 0, True
    while at < len(sql):
        found = _OPERATOR.match(sql, at)
        if found is None:
            found = _OPERAND.match(sql, at)
            if found is None or not wants_operand:
                return False
            words.append(found[1])
            wants_operand = False
        elif found[1] in "()":
            depth += 1 if found[1] == "(" else -1
            if depth < 0 or wants_operand is not (found[1] == "("):
                return False
        else:
            if wants_operand:
                return False
            spaced = (
                spaced and sql[found.start(1) - 1] == sql[found.end(1) : found.end(1) + 1] == " "
            )
            wants_operand = True
        at = found.end()
    columns = [it for it in words if it[0].isalpha() or it[0] == "_"]
    is_whole = not wants_operand and depth == 0 and len(words) > 1
    return is_whole and bool(columns) and (column in columns or spaced)


def _text(text: str) -> list[Part]:
    return [text] if text else []


def _merged(found: Iterable[Part]) -> Iterator[Part]:
    text = ""
    for it in found:
        if isinstance(it, Hole):
            if text:
                yield text
            yield it
            text = ""
        else:
            text += it
    if text:
        yield text
