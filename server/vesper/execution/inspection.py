"""Expressions that somebody asks of a run: read, evaluated over its names, their parts shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from vesper.errors import VesperError
from vesper.lang.ir import Expr, GetField, Load
from vesper.runtime.interp_expr import evaluate_over
from vesper.values.value import Fault, Value


@dataclass(frozen=True, slots=True)
class Seen:
    """What an expression came to; `values` are those of the names in it and of their fields."""

    value: Value = None
    fault: Fault | None = None
    values: Mapping[str, Value] | None = None


def read_expression(text: str) -> Expr:
    """The expression of a text, every name of it taken as it is; VesperError `invalid` where it is none."""
    from vesper.compile.expressions import Sources, lowered
    from vesper.lang import grammar

    found = grammar.parse(text)
    if found.tree is None or found.faults:
        why = found.faults[0].message if found.faults else "it is no expression"
        raise VesperError(
            "invalid", f"`{text[:100]}`: {why}", "an expression, such as `amount > 100`"
        )
    sources = Sources(Load, {}, lambda name: f"${name}", lambda: Load("$now"))
    expr = lowered(found.tree, sources)
    if sources.unknown:
        message = f"there is no function `{sources.unknown[0]}`"
        raise VesperError("invalid", message, "docs/reference/functions.md lists them all")
    return expr


def look(expr: Expr, names: Mapping[str, Value]) -> Seen:
    """What the expression comes to over the names."""
    values: dict[str, Value] = {}

    def seen(it: Expr, value: Value | Fault) -> None:
        path = _path(it)
        if path and not isinstance(value, Fault):
            values[path] = value

    try:
        return Seen(evaluate_over(expr, names, seen=seen), None, values)
    except Fault as fault:
        return Seen(None, fault, values)


def holds(expr: Expr, names: Mapping[str, Value]) -> bool:
    """Whether a condition is true now; one that has no value yet is not."""
    return look(expr, names).value is True


def _path(it: Expr) -> str:
    """`order.total`, for a name and the fields of one."""
    match it:
        case Load(name):
            return name
        case GetField(of, name):
            base = _path(of)
            return f"{base}.{name}" if base else ""
        case _:
            return ""
