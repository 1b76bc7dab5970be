"""Changing parts of an expression without a case for each kind of node."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Final, cast, get_args

from vesper.lang import ir

_KINDS: Final = get_args(ir.Expr)


def rebuilt(node: ir.Expr, change: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """The node with its parts changed; the same one where nothing did."""
    changed: dict[str, object] = {}
    for name in _places(type(node)):
        before = getattr(node, name)
        after = _changed(before, change)
        if after is not before:
            changed[name] = after
    return replace(node, **changed) if changed else node


@cache
def _places(kind: type[ir.Expr]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold expressions."""
    plain = ("type", "value", "name", "operator", "quantifier", "side", "function", "index", "keys", "rows",
             "accumulator", "descending", "left_key", "right_key", "keep_all")  # fmt: skip
    return tuple(it.name for it in fields(kind) if it.name not in plain)


def _changed(value: object, change: Callable[[ir.Expr], ir.Expr]) -> object:
    if isinstance(value, _KINDS):
        return change(cast("ir.Expr", value))
    if isinstance(value, tuple):
        before = cast("tuple[object, ...]", value)
        after = tuple(_changed(it, change) for it in before)
        return after if any(a is not b for a, b in zip(before, after, strict=True)) else before
    return value
