"""Bounds on numbers: what a constraint or a simple comparison demands, and whether two can both hold."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from vesper.lang import expr, tree

Place = TypeVar("Place")

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


class Demanded(Generic[Place]):
    """Bounds with where each stands; finds a clash without comparing all with one another.

    Of the bounds on one thing only the tightest below and above can clash first, or a number that is
    demanded or excluded outright.
    """

    def __init__(self) -> None:
        self._tightest: dict[tuple[str, str], tuple[Bound, Place]] = {}
        self._excluded: dict[tuple[str, Decimal], tuple[Bound, Place]] = {}

    def clashing(self, bound: Bound) -> tuple[Bound, Place] | None:
        """An earlier bound that cannot hold beside this one, with its place."""
        kept = [self._tightest.get((bound.of, it)) for it in ("low", "high", "fixed")]
        if bound.operator == "==":
            kept.append(self._excluded.get((bound.of, bound.number)))
        return next((it for it in kept if it is not None and clash(it[0], bound)), None)

    def add(self, bound: Bound, place: Place) -> None:
        """Count it among the earlier ones."""
        if bound.operator == "!=":
            self._excluded.setdefault((bound.of, bound.number), (bound, place))
            return
        side = {">": "low", "<": "high"}.get(bound.operator[0], "fixed")
        before = self._tightest.get((bound.of, side))
        if before is None or _is_tighter(bound, before[0]):
            self._tightest[bound.of, side] = (bound, place)


def _is_tighter(bound: Bound, than: Bound) -> bool:
    if bound.number == than.number:
        return bound.operator in (">", "<") and than.operator in (">=", "<=")
    match bound.operator[0]:
        case ">":
            return bound.number > than.number
        case "<":
            return bound.number < than.number
        case _:
            return False


def clashes(bounds: Iterable[tuple[Bound, Place]]) -> Iterator[tuple[Place, Place]]:
    """The places of every later bound that cannot hold beside an earlier one, with that one's."""
    earlier = Demanded[Place]()
    for bound, place in bounds:
        found = earlier.clashing(bound)
        if found is not None:
            yield found[1], place
        earlier.add(bound, place)


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
