"""What an expression gives whatever its names stand for, where that can be told from the text."""

import operator
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException
from typing import Any, Final, TypeGuard

from vesper.lang import expr
from vesper.lang.expr_text import written

Value = int | Decimal | str | bool


class _Open:
    """Stands for a value that depends on names."""


OPEN: Final = _Open()
Folded = Value | None | _Open

_EXACT = Context(prec=1_000, Emax=2_000, Emin=-2_000)


def folded(node: expr.Expr) -> Folded:
    """The value that the expression always has; `OPEN` where it has none, or may be an error."""
    match node:
        case expr.Constant(value):
            return value
        case expr.Unary("-", operand):
            value = folded(operand)
            return -value if _is_number(value) else OPEN
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
    if node.operator in ("==", "!="):
        same = _alike(left, right) and left == right
        return same is (node.operator == "==")
    compare = _ORDERS.get(node.operator)
    if compare is not None:
        return compare(left, right) if _alike(left, right) and left is not None else OPEN
    return _calculated(node.operator, left, right)


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


def _calculated(sign: str, left: Folded, right: Folded) -> Folded:
    if isinstance(left, str) and isinstance(right, str) and sign == "+":
        return left + right
    if not (_is_number(left) and _is_number(right)) or (sign in "/%" and right == 0):
        return OPEN
    first, second = Decimal(left), Decimal(right)
    try:
        match sign:
            case "+":
                value = _EXACT.add(first, second)
            case "-":
                value = _EXACT.subtract(first, second)
            case "*":
                value = _EXACT.multiply(first, second)
            case "%":
                value = _EXACT.remainder(first, second)
            case _:
                return OPEN
    except DecimalException:
        return OPEN
    return int(value) if isinstance(left, int) and isinstance(right, int) else value


def _is_number(value: Folded) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _alike(left: Folded, right: Folded) -> bool:
    both = _is_number(left) and _is_number(right)
    return both or (type(left) is type(right))


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
