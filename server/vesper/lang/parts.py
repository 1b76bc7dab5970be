"""What expressions are made of, and which names they need."""

from collections.abc import Iterator
from typing import NamedTuple

from vesper.lang.ir import (
    Arithmetic,
    Call,
    Compare,
    Contains,
    Each,
    Expr,
    Flatten,
    Fold,
    GetField,
    GetItem,
    Group,
    IsNull,
    Keep,
    ListOf,
    Load,
    Logic,
    Matches,
    Negate,
    Not,
    Pair,
    Quantified,
    RecordOf,
    Sort,
    Take,
    Text,
    Unique,
)


class Part(NamedTuple):
    """An expression inside another, and the names that the other gives it."""

    expr: Expr
    gives: tuple[str, ...] = ()


def parts(expr: Expr) -> tuple[Part, ...]:
    """The expressions directly inside, in the order in which they are evaluated."""
    match expr:
        case Arithmetic(_, left, right) | Compare(_, left, right) | Logic(_, left, right):
            return Part(left), Part(right)
        case GetField(of=of) | Flatten(over=of):
            return (Part(of),)
        case Negate(operand) | Not(operand) | IsNull(operand):
            return (Part(operand),)
        case GetItem(first, second) | Contains(first, second) | Matches(first, second):
            return Part(first), Part(second)
        case Pair(left, right):
            return Part(left), Part(right)
        case Take(over, count):
            return Part(over), Part(count)
        case Call(_, inner) | ListOf(inner) | Text(inner):
            return tuple(map(Part, inner))
        case RecordOf(entries):
            return tuple(Part(it) for _, it in entries)
        case _:
            return _binding(expr)


def names(expr: Expr) -> tuple[str, ...]:
    """The names of the surrounding scope that the expression may load, each once, in order."""
    found: dict[str, None] = {}
    waiting: list[tuple[Expr, frozenset[str]]] = [(expr, frozenset())]
    while waiting:
        it, bound = waiting.pop()
        if isinstance(it, Load):
            if it.name not in bound:
                found[it.name] = None
            continue
        inside = [(part.expr, bound | set(part.gives)) for part in parts(it)]
        waiting.extend(reversed(inside))
    return tuple(found)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all inside it, outer ones first."""
    waiting = [expr]
    while waiting:
        it = waiting.pop()
        yield it
        waiting.extend(part.expr for part in reversed(parts(it)))


def _binding(expr: Expr) -> tuple[Part, ...]:
    match expr:
        case Quantified(_, name, over, body):
            return Part(over), Part(body, (name,))
        case Each(over, name, body, index) | Keep(over, name, body, index):
            return Part(over), Part(body, _given(name, index))
        case Fold(over, name, accumulator, initial, body, index):
            return Part(over), Part(initial), Part(body, _given(name, accumulator, index))
        case Sort(over, name, key) | Unique(over, name, key):
            return Part(over), Part(key, (name,))
        case Group(over, _, rows, columns):
            return Part(over), *(Part(it, (rows,)) for _, it in columns)
        case _:
            return ()


def _given(*given: str) -> tuple[str, ...]:
    return tuple(filter(None, given))
