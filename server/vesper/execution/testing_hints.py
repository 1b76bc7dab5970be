"""What constraints and preconditions say of single inputs, so that values can be drawn that keep to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from vesper.lang import ir
from vesper.lang.program import Clause, Program
from vesper.values.value import INT_MAX, INT_MIN, Value

Compared = tuple[str, Decimal]
"""An operator and the number behind it."""

_LENGTH: Final = frozenset({"len", "COUNT"})
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of one input. Everything is a hint: the run itself is what checks."""

    bounds: tuple[Compared, ...] = ()
    lengths: tuple[Compared, ...] = ()
    pattern: str = ""
    words: tuple[Value, ...] = ()
    """The only values there are."""
    scale: int | None = None
    """The most digits behind the point."""

    def range(self, scale: int = 0) -> tuple[int, int]:
        """The smallest and largest number allowed, in units of the last digit."""
        return _range(self.bounds, scale, -(10**18), 10**18)

    def whole_range(self) -> tuple[int, int]:
        """The same for integers of 64 bits."""
        return _range(self.bounds, 0, INT_MIN, INT_MAX)

    def length_range(self) -> tuple[int, int]:
        """The shortest and longest length allowed."""
        return _range(self.lengths, 0, 0, _LONGEST)


def hints_of(program: Program) -> Mapping[str, Hints]:
    """The hints for each input, from its constraints and from the preconditions."""
    found: dict[str, Hints] = {}
    inputs = {it.name for it in program.inputs}
    for name, condition in _conditions((*program.constraints, *program.preconditions)):
        if name in inputs:
            found[name] = _with(found.get(name, Hints()), name, condition)
    return found


def _conditions(clauses: Iterable[Clause]) -> Iterator[tuple[str, ir.Expr]]:
    """The parts of clauses that must all hold, each with the one input it is about."""
    pending = [it.condition for it in clauses if it.condition is not None]
    while pending:
        match pending.pop():
            case ir.Logic("and", left, right):
                pending += [left, right]
            case ir.Compare(left=left, right=right) as it:
                for side in (left, right):
                    if (name := _subject(side)) is not None:
                        yield name, it
            case ir.Matches(text=ir.Load(name)) as it:
                yield name, it
            case ir.Contains(item=ir.Load(name)) as it:
                yield name, it
            case _:
                pass


def _subject(side: ir.Expr) -> str | None:
    match side:
        case ir.Load(name):
            return name
        case ir.Call(function, (ir.Load(name),)) if function in _LENGTH:
            return name
        case _:
            return None


def _with(hints: Hints, name: str, condition: ir.Expr) -> Hints:
    match condition:
        case ir.Compare(operator, left, right):
            if _subject(left) != name:
                operator, left, right = _MIRRORED[operator], right, left
            return _compared(hints, operator, left, right)
        case ir.Matches(pattern=ir.Const(str(text))):
            return hints if hints.pattern else replace(hints, pattern=text)
        case ir.Contains(of=of) if (words := _values(of)) is not None:
            return replace(hints, words=tuple(words))
        case _:
            return hints


def _compared(hints: Hints, operator: str, left: ir.Expr, right: ir.Expr) -> Hints:
    match left, right:
        case ir.Load(), ir.Const(value) if isinstance(value, int | Decimal):
            return replace(hints, bounds=(*hints.bounds, (operator, Decimal(value))))
        case ir.Call(), ir.Const(value) if isinstance(value, int | Decimal):
            return replace(hints, lengths=(*hints.lengths, (operator, Decimal(value))))
        case ir.Load(), ir.Call("round", (ir.Load(), ir.Const(int(digits)))) if operator == "==":
            return replace(hints, scale=max(digits, 0))
        case _:
            return hints


def _values(of: ir.Expr) -> list[Value] | None:
    match of:
        case ir.Const(list(items)):
            return items
        case ir.ListOf(items):
            found = [it.value for it in items if isinstance(it, ir.Const)]
            return found if len(found) == len(items) else None
        case _:
            return None


def _range(bounds: Iterable[Compared], scale: int, low: int, high: int) -> tuple[int, int]:
    for operator, number in bounds:
        scaled = number.scaleb(scale)
        up = int(scaled.to_integral_value(ROUND_CEILING))
        down = int(scaled.to_integral_value(ROUND_FLOOR))
        match operator:
            case ">=":
                low = max(low, up)
            case ">":
                low = max(low, down + 1)
            case "<=":
                high = min(high, down)
            case "<":
                high = min(high, up - 1)
            case "==" if up == down:
                low, high = max(low, up), min(high, down)
            case _:
                pass
    return low, high
