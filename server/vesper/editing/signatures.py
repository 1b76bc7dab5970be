"""The call that a cursor is in, also while the call is only half written."""

from typing import NamedTuple

from vesper.editing.cursor import Cursor, locate
from vesper.lang.check import Analysis
from vesper.lang.fields import Anything, Text
from vesper.lang.functions import FUNCTIONS, Function
from vesper.lang.piece import template_parts
from vesper.lang.tokens import tokens
from vesper.lang.types import shown


class Signature(NamedTuple):
    """A function as it is called, and which of its parameters is being written."""

    function: Function
    label: str
    parameters: tuple[tuple[int, int], ...]
    """Where each parameter stands in the label."""
    active: int


def signature_at(analysis: Analysis, line: int, column: int) -> Signature | None:
    """The innermost call of a known function around a place; None where there is none."""
    cursor = locate(analysis, line, column)
    text = _expression(cursor)
    call = _call(text) if text is not None else None
    if call is None:
        return None
    function, active = call
    label = f"{function.name}("
    places: list[tuple[int, int]] = []
    must = len(function.parameters) - function.optional
    for number, (name, kind) in enumerate(function.parameters):
        label += ", " if places else ""
        written = f"{name}{'' if number < must else '?'}: {shown(kind)}"
        places.append((len(label), len(label) + len(written)))
        label += written
    label += f"{', ...' if function.repeats else ''}) -> {shown(function.returns)}"
    last = max(len(places) - 1, 0)
    return Signature(function, label, tuple(places), min(active, last))


def _expression(cursor: Cursor) -> str | None:
    """The expression up to the cursor; None where none stands."""
    if cursor.inside in ("comment", "closed"):
        return None
    for shape in cursor.shapes:
        match shape:
            case Text("expression" | "constraint"):
                return cursor.word.removeprefix("{")
            case Text("template" | "sql" | "value") | Anything():
                parts = [it for _, it, is_closed in template_parts(cursor.word) if not is_closed]
                if parts:
                    return parts[-1]
            case _:
                continue
    return None


def _call(text: str) -> tuple[Function, int] | None:
    """The innermost call that is not closed, and the number of its argument at the end."""
    stack: list[tuple[Function | None, int]] = []
    before = ""
    for token in tokens(text):
        if token.kind == "bad" and token.text in "\"'":
            # An open quote: what follows is text.
            break
        if token.text in ("(", "[", "{"):
            stack.append((FUNCTIONS.get(before) if token.text == "(" else None, 0))
        elif token.text in (")", "]", "}") and stack:
            stack.pop()
        elif token.text == "," and stack:
            stack[-1] = (stack[-1][0], stack[-1][1] + 1)
        before = token.text if token.kind == "name" else ""
    return next(
        ((function, number) for function, number in reversed(stack) if function is not None), None
    )
