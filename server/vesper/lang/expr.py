"""Expressions: their syntax tree.

One language serves contracts, guards, conditions, constraints, transforms and the `{...}` of
templates. Places are offsets into the expression's own text; `RelativeSource` carries them into the
document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: exact number, text, boolean or null."""

    value: int | Decimal | str | bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Duration:
    """A literal such as `250ms` or `2h`."""

    amount: int | Decimal
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in scope."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """`of.name`."""

    of: "Expr"
    name: str
    start: int
    end: int
    name_start: int


@dataclass(frozen=True, slots=True)
class Index:
    """`of[at]`."""

    of: "Expr"
    at: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; `COUNT(*)` has the one argument `Star`."""

    name: str
    arguments: tuple["Expr", ...]
    start: int
    end: int
    name_end: int


@dataclass(frozen=True, slots=True)
class Star:
    """The `*` of `COUNT(*)`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`NOT operand` or `-operand`."""

    operator: Literal["NOT", "-"]
    operand: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands with an operator between them, `NOT IN` included."""

    operator: str
    left: "Expr"
    right: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IsNull:
    """`operand IS NULL`, or `IS NOT NULL` when negated."""

    operand: "Expr"
    negated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple["Expr", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Record:
    """`{key: value}`; keys are written bare or quoted."""

    entries: tuple[tuple[str, "Expr"], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantified:
    """`FORALL name IN over: body`; `over` is None in the short form `FORALL name: body`."""

    quantifier: Literal["FORALL", "EXISTS"]
    name: str
    over: "Expr | None"
    body: "Expr"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Where a value should stand and does not; a fault says so."""

    start: int
    end: int


Expr = (
    Constant | Duration | Name | Field | Index | Call | Star | Unary | Binary | IsNull | ListOf
    | Record | Quantified | Missing
)  # fmt: skip


_walked: dict[int, tuple[Expr, tuple[Expr, ...]]] = {}
_KEPT = 64


def walk(tree: Expr) -> Iterator[Expr]:
    """The expression and everything in it, outermost first."""
    kept = _walked.get(id(tree))
    if kept is None or kept[0] is not tree:
        # Many rules walk the same few expressions one after another.
        if len(_walked) >= _KEPT:
            _walked.clear()
        kept = _walked[id(tree)] = (tree, _everything(tree))
    return iter(kept[1])


def _everything(tree: Expr) -> tuple[Expr, ...]:
    found: list[Expr] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        found.append(node)
        pending.extend(reversed(parts(node)))
    return tuple(found)


def parts(node: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside one."""
    match node:
        case Field(of=of):
            return (of,)
        case Index(of=of, at=at):
            return (of, at)
        case Call(arguments=items) | ListOf(items=items):
            return items
        case Unary(operand=operand) | IsNull(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Record(entries=entries):
            return tuple(value for _, value in entries)
        case Quantified(over=over, body=body):
            return (over, body) if over is not None else (body,)
        case Constant() | Duration() | Name() | Star() | Missing():
            return ()
