"""What is sure once a condition is known to be true or false: what is not null, what is not empty.

A fact is the text of an expression that is not null (`user.email`), or that text with `[]` behind it
where it is a list, text or map with something in it. Facts are read off the tree alone.
"""

from collections.abc import Iterable
from decimal import Decimal

from vesper.lang import expr
from vesper.lang.expr_text import written

Facts = frozenset[str]
NONE: Facts = frozenset()

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_PATHS = (expr.Name, expr.Field, expr.Index, expr.Call)


def facts_when(node: expr.Expr, truth: bool) -> Facts:
    """What holds where the condition is known to be true, or false."""
    match node:
        case expr.Unary("NOT", operand):
            return facts_when(operand, not truth)
        case expr.Binary("AND" | "OR", left, right):
            sides = (facts_when(left, truth), facts_when(right, truth))
            both = (node.operator == "AND") is truth
            return sides[0] | sides[1] if both else sides[0] & sides[1]
        case expr.Binary("=>", left, right):
            sides = (facts_when(left, not truth), facts_when(right, truth))
            return sides[0] & sides[1] if truth else facts_when(left, True) | sides[1]
        case expr.IsNull(operand, negated):
            return _some(operand) if negated is truth else NONE
        case expr.Binary(operator, left, right) if operator in _NEGATED:
            meant = operator if truth else _NEGATED[operator]
            return _compared(left, meant, right) | _compared(right, _MIRRORED[meant], left)
        case expr.Quantified("EXISTS", over=over) if truth and over is not None:
            return frozenset({f"{written(over)}[]"})
        case _:
            return NONE


def without(facts: Facts, name: str) -> Facts:
    """The facts that still hold where a name means something else."""
    ends = (".", "[")
    return frozenset(
        it for it in facts if not (it == name or (it.startswith(name) and it[len(name)] in ends))
    )


def elements(facts: Facts, name: str) -> Iterable[str]:
    """The fields of `name` that are known not to be null."""
    start = f"{name}."
    for it in facts:
        if it.startswith(start) and it[len(start) :].isidentifier():
            yield it[len(start) :]


def _some(node: expr.Expr) -> Facts:
    return frozenset({written(node)}) if isinstance(node, _PATHS) else NONE


def _compared(node: expr.Expr, operator: str, other: expr.Expr) -> Facts:
    match other:
        case expr.Constant(None):
            return _some(node) if operator == "!=" else NONE
        case expr.ListOf(()) if operator == "!=":
            return frozenset({f"{written(node)}[]"})
        case expr.Constant(value):
            counted = _counted(node)
            if counted is not None and isinstance(value, int | Decimal):
                return frozenset({f"{counted}[]"}) if _is_some(operator, value) else NONE
            filled = operator == "!=" and value == ""
            facts = _some(node) if operator == "==" else NONE
            return facts | ({f"{written(node)}[]"} if filled else NONE)
        case _:
            return NONE


def _counted(node: expr.Expr) -> str | None:
    """The text of what `len` or `COUNT` counts."""
    if isinstance(node, expr.Call) and node.name in ("len", "COUNT") and len(node.arguments) == 1:
        return written(node.arguments[0])
    return None


def _is_some(operator: str, value: int | Decimal) -> bool:
    """Whether a count that compares so with the number is at least one."""
    match operator:
        case ">":
            return value >= 0
        case ">=" | "==":
            return value > 0
        case "!=":
            return value == 0
        case _:
            return False
