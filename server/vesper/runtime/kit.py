"""What generated code imports: the exact operators, what a run begins and ends with, and what it asks for.

Generated code relies on these names and on nothing else. `python` as an engine and a file written by
`vesper compile` run the same code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Rounded,
    Underflow,
)
from functools import cmp_to_key, partial, reduce
from typing import Any, Final, Literal

from vesper.lang.conversion import Problem
from vesper.lang.matching import found as pattern_found
from vesper.lang.matching import searcher
from vesper.lang.program import (
    Clause,
    Guard,
    Input,
    Limits,
    Machine,
    Output,
    Program,
    Retry,
    Security,
)
from vesper.lang.types import Array, Enum, MapType, Named, Nullable, Primitive, RecordType
from vesper.runtime import ending
from vesper.runtime.ending import (
    Answered,
    breaches_told,
    fallen_off,
    problems_told,
    take_answer,
    take_inputs,
    too_many_items,
)
from vesper.runtime.meter import FINAL
from vesper.runtime.request import Breach, Effect, Ended, Failure, Fork, Invocation, Running
from vesper.values import compare, library, numbers
from vesper.values.access import field, item, items, truth
from vesper.values.compare import contains, equal, identity, less
from vesper.values.library import LIBRARY
from vesper.values.moment import read_timestamp
from vesper.values.numbers import EXACT, kind
from vesper.values.text import printed
from vesper.values.value import INT_MAX, Fault, Value

__all__ = [
    "LIBRARY",
    "UTC",
    "Answered",
    "Array",
    "Clause",
    "Decimal",
    "Effect",
    "Ended",
    "Enum",
    "Failure",
    "Fork",
    "Guard",
    "Input",
    "Invocation",
    "Limits",
    "Machine",
    "MapType",
    "Mapping",
    "Named",
    "Nullable",
    "Output",
    "Primitive",
    "Program",
    "RecordType",
    "Retry",
    "Running",
    "Security",
    "Value",
    "breaches_told",
    "datetime",
    "equal",
    "fallen_off",
    "field",
    "identity",
    "item",
    "items",
    "less",
    "library",
    "partial",
    "printed",
    "problems_told",
    "read_timestamp",
    "reduce",
    "searcher",
    "take_answer",
    "take_inputs",
    "timedelta",
    "too_many_items",
    "truth",
]  # fmt: skip

ClauseKind = Literal["constraint", "precondition", "postcondition", "invariant"]
FAULTS: Final = (Fault, DecimalException, KeyError)
"""What an evaluation may end with: our own, and what Python raises where ours would be the same."""
FAILURES: Final = (*FAULTS, Failure)
"""What a step may end with."""
UNSET: Final = object()
"""What a name holds that no step has set yet."""

add = numbers.add
minus = numbers.subtract
multiply = numbers.multiply
over = numbers.divide
remainder = numbers.remainder
negate = numbers.negate
integer = numbers.integer
divide = numbers.divide_decimal
kept_text = numbers.kept_text
kept_list = numbers.kept_list
add_exactly = EXACT.add
subtract_exactly = EXACT.subtract
negate_exactly = EXACT.minus
multiply_exactly = EXACT.multiply
plus = EXACT.plus
plain = Context(
    prec=numbers.MOST_DIGITS, Emin=-numbers.LARGEST_EXPONENT, Emax=numbers.LARGEST_EXPONENT,
    traps=[InvalidOperation, Overflow, Underflow, Rounded],
).plus  # fmt: skip
"""An exception for a number that would lose a digit, be it a zero."""
ROUNDING: Final = Context(
    prec=numbers.MOST_DIGITS, Emin=-numbers.LARGEST_EXPONENT, Emax=numbers.LARGEST_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)  # fmt: skip


class Outside(Exception):
    """Something that failed behind the flow: no handler of a step answers it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


ENDINGS: Final = (*FAILURES, Outside)
"""What a run may end with."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What one branch of a fork came to."""

    answer: Answered | None
    names: Mapping[str, Value]
    """What it has set."""
    collected: Value = None


def known(value: Any, name: str) -> Any:
    """What a name holds; a fault where nothing has set it."""
    if value is UNSET:
        raise unknown_name(name)
    return value


def unknown(name: str) -> Any:
    """The fault of a name that nothing sets."""
    raise unknown_name(name)


def unknown_name(name: str) -> Fault:
    """The fault itself."""
    return Fault("unknown_name", f"nothing has set `{name}`")


def released(value: Any) -> Any:
    """What was kept before the flow; a fault that was kept is raised now."""
    if isinstance(value, Fault):
        raise Fault(value.code, value.message, value.values)
    return value


def no_result(name: str) -> Any:
    """The fault of a field that the answer does not have."""
    raise Fault("missing_field", f"the answer has no `{name}`")


def result(value: Any, name: str) -> Any:
    """A field that the answer may not have."""
    return no_result(name) if value is UNSET else value


def spent(limit: int) -> Fault:
    """The fault of a run that took too much."""
    return Fault("budget_exceeded", f"the run took more than {limit:,} operations")


def fault(error: BaseException) -> Fault:
    """What Python raised as the fault that it is."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, KeyError):
        return Fault("missing_field", f"there is no `{error.args[0]}`")
    return numbers.too_long()


def verdict(error: BaseException) -> Fault:
    """The fault as what a clause comes to; one that nothing absorbs is raised."""
    found = fault(error)
    if found.code in FINAL:
        raise found
    return found


def first(kept: Fault | None, error: BaseException) -> Fault:
    """The fault that counts: the one before, where there is one."""
    found = verdict(error)
    return found if kept is None else kept


def at_most(left: Value, right: Value) -> bool:
    """`<=`."""
    return not less(right, left)


def more(left: Value, right: Value) -> bool:
    """`>`."""
    return less(right, left)


def at_least(left: Value, right: Value) -> bool:
    """`>=`."""
    return not less(left, right)


def matches(text: Value, pattern: Value) -> bool:
    """The pattern looked for in the text."""
    return pattern_found(pattern, text)


def within(one: Value, of: Value) -> bool:
    """`IN`, `CONTAINS`."""
    return contains(of, one)


def size(value: Value) -> int:
    """How many items a function goes through: those of a list."""
    return len(value) if isinstance(value, list) else 0


def call(function: str, *arguments: Value) -> Value:
    """A function by its name."""
    return LIBRARY[function](*arguments)


def sum_integers(values: list[int], zero: int) -> int:
    """The sum of integers; an overflow on the way is one, even where the end would fit."""
    if not values:
        return zero
    highest, lowest = max(values), min(values)
    if len(values) * max(highest, -lowest) + abs(zero) <= INT_MAX:
        return sum(values, zero)
    found = zero
    for it in values:
        found = integer(found + it)
    return found


def average_decimal(values: list[Decimal]) -> Decimal | None:
    """The mean of decimals; of nothing, null."""
    if not values:
        return None
    return numbers.divide_decimal(reduce(add_exactly, values, 0), len(values))  # pyright: ignore


def in_order_of(keys: list[Value], values: list[Value], descending: bool) -> list[Value]:
    """The values in the order of their keys, stable."""
    for key in keys:
        less(keys[0], key)
    order = cmp_to_key(compare.order)
    places = sorted(range(len(keys)), key=lambda at: order(keys[at]), reverse=descending)
    return [values[at] for at in places]


def first_of_each(keys: list[Value], values: list[Value]) -> list[Value]:
    """The first value for each key."""
    found: dict[Any, Value] = {}
    for key, value in zip(keys, values, strict=True):
        found.setdefault(identity(key), value)
    return [*found.values()]


def flatten(values: list[Value]) -> list[Value]:
    """The items of the lists in a list."""
    lists = [items(inner) for inner in values]
    numbers.fits_list(sum(map(len, lists)))
    return [one for inner in lists for one in inner]


def take(values: Value, count: Value) -> list[Value]:
    """The first few items."""
    found = items(values)
    if type(count) is not int:
        raise Fault("type_mismatch", f"a count is an integer, this is {kind(count)}")
    if count < 0:
        raise Fault("index_out_of_range", "no less than nothing can be taken")
    return found[:count]


def pair(
    left: list[Value], right: list[Value], left_key: str, right_key: str, keep_all: bool
) -> list[Value]:
    """Each record of the left with each of the right whose key is equal; the left one's fields count."""
    partners: dict[Any, list[Value]] = {}
    for one in right:
        partners.setdefault(identity(field(one, right_key)), []).append(one)
    nobody: list[Value] = []
    if keep_all:
        nobody = [dict.fromkeys(right[0]) if right and isinstance(right[0], dict) else {}]
    found: list[Value] = []
    for one in left:
        others = partners.get(identity(field(one, left_key)), nobody)
        numbers.fits_list(len(found) + len(others))
        for other in others:
            ours, theirs = _record(one), _record(other)
            found.append({**ours, **{key: it for key, it in theirs.items() if key not in ours}})
    return found


def _record(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise Fault("type_mismatch", f"only records are joined, this is {kind(value)}")


_new = object.__new__
_fields = [Ended.__dict__[it.name].__set__ for it in fields(Ended)]
_output, _error, _declared, _checked, _violated, _unchecked, _operations = _fields


def succeeded(
    output: dict[str, Value], checked: int, unchecked: tuple[str, ...], ops: int
) -> Ended:
    """`Ended` with an output and nothing broken; in a quarter of the time that a frozen class takes."""
    ended = _new(Ended)
    _output(ended, output)
    _error(ended, None)
    _declared(ended, False)
    _checked(ended, checked)
    _violated(ended, ())
    _unchecked(ended, unchecked)
    _operations(ended, ops)
    return ended


def refused_inputs(problems: Sequence[Problem]) -> Ended:
    """The end of a run whose inputs are no values of their types."""
    return Ended(error=ending.problems_told("input_invalid", problems))


def told(values: Mapping[str, Any]) -> dict[str, Value]:
    """The names that hold a value."""
    return {
        name: it for name, it in values.items() if it is not UNSET and not isinstance(it, Fault)
    }


def breach(
    clause: Clause, kind: ClauseKind, found: bool | Fault, values: Mapping[str, Value]
) -> Breach:
    """A clause that does not hold."""
    return ending.breach(clause, kind, found, values)


def once(first: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Each text once."""
    return tuple(dict.fromkeys((*first, *others)))


def guard_failed(text: str, found: bool | Fault, values: Mapping[str, Value], site: str) -> Failure:
    """What a step fails with whose guard does not hold."""
    return ending.guard_failure(Guard(text, None), found, values, site)


def failed(code: str, message: str, values: Mapping[str, Value], site: str) -> Failure:
    """What a step fails with that says so itself."""
    return Failure((code,), message, {"step": site, **values})


def fact_failed(error: Failure, unknown_facts: set[str], name: str) -> None:
    """A fact that nobody reports is noted; any other failure goes on."""
    if "fact_unknown" not in error.codes:
        raise error
    unknown_facts.add(name)


def failure(error: BaseException, site: str, at: str | None) -> Failure:
    """What a step failed with, told of the innermost step that did."""
    if not isinstance(error, Failure):
        return ending.fault_failure(fault(error), site + (at or ""))
    if at is not None:
        error.details = {"step": site + at, **error.details}
    return error


def answers(error: Failure, *codes: str) -> bool:
    """Whether a handler for these codes may answer the failure; none means any."""
    return not error.final and (not codes or not set(codes).isdisjoint(error.codes))


def fresh(times: dict[str, int], site: str, before: str) -> str:
    """The site without what is before all, numbered where the run has been there already."""
    count = times[site] = times.get(site, -1) + 1
    return (f"{site}~{count}" if count else site).removeprefix(before)


def joined(ops: int, spent_by: Sequence[int]) -> int:
    """What a run has used once its branches have ended."""
    return ops + sum(it - ops for it in spent_by)


def given(ended: Branch, name: str, before: Any) -> Any:
    """What a branch has set, else what was there before."""
    return ended.names.get(name, before)


def answer_of(ended: Sequence[Branch]) -> Answered | None:
    """The first answer in order."""
    return next((it.answer for it in ended if it.answer is not None), None)


Tally = tuple[int, Sequence[Breach], Iterable[str], int]
"""How many clauses were checked, which are broken, which nobody could check, and the operations."""


def ended_by(
    program: Program, error: BaseException, site: str, at: str | None, tally: Tally
) -> Ended:
    """The end of a run by what failed and nothing handled."""
    checked, broken, unchecked, ops = tally
    found = failure(error.error if isinstance(error, Outside) else error, site, at)
    if broken and not found.final:
        told_of = ending.breaches_told("precondition_violated", broken)
    else:
        told_of = ending.failure_told(found, program)
    return Ended(None, told_of, False, checked, tuple(broken), tuple(unchecked), ops)
