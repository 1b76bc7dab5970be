"""Calls of the functions of expressions as Python."""

import ast
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from vesper.compile.python_code import (
    Piece,
    Writer,
    call,
    is_none,
    kit,
    method,
    negated,
    of_kit,
    without_minus,
)
from vesper.compile.python_kinds import BYTES, NUMERIC, ORDERED, bare, common, item_of
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    TIMESTAMP,
    Array,
    MapType,
    Nullable,
    RecordType,
    Type,
)
from vesper.values.library import LIBRARY

_MOST_DIGITS: Final = 1_000
_OVER_LISTS: Final = frozenset(
    {"SUM", "COUNT", "AVG", "MIN", "MAX", "ALL", "ANY", "sort", "unique", "join"}
)


def called(w: Writer, function: str, given: list[Piece]) -> Piece:
    """The call of a function whose arguments are there."""
    if goes_through(function, len(given)) and given and bare(given[0].kind) not in _NO_LISTS:
        given = _counted(w, given)
    native = _NATIVE.get(function)
    found = native(w, given) if native is not None else None
    return _general(function, given) if found is None else found


def goes_through(function: str, arguments: int) -> bool:
    """Whether the function goes through the list that is its first argument."""
    return function in _OVER_LISTS or (function in ("min", "max") and arguments == 1)


def _counted(w: Writer, given: list[Piece]) -> list[Piece]:
    """The arguments, with the items of the first charged before the function is called."""
    settled = [w.put("items", given[0])]
    settled += [w.put("part", it) if it.faults else it for it in given[1:]]
    first = settled[0]
    w.charge(call("len", first.node) if isinstance(first.kind, Array) else kit("size", first.node))
    return settled


def _general(function: str, given: list[Piece]) -> Piece:
    """The function itself."""
    kinds = _RESULTS.get(function, ANY)
    if function not in LIBRARY:
        return Piece(kit("call", ast.Constant(function), *(it.node for it in given)), ANY, True)
    target = ast.Attribute(of_kit("library"), LIBRARY[function].__name__, ast.Load())
    is_total = function in _TOTAL and all(it.kind == STRING and not it.faults for it in given)
    return Piece(ast.Call(target, [it.node for it in given], []), kinds, not is_total)


def _sum(w: Writer, given: list[Piece]) -> Piece | None:
    zero = given[1] if len(given) > 1 else Piece(ast.Constant(0), INTEGER)
    item = given[0].kind.item if isinstance(given[0].kind, Array) else ANY
    if item == DECIMAL and zero.kind in NUMERIC:
        code = kit("reduce", of_kit("add_exactly"), given[0].node, zero.node)
        return Piece(code, DECIMAL if zero.kind == DECIMAL else ANY, True)
    if item == zero.kind == INTEGER:
        return Piece(kit("sum_integers", given[0].node, zero.node), INTEGER, True)
    return None


def _count(_w: Writer, given: list[Piece]) -> Piece | None:
    of = given[0]
    if of.kind in (STRING, BYTES) or isinstance(of.kind, Array | MapType | RecordType):
        return Piece(call("len", of.node), INTEGER, of.faults)
    return None


def _smallest(_w: Writer, given: list[Piece]) -> Piece | None:
    return _extreme("min", given)


def _largest(_w: Writer, given: list[Piece]) -> Piece | None:
    return _extreme("max", given)


def _extreme(name: str, given: list[Piece]) -> Piece | None:
    """Python's own: like ours it takes the first of equal ones."""
    if len(given) == 1 and isinstance(given[0].kind, Array):
        item = given[0].kind.item
        if item in NUMERIC or item in ORDERED:
            nothing = ast.keyword("default", ast.Constant(None))
            code = ast.Call(call(name).func, [given[0].node], [nothing])
            return Piece(code, Nullable(item), given[0].faults)
        return None
    kinds = {it.kind for it in given}
    if len(given) > 1 and (kinds <= NUMERIC or (len(kinds) == 1 and kinds <= ORDERED)):
        code = call(name, *(it.node for it in given))
        return Piece(code, common(*kinds), any(it.faults for it in given))
    return None


def _every(_w: Writer, given: list[Piece]) -> Piece | None:
    is_known = given[0].kind == Array(BOOLEAN)
    return Piece(call("all", given[0].node), BOOLEAN) if is_known else None


def _some(_w: Writer, given: list[Piece]) -> Piece | None:
    is_known = given[0].kind == Array(BOOLEAN)
    return Piece(call("any", given[0].node), BOOLEAN) if is_known else None


def _average(_w: Writer, given: list[Piece]) -> Piece | None:
    if given[0].kind == Array(DECIMAL):
        return Piece(kit("average_decimal", given[0].node), Nullable(DECIMAL), True)
    return None


def _round(w: Writer, given: list[Piece]) -> Piece | None:
    digits = given[1].node if len(given) > 1 else ast.Constant(0)
    if not (isinstance(digits, ast.Constant) and type(digits.value) is int):
        return None
    if given[0].kind == INTEGER and digits.value >= 0:
        return given[0]
    if given[0].kind == DECIMAL and -_MOST_DIGITS < digits.value < _MOST_DIGITS:
        unit = w.constant("unit", Decimal((0, (1,), -digits.value)))
        found = method(given[0].node, "quantize", unit, ast.Constant(None), of_kit("ROUNDING"))
        return Piece(without_minus(w, found), DECIMAL, True)
    return None


def _coalesce(w: Writer, given: list[Piece]) -> Piece | None:
    if len(given) != 2 or given[1].faults:
        return None
    first, second = w.put("first", given[0]), given[1]
    if not (first.kind in (ANY, NULL) or isinstance(first.kind, Nullable)):
        return first
    kind = common(bare(first.kind), second.kind) if first.kind != NULL else second.kind
    return Piece(ast.IfExp(negated(is_none(first.node)), first.node, second.node), kind)


def _starts(_w: Writer, given: list[Piece]) -> Piece | None:
    return _asked("startswith", given)


def _ends(_w: Writer, given: list[Piece]) -> Piece | None:
    return _asked("endswith", given)


def _asked(name: str, given: Sequence[Piece]) -> Piece | None:
    text, other = given
    if text.kind == other.kind == STRING:
        return Piece(method(text.node, name, other.node), BOOLEAN, text.faults or other.faults)
    return None


def _unique(_w: Writer, given: list[Piece]) -> Piece | None:
    """Values that are their own identity: a dict keeps the first of equal keys."""
    kind = given[0].kind
    if isinstance(kind, Array) and (kind.item in NUMERIC or kind.item in (TIMESTAMP, DURATION)):
        keys = ast.Call(
            ast.Attribute(call("dict").func, "fromkeys", ast.Load()), [given[0].node], []
        )
        return Piece(call("list", keys), kind)
    found = _general("unique", given)
    return Piece(found.node, Array(item_of(kind)), True)


def _sort(_w: Writer, given: list[Piece]) -> Piece | None:
    kind = given[0].kind
    if isinstance(kind, Array) and (kind.item in NUMERIC or kind.item in ORDERED):
        return Piece(call("sorted", given[0].node), kind)
    return None


def _printed(_w: Writer, given: list[Piece]) -> Piece | None:
    of = given[0]
    if of.kind == STRING:
        return of
    return Piece(
        kit("printed", of.node),
        STRING,
        of.faults or isinstance(bare(of.kind), Array) or _deep(of.kind),
    )


def _deep(kind: Type) -> bool:
    return kind == ANY or isinstance(bare(kind), MapType | RecordType)


def _moment(_w: Writer, given: list[Piece]) -> Piece | None:
    return given[0] if given[0].kind == TIMESTAMP else None


_NO_LISTS: Final = frozenset({STRING, BYTES, INTEGER, DECIMAL, BOOLEAN, TIMESTAMP, DURATION, NULL})
_NATIVE: Final = {
    "SUM": _sum, "COUNT": _count, "len": _count, "MIN": _smallest, "min": _smallest, "MAX": _largest,
    "max": _largest, "ALL": _every, "ANY": _some, "AVG": _average, "round": _round,
    "coalesce": _coalesce, "starts_with": _starts, "ends_with": _ends, "unique": _unique, "sort": _sort,
    "to_string": _printed, "current_timestamp": _moment,
}  # fmt: skip
_TOTAL: Final = frozenset({"lower", "upper", "trim", "to_string"})
_RESULTS: Final[Mapping[str, Type]] = {
    "COUNT": INTEGER, "len": INTEGER, "ALL": BOOLEAN, "ANY": BOOLEAN, "floor": INTEGER, "ceil": INTEGER,
    "AVG": Nullable(DECIMAL), "lower": STRING, "upper": STRING, "trim": STRING, "split": Array(STRING),
    "join": STRING, "replace": STRING, "substring": STRING, "starts_with": BOOLEAN,
    "ends_with": BOOLEAN, "keys": Array(STRING), "contains_key": BOOLEAN, "current_year": INTEGER,
    "days_between": INTEGER, "to_string": STRING, "to_integer": INTEGER, "to_decimal": DECIMAL,
    "timestamp": TIMESTAMP, "duration": DURATION,
}  # fmt: skip
