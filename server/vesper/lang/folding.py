"""What an expression gives whatever its names stand for, where that can be told from the text."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from vesper.lang import expr
from vesper.lang.expr_text import written
from vesper.values import numbers
from vesper.values.compare import equal, less
from vesper.values.value import Fault, Value


class _Open:
    """Stands for a value that depends on names."""


OPEN: Final = _Open()
Folded = int | Decimal | str | bool | None | _Open


def folded(node: expr.Expr) -> Folded:
    """The value that the expression always has; `OPEN` where it has none, or may be an error."""
    match node:
        case expr.Constant(value):
            return value
        case expr.Unary("-", operand):
            value = folded(operand)
            if isinstance(value, int) and not isinstance(value, bool):
                # Not by `negate`: what stands behind the sign of the smallest integer is none itself.
                return -value
            return OPEN if isinstance(value, _Open) else _worked_out(numbers.negate, value)
        case expr.Unary(_, operand):
            value = folded(operand)
            return not value if isinstance(value, bool) else OPEN
        case expr.Binary():
            return _binary(node)
        case expr.IsNull(operand, negated):
            value = folded(operand)
            return OPEN if isinstance(value, _Open) else (value is None) is not negated
        case _:
            return OPEN


def _binary(node: expr.Binary) -> Folded:
    left, right = folded(node.left), folded(node.right)
    if node.operator in ("AND", "OR", "=>"):
        return _logic(node.operator, left, right)
    if isinstance(left, _Open) and isinstance(right, _Open):
        return _of_itself(node)
    if isinstance(left, _Open) or isinstance(right, _Open):
        return OPEN
    work = _WORK.get(node.operator)
    return OPEN if work is None else _worked_out(work, left, right)


def _logic(word: str, left: Folded, right: Folded) -> Folded:
    if word == "=>":
        left = not left if isinstance(left, bool) else left
    decides = word == "AND"
    # `false AND x` is false, `true OR x` is true, whatever x is: even an error.
    if left is (not decides) or right is (not decides):
        return not decides
    return decides if left is decides and right is decides else OPEN


def _of_itself(node: expr.Binary) -> Folded:
    """`x == x`: calls are left out, for two of them may differ."""
    parts = (*expr.walk(node.left), *expr.walk(node.right))
    if any(isinstance(it, expr.Call | expr.Missing) for it in parts):
        return OPEN
    if node.operator in ("==", "!=") and written(node.left) == written(node.right):
        return node.operator == "=="
    if node.operator in ("<", ">") and written(node.left) == written(node.right):
        return False
    return OPEN


def _worked_out(work: Callable[..., Value], *values: Value) -> Folded:
    """What a run would get; `OPEN` for what would be a fault there."""
    try:
        found = work(*values)
    except Fault:
        return OPEN
    return found if found is None or isinstance(found, bool | int | Decimal | str) else OPEN


_WORK: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: not less(right, left),
    ">=": lambda left, right: not less(left, right),
}
