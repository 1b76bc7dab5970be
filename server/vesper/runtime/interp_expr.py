"""The meaning of expressions, one function for each form.

Each form is a generator that asks for the values of the expressions inside it. One loop
answers all of them, so depth costs no stack of Python's, and who wants the value of each part finds it there.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any, Final, NamedTuple

from vesper.lang import ir, matching
from vesper.lang.ir import Expr
from vesper.runtime.ending import Answered
from vesper.runtime.meter import FINAL, Meter
from vesper.values import numbers
from vesper.values.access import field, item, items, truth
from vesper.values.compare import contains, equal, identity, less, order
from vesper.values.library import LIBRARY
from vesper.values.text import printed
from vesper.values.value import Fault, Value

Seen = Callable[[Expr, Value | Fault], None]
"""Told the value of each part of an expression, or the fault that it ended with, inner parts first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression is evaluated in."""

    names: Mapping[str, Value]
    meter: Meter
    faults: Mapping[str, Fault] | None = None
    """Names that have no value, with the reason: `old(...)` of what was a fault."""
    answer: Answered | None = None
    seen: Seen | None = None


def evaluate(expr: Expr, setting: Setting) -> Value:
    """The value of the expression; raises `Fault` where it has none."""
    waiting = [_Open(expr, setting, _begun(expr, setting))]
    value: Value = None
    fault: Fault | None = None
    while True:
        work = waiting[-1].work
        try:
            asked = work.send(value) if fault is None else work.throw(fault)
        except StopIteration as ended:
            value, fault = ended.value, None
        except Fault as it:
            fault = it
        else:
            waiting.append(_Open(asked.expr, asked.setting, _begun(asked.expr, asked.setting)))
            value, fault = None, None
            continue
        done = waiting.pop()
        if done.setting.seen is not None:
            done.setting.seen(done.expr, value if fault is None else fault)
        if waiting:
            continue
        if fault is not None:
            raise fault.with_traceback(None)
        return value


def evaluate_over(
    expr: Expr,
    values: Mapping[str, Value],
    *,
    operations: int = 1_000_000,
    seen: Seen | None = None,
) -> Value:
    """The value of one expression over the names given, for whoever runs no program."""
    return evaluate(expr, Setting(values, Meter(operations), seen=seen))


class _Asked(NamedTuple):
    expr: Expr
    setting: Setting


Work = Generator[_Asked, Value, Value]


class _Open(NamedTuple):
    expr: Expr
    setting: Setting
    work: Work


def _begun(expr: Expr, setting: Setting) -> Work:
    return _FORMS[type(expr)](expr, setting)


def _const(it: ir.Const, _setting: Setting) -> Work:
    yield from ()
    return it.value


def _load(it: ir.Load, setting: Setting) -> Work:
    yield from ()
    if it.name in setting.names:
        return setting.names[it.name]
    kept = (setting.faults or {}).get(it.name)
    if kept is not None:
        raise Fault(kept.code, kept.message, kept.values)
    raise Fault("unknown_name", f"nothing has set `{it.name}`")


def _result(it: ir.Result, setting: Setting) -> Work:
    yield from ()
    answer = setting.answer
    if answer is None or it.side not in ("either", answer.side) or it.name not in answer.fields:
        raise Fault("missing_field", f"the answer has no `{it.name}`")
    return answer.fields[it.name]


def _succeeded(_it: ir.Succeeded, setting: Setting) -> Work:
    yield from ()
    return setting.answer is not None and setting.answer.side == "success"


def _get_field(it: ir.GetField, setting: Setting) -> Work:
    return field((yield _Asked(it.of, setting)), it.name)


def _get_item(it: ir.GetItem, setting: Setting) -> Work:
    of = yield _Asked(it.of, setting)
    return item(of, (yield _Asked(it.at, setting)))


def _negate(it: ir.Negate, setting: Setting) -> Work:
    return numbers.negate((yield _Asked(it.operand, setting)))


def _not(it: ir.Not, setting: Setting) -> Work:
    return not truth((yield _Asked(it.operand, setting)))


def _arithmetic(it: ir.Arithmetic, setting: Setting) -> Work:
    left = yield _Asked(it.left, setting)
    return _OPERATORS[it.operator](left, (yield _Asked(it.right, setting)))


def _compare(it: ir.Compare, setting: Setting) -> Work:
    left = yield _Asked(it.left, setting)
    return _COMPARISONS[it.operator](left, (yield _Asked(it.right, setting)))


def _contains(it: ir.Contains, setting: Setting) -> Work:
    wanted = yield _Asked(it.item, setting)
    return contains((yield _Asked(it.of, setting)), wanted)


def _matches(it: ir.Matches, setting: Setting) -> Work:
    text = yield _Asked(it.text, setting)
    return matching.found((yield _Asked(it.pattern, setting)), text)


def _logic(it: ir.Logic, setting: Setting) -> Work:
    decides = it.operator == "or"
    first: Fault | None = None
    try:
        if truth((yield _Asked(it.left, setting))) is decides:
            return decides
    except Fault as fault:
        if fault.code in FINAL:
            raise
        first = fault
    try:
        right = truth((yield _Asked(it.right, setting)))
    except Fault as fault:
        if first is None or fault.code in FINAL:
            raise
        raise first from None
    if first is not None and right is not decides:
        raise first
    return right


def _is_null(it: ir.IsNull, setting: Setting) -> Work:
    return (yield _Asked(it.operand, setting)) is None


def _call(it: ir.Call, setting: Setting) -> Work:
    given: list[Value] = []
    for argument in it.arguments:
        value = yield _Asked(argument, setting)
        given.append(value)
    if given and isinstance(given[0], list) and _goes_through(it.function, len(given)):
        setting.meter.charge(len(given[0]))
    return LIBRARY[it.function](*given)


def _list_of(it: ir.ListOf, setting: Setting) -> Work:
    found: list[Value] = []
    for inner in it.items:
        value = yield _Asked(inner, setting)
        found.append(value)
    return found


def _record_of(it: ir.RecordOf, setting: Setting) -> Work:
    found: dict[str, Value] = {}
    for key, inner in it.entries:
        found[key] = yield _Asked(inner, setting)
    return found


def _quantified(it: ir.Quantified, setting: Setting) -> Work:
    over = yield from _charged(it.over, setting)
    decides = it.quantifier == "exists"
    first: Fault | None = None
    for one in over:
        try:
            if truth((yield _Asked(it.body, _within(setting, {it.name: one})))) is decides:
                return decides
        except Fault as fault:
            if fault.code in FINAL:
                raise
            first = first or fault
    if first is not None:
        raise first
    return not decides


def _text(it: ir.Text, setting: Setting) -> Work:
    found: list[str] = []
    for part in it.parts:
        value = yield _Asked(part, setting)
        found.append(printed(value))
    return numbers.kept_text("".join(found))


def _each(it: ir.Each, setting: Setting) -> Work:
    found: list[Value] = []
    for place, one in enumerate((yield from _charged(it.over, setting))):
        found.append((yield _Asked(it.body, _at(setting, it.name, one, it.index, place))))
    return found


def _keep(it: ir.Keep, setting: Setting) -> Work:
    found: list[Value] = []
    for place, one in enumerate((yield from _charged(it.over, setting))):
        if truth((yield _Asked(it.body, _at(setting, it.name, one, it.index, place)))):
            found.append(one)
    return found


def _fold(it: ir.Fold, setting: Setting) -> Work:
    over = yield from _charged(it.over, setting)
    found = yield _Asked(it.initial, setting)
    for place, one in enumerate(over):
        inner = _within(setting, {it.accumulator: found})
        found = yield _Asked(it.body, _at(inner, it.name, one, it.index, place))
    return found


def _sort(it: ir.Sort, setting: Setting) -> Work:
    keyed = yield from _keyed(it.over, it.name, it.key, setting)
    for key, _ in keyed:
        # What has no order is found in the order of the list, whatever the sorting compares first.
        less(keyed[0][0], key)
    keyed.sort(key=cmp_to_key(lambda one, other: order(one[0], other[0])), reverse=it.descending)
    return [one for _, one in keyed]


def _unique(it: ir.Unique, setting: Setting) -> Work:
    found: dict[Any, Value] = {}
    for key, one in (yield from _keyed(it.over, it.name, it.key, setting)):
        found.setdefault(identity(key), one)
    return [*found.values()]


def _flatten(it: ir.Flatten, setting: Setting) -> Work:
    over = yield from _charged(it.over, setting)
    lists = [items(inner) for inner in over]
    numbers.fits_list(sum(map(len, lists)))
    return [one for inner in lists for one in inner]


def _take(it: ir.Take, setting: Setting) -> Work:
    whole = yield _Asked(it.over, setting)
    count = yield _Asked(it.count, setting)
    over = items(whole)
    if type(count) is not int:
        raise Fault("type_mismatch", f"a count is an integer, this is {numbers.kind(count)}")
    if count < 0:
        raise Fault("index_out_of_range", "no less than nothing can be taken")
    return over[:count]


def _pair(it: ir.Pair, setting: Setting) -> Work:
    one_side = yield _Asked(it.left, setting)
    other_side = yield _Asked(it.right, setting)
    left, right = items(one_side), items(other_side)
    setting.meter.charge(len(left) + len(right))
    partners: dict[Any, list[Value]] = {}
    for one in right:
        partners.setdefault(identity(field(one, it.right_key)), []).append(one)
    blank: list[Value] = [dict.fromkeys(right[0])] if right and isinstance(right[0], dict) else [{}]
    found: list[Value] = []
    for one in left:
        others = partners.get(identity(field(one, it.left_key)), blank if it.keep_all else [])
        numbers.fits_list(len(found) + len(others))
        found.extend(_merged(one, other) for other in others)
    return found


def _group(it: ir.Group, setting: Setting) -> Work:
    groups: dict[Any, list[Value]] = {} if it.keys else {(): []}
    for one in (yield from _charged(it.over, setting)):
        key = tuple(identity(field(one, name)) for name in it.keys)
        groups.setdefault(key, []).append(one)
    found: list[Value] = []
    for rows in groups.values():
        record = {name: field(rows[0], name) for name in it.keys}
        for name, column in it.columns:
            record[name] = yield _Asked(column, _within(setting, {it.rows: rows}))
        found.append(record)
    return found if it.keys else found[0]


def _charged(over: Expr, setting: Setting) -> Generator[_Asked, Value, list[Value]]:
    """The items to go through, all counted before the first."""
    found = items((yield _Asked(over, setting)))
    setting.meter.charge(len(found))
    return found


def _keyed(
    over: Expr, name: str, key: Expr, setting: Setting
) -> Generator[_Asked, Value, list[tuple[Value, Value]]]:
    found: list[tuple[Value, Value]] = []
    for one in (yield from _charged(over, setting)):
        value = yield _Asked(key, _within(setting, {name: one}))
        found.append((value, one))
    return found


def _merged(left: Value, right: Value) -> Value:
    """One record of two; the fields of the left one count."""
    for it in (left, right):
        if not isinstance(it, dict):
            raise Fault("type_mismatch", f"only records are joined, this is {numbers.kind(it)}")
    return {**left, **{key: it for key, it in right.items() if key not in left}}  # pyright: ignore


def _at(setting: Setting, name: str, one: Value, index: str, place: int) -> Setting:
    return _within(setting, {name: one, index: place} if index else {name: one})


def _within(setting: Setting, given: dict[str, Value]) -> Setting:
    return replace(setting, names={**setting.names, **given})


def _goes_through(function: str, arguments: int) -> bool:
    """Whether the function goes through the list that is its first argument."""
    return function in _OVER_LISTS or (function in ("min", "max") and arguments == 1)


_OVER_LISTS: Final = frozenset(
    {"SUM", "COUNT", "AVG", "MIN", "MAX", "ALL", "ANY", "sort", "unique", "join"}
)
_OPERATORS: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
}
_COMPARISONS: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: not less(right, left),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: not less(left, right),
}
_FORMS: Final[Mapping[type[Expr], Callable[[Any, Setting], Work]]] = {
    ir.Const: _const, ir.Load: _load, ir.Result: _result, ir.Succeeded: _succeeded,
    ir.GetField: _get_field, ir.GetItem: _get_item, ir.Negate: _negate, ir.Not: _not,
    ir.Arithmetic: _arithmetic, ir.Compare: _compare, ir.Contains: _contains, ir.Matches: _matches,
    ir.Logic: _logic, ir.IsNull: _is_null, ir.Call: _call, ir.ListOf: _list_of, ir.RecordOf: _record_of,
    ir.Quantified: _quantified, ir.Text: _text, ir.Each: _each, ir.Keep: _keep, ir.Fold: _fold,
    ir.Sort: _sort, ir.Unique: _unique, ir.Flatten: _flatten, ir.Take: _take, ir.Pair: _pair,
    ir.Group: _group,
}  # fmt: skip
