"""Bounds on numbers: what a constraint or a simple comparison demands, and whether two can both hold."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from vesper.lang import expr, tree

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WORDS = {"positive": (">", 0), "negative": ("<", 0), "non_negative": (">=", 0)}
_KEYS = {"min": ">=", "max": "<="}
_LENGTHS = {"min_length": ">=", "max_length": "<="}
_WRITTEN = re.compile(r"(?:value\s*)?(==|!=|<=|>=|<|>)\s*(-?\d{1,40}(?:\.\d{1,40})?)\Z")


class Bound(NamedTuple):
    """`of operator number`; `of` is a name, a path such as `order.total`, or `len(name)`."""

    of: str
    operator: str
    number: Decimal

    def allows(self, value: int | Decimal) -> bool:
        """Whether a value keeps to it."""
        match self.operator:
            case "==":
                return value == self.number
            case "!=":
                return value != self.number
            case "<":
                return value < self.number
            case "<=":
                return value <= self.number
            case ">":
                return value > self.number
            case _:
                return value >= self.number

    @property
    def text(self) -> str:
        """What it demands, without the name."""
        return f"{self.operator} {self.number:f}"


def bounds_of(node: expr.Expr | None) -> Iterator[Bound]:
    """The comparisons with a number that surely hold where the expression does: joined by AND."""
    match node:
        case expr.Binary("AND", left, right):
            yield from bounds_of(left)
            yield from bounds_of(right)
        case expr.Binary(operator, left, right) if operator in _MIRRORED:
            subject, number = _subject(left), _number(right)
            if subject is None or number is None:
                subject, number = _subject(right), _number(left)
                operator = _MIRRORED[operator]
            if subject is not None and number is not None:
                yield Bound(subject, operator, number)
        case _:
            pass


def constraint_bound(node: tree.Node, of: str = "value") -> Bound | None:
    """What one constraint demands of a number, or of a length as `len(value)`."""
    match node:
        case tree.Scalar(text=text):
            if text in _WORDS:
                operator, number = _WORDS[text]
                return Bound(of, operator, Decimal(number))
            if text == "non_empty":
                return Bound(f"len({of})", ">", Decimal(0))
            written = _WRITTEN.match(text.strip())
            return Bound(of, written[1], Decimal(written[2])) if written else None
        case tree.Mapping(entries=[entry]) if isinstance(entry.value, tree.Scalar):
            value = entry.value.value
            if isinstance(value, bool) or not isinstance(value, int | Decimal):
                return None
            key = entry.key.text
            if key in _KEYS:
                return Bound(of, _KEYS[key], Decimal(value))
            if key in _LENGTHS:
                return Bound(f"len({of})", _LENGTHS[key], Decimal(value))
        case _:
            pass
    return None


def clash(first: Bound, second: Bound) -> bool:
    """Whether no number keeps to both."""
    if first.of != second.of:
        return False
    if "==" in (first.operator, second.operator):
        fixed, other = (first, second) if first.operator == "==" else (second, first)
        return not other.allows(fixed.number)
    low, high = (first, second) if first.operator[0] == ">" else (second, first)
    if low.operator[0] != ">" or high.operator[0] != "<":
        return False
    strict = low.operator == ">" or high.operator == "<"
    return low.number > high.number or (strict and low.number == high.number)


def clashes(bounds: Sequence[tuple[Bound, int]]) -> Iterator[tuple[int, int]]:
    """The places of every later bound that cannot hold beside an earlier one, with that one's."""
    for number, (bound, place) in enumerate(bounds):
        for earlier, where in bounds[:number]:
            if clash(earlier, bound):
                yield where, place
                break


def _subject(node: expr.Expr) -> str | None:
    match node:
        case expr.Name(name):
            return name
        case expr.Field(of=of, name=name):
            before = _subject(of)
            return f"{before}.{name}" if before else None
        case expr.Call("len", (argument,)):
            inner = _subject(argument)
            return f"len({inner})" if inner else None
        case _:
            return None


def _number(node: expr.Expr) -> Decimal | None:
    match node:
        case expr.Constant(value=bool()):
            return None
        case expr.Constant(value=int() | Decimal() as value):
            return Decimal(value)
        case expr.Unary("-", operand):
            inner = _number(operand)
            return None if inner is None else -inner
        case _:
            return None
