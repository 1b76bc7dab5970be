"""Expressions made into intermediate representation, with the types that engines may rely on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, assert_never

from vesper.compile import kinds
from vesper.lang import expr, grammar, ir
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operators import constant, plural
from vesper.lang.types import (
    ANY,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    TIMESTAMP,
    Array,
    RecordType,
    Type,
    settled,
    unwrapped,
)
from vesper.values.moment import read_duration
from vesper.values.numbers import decimal, is_number
from vesper.values.value import INT_MAX, INT_MIN, Fault, Value

Resolve = Callable[[str], ir.Expr | None]
NOTHING: Final = ir.Const(None, NULL)
_CLOCK: Final = ("current_timestamp", "current_year")
_DRAWN: Final = ("uuid", "random")
_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")
_ZEROS: Final[Mapping[Type, Value]] = {DECIMAL: Decimal(0), DURATION: timedelta(0)}
_LISTS: Final = ("SUM", "AVG", "MIN", "MAX", "ALL", "ANY", "COUNT", "sort", "unique", "join")
"""Functions whose first argument is a list: in aggregations what stands there is worked out for each row."""


@dataclass(slots=True)
class Sources:
    """What expressions get from around them: each gives an expression and notes that it is needed."""

    resolve: Resolve
    """What a name stands for; None where nobody defines it."""
    named: Mapping[str, Type]
    fresh: Callable[[str], str]
    """A name that nothing else has."""
    now: Callable[[], ir.Expr]
    draw: Callable[[str], ir.Expr] = lambda _function: NOTHING
    old: Callable[[expr.Expr], ir.Expr] | None = None
    unknown: list[str] = field(default_factory=list[str])
    """The names and functions that nobody defines, in the order met."""


@lru_cache(maxsize=4096)
def parsed(text: str) -> expr.Expr | None:
    """The tree of an expression; None where it cannot be read as a whole."""
    found = grammar.parse(text)
    return None if found.faults else found.tree


def bare(text: str) -> str:
    """An expression without the braces that somebody put around it."""
    text = text.strip()
    return text[1:-1] if text.startswith("{") and text.endswith("}") and ":" not in text else text


def const(value: Value) -> ir.Expr:
    """A literal; a whole number beyond 64 bits is a decimal, one beyond all limits a fault."""
    if isinstance(value, int) and not isinstance(value, bool) and not INT_MIN <= value <= INT_MAX:
        value = Decimal(value)
    if isinstance(value, Decimal):
        try:
            return ir.Const(decimal(value), DECIMAL)
        except Fault:
            return ir.Call("to_decimal", (const("beyond all limits"),), DECIMAL)
    if isinstance(value, datetime):
        return ir.Const(value, TIMESTAMP)
    if isinstance(value, timedelta):
        return ir.Const(value, DURATION)
    return ir.Const(value, constant(value) if not isinstance(value, list | dict) else ANY)


def load(name: str, kind: Type, named: Mapping[str, Type]) -> ir.Load:
    """A name with its type, that of a document's own type settled."""
    return ir.Load(name, settled(kind, named))


def get(of: ir.Expr, name: str, named: Mapping[str, Type]) -> ir.GetField:
    """`of.name`."""
    return ir.GetField(of, name, settled(kinds.field(of.type, name, named), named))


def negated(operand: ir.Expr) -> ir.Expr:
    """`NOT operand`, without two in a row."""
    return operand.operand if isinstance(operand, ir.Not) else ir.Not(operand)


def lowered(tree: expr.Expr, sources: Sources, row: "Row | None" = None) -> ir.Expr:
    """An expression; what nobody defines is noted in `sources.unknown`."""
    return _Lowerer(sources, row).lower(tree)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands alone in an aggregation: the fields of the items of the list `rows`."""

    rows: ir.Load
    kind: Type
    """Of one item."""


class _Lowerer:
    """Lowers one expression. `bound` are the names of quantifiers around the place."""

    def __init__(self, sources: Sources, row: Row | None) -> None:
        self._sources = sources
        self._named = sources.named
        self._bound: dict[str, ir.Expr] = {}
        self._row = row
        self._item: ir.Load | None = None
        """The row at hand, inside the argument of `SUM` and the like."""

    def lower(self, node: expr.Expr) -> ir.Expr:  # noqa: C901 -- one case a kind of expression
        match node:
            case expr.Constant(value):
                return const(value)
            case expr.Duration(amount, unit):
                return const(read_duration(f"{amount}{unit}"))
            case expr.Name(name):
                return self._name(name)
            case expr.Star() | expr.Missing():
                return NOTHING
            case expr.Field(of=of, name=name):
                return self._field(of, name)
            case expr.Index(of=of, at=at):
                return self._index(self.lower(of), self.lower(at))
            case expr.Call():
                return self._call(node)
            case expr.Unary("NOT", operand):
                return negated(self.lower(operand))
            case expr.Unary(_, operand):
                return self._minus(operand)
            case expr.Binary():
                return self._binary(node)
            case expr.IsNull(operand, is_negated):
                found = ir.IsNull(self.lower(operand))
                return negated(found) if is_negated else found
            case expr.ListOf(items):
                return self._list([self.lower(it) for it in items])
            case expr.Record(entries):
                return record([(key, self.lower(it)) for key, it in entries])
            case expr.Quantified():
                return self._quantified(node)
        assert_never(node)

    def _name(self, name: str) -> ir.Expr:
        found = self._bound.get(name)
        if found is None and self._row is not None:
            found = self._column(name, self._row)
        if found is None:
            found = self._sources.resolve(name)
        if found is None:
            self._sources.unknown.append(name)
            return ir.Load(name)
        return found

    def _column(self, name: str, row: Row) -> ir.Expr | None:
        """A field of the row at hand, else of the group's first row; None where rows have no such field."""
        kind = unwrapped(row.kind, self._named)
        if isinstance(kind, RecordType) and kind.field(name) is None:
            return None
        of = self._item or ir.GetItem(row.rows, const(0), kind)
        return get(of, name, self._named)

    def _field(self, of: expr.Expr, name: str) -> ir.Expr:
        base = self.lower(of)
        if isinstance(base, ir.Not) and isinstance(base.operand, ir.Succeeded):
            # `error.occurred`, `error.code`: what `error` alone means is whether there was one.
            return base if name == "occurred" else _of_error(name)
        if isinstance(base, ir.Succeeded):
            return ir.Result(name, "success")
        return get(base, name, self._named)

    def _index(self, of: ir.Expr, at: ir.Expr) -> ir.Expr:
        kind = unwrapped(of.type, self._named)
        if isinstance(kind, RecordType):
            key = at.value if isinstance(at, ir.Const) else None
            found = (kind.field(key) if isinstance(key, str) else None) or ANY
        else:
            found = kinds.item(kind, self._named)
        return ir.GetItem(of, at, settled(found, self._named))

    def _minus(self, operand: expr.Expr) -> ir.Expr:
        if isinstance(operand, expr.Constant) and is_number(operand.value):
            # Never Python's `-`: it rounds a decimal to what the thread's context holds.
            value = operand.value
            return const(value.copy_negate() if isinstance(value, Decimal) else -value)
        inner = self.lower(operand)
        kind = unwrapped(inner.type, self._named)
        return ir.Negate(inner, kind if kind in (INTEGER, DECIMAL, DURATION) else ANY)

    def _list(self, items: list[ir.Expr]) -> ir.Expr:
        kind = kinds.all_joined(tuple(it.type for it in items), self._named)
        return ir.ListOf(tuple(items), Array(kind))

    def _binary(self, node: expr.Binary) -> ir.Expr:
        left, right = self.lower(node.left), self.lower(node.right)
        match node.operator:
            case "AND":
                return ir.Logic("and", left, right)
            case "OR":
                return ir.Logic("or", left, right)
            case "=>":
                return ir.Logic("or", negated(left), right)
            case "==" | "!=" | "<" | "<=" | ">" | ">=":
                return ir.Compare(node.operator, left, right)
            case "IN":
                return ir.Contains(left, right)
            case "NOT IN":
                return ir.Not(ir.Contains(left, right))
            case "CONTAINS":
                return ir.Contains(right, left)
            case "MATCHES":
                return ir.Matches(left, right)
            case "+" | "-" | "*" | "/" | "%":
                kind = kinds.arithmetic(left.type, node.operator, right.type, self._named)
                return ir.Arithmetic(node.operator, left, right, kind)
            case _:
                raise AssertionError(node.operator)

    def _quantified(self, node: expr.Quantified) -> ir.Expr:
        if node.over is not None:
            over = self.lower(node.over)
        else:
            word = plural(node.name, lambda it: self._sources.resolve(it) is not None)
            over = self._name(word)
        name = self._sources.fresh(node.name) if node.name in self._bound else node.name
        variable = ir.Load(name, kinds.item(over.type, self._named))
        body = self._within(node.name, load(name, variable.type, self._named), node.body)
        return ir.Quantified("all" if node.quantifier == "FORALL" else "exists", name, over, body)

    def _within(self, name: str, meaning: ir.Expr, body: expr.Expr) -> ir.Expr:
        before = self._bound
        self._bound = {**before, name: meaning}
        found = self.lower(body)
        self._bound = before
        return found

    def _call(self, node: expr.Call) -> ir.Expr:
        name, given = node.name, node.arguments
        if name not in FUNCTIONS and name not in _DRAWN:
            self._sources.unknown.append(name)
            return ir.Load(name)
        if name in _CLOCK:
            kind = kinds.result(name, (), self._named)
            return ir.Call(name, (self._sources.now(),), kind)
        if name in _DRAWN:
            return self._sources.draw(name)
        if name == "old" and len(given) == 1 and self._sources.old is not None:
            return self._sources.old(given[0])
        if given and isinstance(given[0], expr.Star):
            return ir.Call("len", (self._row.rows if self._row else NOTHING,), INTEGER)
        if name in _LISTS and given and self._row is not None and self._item is None:
            arguments = [self._projected(given[0], self._row), *map(self.lower, given[1:])]
        elif name in ("ALL", "ANY") and len(given) == 1 and _is_condition(given[0]):
            return self._of_each(name, given[0])
        else:
            arguments = [self.lower(it) for it in given]
        return self._called(name, arguments)

    def _called(self, name: str, arguments: list[ir.Expr]) -> ir.Expr:
        kind = kinds.result(name, tuple(it.type for it in arguments), self._named)
        if name == "SUM" and kind in _ZEROS and len(arguments) == 1:
            arguments.append(const(_ZEROS[kind]))
        name = "len" if name == "COUNT" else name
        return ir.Call(name, tuple(arguments), settled(kind, self._named))

    def _projected(self, node: expr.Expr, row: Row) -> ir.Expr:
        """What an expression over columns gives for each row."""
        if isinstance(node, expr.Name) and node.name not in self._bound:
            column = self._column(node.name, row)
            if column is not None:
                return get(row.rows, node.name, self._named)
        name = self._sources.fresh("row")
        self._item = load(name, row.kind, self._named)
        body = self.lower(node)
        self._item = None
        return ir.Each(row.rows, name, body, "", Array(body.type))

    def _of_each(self, name: str, node: expr.Expr) -> ir.Expr:
        """`ALL(xs.a > 0)`: the comparison made for each item of the list that it goes over."""
        condition = self.lower(node)
        over = _list_in(condition, self._named)
        if over is None:
            return self._called(name, [condition])
        item = self._sources.fresh("item")
        variable = load(item, kinds.item(over.type, self._named), self._named)
        body = _with_item(condition, over, variable, self._named)
        return ir.Quantified("all" if name == "ALL" else "exists", item, over, body)


def record(entries: list[tuple[str, ir.Expr]]) -> ir.Expr:
    """A record of these fields; of a key written twice the last counts."""
    kept = dict(entries)
    kind = RecordType("record", tuple((key, it.type) for key, it in kept.items()))
    return ir.RecordOf(tuple(kept.items()), kind)


def listed(items: list[ir.Expr], named: Mapping[str, Type]) -> ir.Expr:
    """A list of these."""
    return ir.ListOf(tuple(items), Array(kinds.all_joined(tuple(it.type for it in items), named)))


def _of_error(name: str) -> ir.Expr:
    return ir.Result("error_code" if name == "code" else name, "error")


def _is_condition(node: expr.Expr) -> bool:
    match node:
        case expr.Unary("NOT", _):
            return True
        case expr.Binary(operator):
            return operator in ("AND", "OR", "=>", *_COMPARISONS, "MATCHES")
        case _:
            return False


def _list_in(node: ir.Expr, named: Mapping[str, Type]) -> ir.Expr | None:
    """The list that a comparison goes over: the first one in it, without the fields taken of its items."""
    match node:
        case ir.Not(operand):
            return _list_in(operand, named)
        case ir.Logic(left=left, right=right):
            return _list_in(left, named) or _list_in(right, named)
        case ir.Compare(left=left, right=right) | ir.Matches(text=left, pattern=right):
            return _projection(left, named) or _projection(right, named)
        case _:
            return None


def _projection(side: ir.Expr, named: Mapping[str, Type]) -> ir.Expr | None:
    found: ir.Expr | None = None
    while True:
        kind = unwrapped(side.type, named)
        if isinstance(kind, Array):
            found = side
        if not isinstance(side, ir.GetField):
            return found
        if found is None and kind == ANY:
            found = side.of
        side = side.of


def _with_item(node: ir.Expr, over: ir.Expr, item: ir.Load, named: Mapping[str, Type]) -> ir.Expr:
    """The condition where the item stands in place of the list."""
    match node:
        case _ if node == over:
            return item
        case ir.Not(operand):
            return ir.Not(_with_item(operand, over, item, named))
        case ir.Logic(_, left, right) | ir.Compare(_, left, right):
            left, right = (_with_item(it, over, item, named) for it in (left, right))
            return replace(node, left=left, right=right)
        case ir.Matches(text, pattern):
            return ir.Matches(_with_item(text, over, item, named), pattern)
        case ir.GetField(of, name):
            inner = _with_item(of, over, item, named)
            return node if inner is of else get(inner, name, named)
        case _:
            return node
