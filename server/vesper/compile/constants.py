"""Expressions whose value is known when the document is read, worked out then.

Nothing is worked out that would be a fault, that goes through a list, or that leaves out a name: a run tells
the values of the names in what did not hold.
"""

from collections.abc import Callable, Mapping
from typing import Final

from vesper.compile.expressions import const
from vesper.compile.nodes import rebuilt
from vesper.lang import ir, matching
from vesper.lang.parts import walk
from vesper.lang.types import BOOLEAN, DECIMAL, DURATION, INTEGER, STRING, TIMESTAMP
from vesper.values import numbers
from vesper.values.access import truth
from vesper.values.compare import contains, equal, less
from vesper.values.library import LIBRARY
from vesper.values.text import printed
from vesper.values.value import Fault, Value

_GOING_THROUGH: Final = frozenset(
    {
        "SUM",
        "COUNT",
        "AVG",
        "MIN",
        "MAX",
        "ALL",
        "ANY",
        "sort",
        "unique",
        "join",
        "min",
        "max",
        "len",
    }
)
"""Functions that may cost an operation for each item."""
_ARITHMETIC: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "+": numbers.add, "-": numbers.subtract, "*": numbers.multiply, "/": numbers.divide,
    "%": numbers.remainder,
}  # fmt: skip
_COMPARE: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: not less(right, left),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: not less(left, right),
}
_LOOPS: Final = (
    ir.Each, ir.Keep, ir.Fold, ir.Sort, ir.Unique, ir.Flatten, ir.Pair, ir.Group, ir.Quantified
)  # fmt: skip
_ORDERED: Final = (INTEGER, DECIMAL, STRING, TIMESTAMP, DURATION)
_MOST: Final = 10_000
"""The longest text worth keeping in a program."""


def folded(node: ir.Expr) -> ir.Expr:
    """The expression with all that is known worked out; the same one where nothing is."""
    node = rebuilt(node, folded)
    if isinstance(node, ir.Logic):
        return _logic(node)
    work = _work(node)
    if work is None:
        return node
    try:
        value = work()
    except Fault:
        return node
    if isinstance(value, list | dict) or (isinstance(value, str) and len(value) > _MOST):
        return node
    return const(value)


def _work(node: ir.Expr) -> Callable[[], Value] | None:
    """How to work out a node whose parts are all known; None for any other."""
    match node:
        case ir.Arithmetic(sign, ir.Const(left), ir.Const(right)):
            return lambda: _ARITHMETIC[sign](left, right)
        case ir.Compare(sign, ir.Const(left), ir.Const(right)):
            return lambda: _COMPARE[sign](left, right)
        case ir.Negate(ir.Const(value)):
            return lambda: numbers.negate(value)
        case ir.Not(ir.Const(value)):
            return lambda: not truth(value)
        case ir.IsNull(ir.Const(value)):
            return lambda: value is None
        case ir.Contains(ir.Const(item), ir.Const(of)):
            return lambda: contains(of, item)
        case ir.Matches(ir.Const(text), ir.Const(pattern)):
            return lambda: matching.found(pattern, text)
        case ir.Call(function, given) if function in LIBRARY and function not in _GOING_THROUGH:
            return _called(function, given)
        case ir.Text(given):
            return _written(given)
        case _:
            return None


def _called(function: str, given: tuple[ir.Expr, ...]) -> Callable[[], Value] | None:
    values = [it.value for it in given if isinstance(it, ir.Const)]
    return (lambda: LIBRARY[function](*values)) if len(values) == len(given) else None


def _written(given: tuple[ir.Expr, ...]) -> Callable[[], Value] | None:
    values = [it.value for it in given if isinstance(it, ir.Const)]
    return (lambda: "".join(map(printed, values))) if len(values) == len(given) else None


def _logic(node: ir.Logic) -> ir.Expr:
    """A side that is known and does not decide is left out, where the other is surely true or false."""
    decides = node.operator == "or"
    left, right = _truth(node.left), _truth(node.right)
    if left is not None and right is not None:
        return const((left and right) if node.operator == "and" else (left or right))
    if left is (not decides) and node.right.type == BOOLEAN:
        return node.right
    if right is (not decides) and node.left.type == BOOLEAN:
        return node.left
    return node


def _truth(node: ir.Expr) -> bool | None:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, bool) else None


def is_free(node: ir.Expr) -> bool:
    """Whether evaluating it costs no operations, however long the lists are."""
    return not any(
        isinstance(it, _LOOPS) or (isinstance(it, ir.Call) and _goes_through(it))
        for it in walk(node)
    )


def _goes_through(call: ir.Call) -> bool:
    if call.function in ("min", "max"):
        return len(call.arguments) == 1
    return call.function in _GOING_THROUGH and call.function != "len"


def is_sure(node: ir.Expr, known: frozenset[str]) -> bool:
    """Whether evaluating it is no fault and costs nothing, where these names have values."""
    match node:
        case ir.Const():
            return True
        case ir.Load(name):
            return name in known
        case ir.IsNull(operand):
            return is_sure(operand, known)
        case ir.Not(operand):
            return operand.type == BOOLEAN and is_sure(operand, known)
        case ir.Compare("==" | "!=", left, right):
            return is_sure(left, known) and is_sure(right, known)
        case ir.Compare(_, left, right):
            alike = left.type == right.type and left.type in _ORDERED
            return alike and is_sure(left, known) and is_sure(right, known)
        case ir.Logic(_, left, right):
            both = left.type == right.type == BOOLEAN
            return both and is_sure(left, known) and is_sure(right, known)
        case ir.ListOf(items) | ir.Text(items):
            return all(is_sure(it, known) for it in items)
        case ir.RecordOf(entries):
            return all(is_sure(it, known) for _, it in entries)
        case _:
            return False
