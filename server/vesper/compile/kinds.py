"""The static types that engines may rely on: a value of another type cannot be there.

The types that people are told (`vesper.lang.infer`) may be kinder: there, of an integer and a decimal
comes a decimal. Here it is `any`, since the value may still be an integer.
"""

from collections.abc import Callable, Mapping
from typing import Final

from vesper.lang import operators
from vesper.lang.functions import FUNCTIONS
from vesper.lang.operators import item_of
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
    Enum,
    MapType,
    Nullable,
    RecordType,
    Type,
    unwrapped,
)

Named = Mapping[str, Type]
Given = tuple[Type, ...]
_NUMBERS: Final = (INTEGER, DECIMAL)
_SURE: Final = (BOOLEAN, INTEGER, DECIMAL, STRING, TIMESTAMP, DURATION)


def joined(first: Type, second: Type, named: Named) -> Type:
    """A type that holds the values of both as they are; `any` where only that does."""
    if first == second:
        return first
    one, other = unwrapped(first, named), unwrapped(second, named)
    is_nullable = any(isinstance(it, Nullable) or it == NULL for it in (first, second))
    if NULL in (one, other):
        one, other = (one, one) if other == NULL else (other, other)
    match one, other:
        case Enum(), Enum():
            found: Type = Enum(tuple(dict.fromkeys((*one.words, *other.words))))
        case _ if _is_text(one) and _is_text(other):
            found = STRING
        case _:
            found = one if one == other else ANY
    return Nullable(found) if is_nullable and found not in (ANY, NULL) else found


def all_joined(kinds: Given, named: Named) -> Type:
    """The same for any number of types; `any` for none."""
    if not kinds:
        return ANY
    found = kinds[0]
    for kind in kinds[1:]:
        found = joined(found, kind, named)
    return found


def field(of: Type, name: str, named: Named) -> Type:
    """The type of `of.name`."""
    of = unwrapped(of, named)
    if isinstance(of, Array):
        return Array(field(of.item, name, named))
    if isinstance(of, RecordType):
        return of.field(name) or ANY
    return of.value if isinstance(of, MapType) else ANY


def item(of: Type, named: Named) -> Type:
    """The type of what a list or map holds."""
    return item_of(unwrapped(of, named))


def arithmetic(left: Type, operator: str, right: Type, named: Named) -> Type:
    """The type of a calculation that has a value."""
    left, right = unwrapped(left, named), unwrapped(right, named)
    if ANY in (left, right):
        # Nothing but a number can be added to a decimal.
        sure = operator in "+-%" and DECIMAL in (left, right)
        return DECIMAL if sure or (operator == "/" and left in _NUMBERS) else ANY
    if isinstance(left, Array) and isinstance(right, Array):
        return Array(joined(left.item, right.item, named)) if operator == "+" else ANY
    return operators.arithmetic(left, operator, right, named) or ANY


def result(function: str, given: Given, named: Named) -> Type:
    """The type of what a function gives for arguments of these types."""
    typed = _TYPED.get(function)
    if typed is not None:
        bare = tuple(unwrapped(it, named) for it in given)
        return typed(bare, named) if bare else ANY
    if function == "coalesce":
        return _coalesce(given, named)
    known = FUNCTIONS.get(function)
    if known is None:
        return ANY
    returns = known.returns
    return returns if returns in _SURE or returns == Array(STRING) else ANY


def _is_text(kind: Type) -> bool:
    return kind == STRING or isinstance(kind, Enum)


def _sum(given: Given, named: Named) -> Type:
    kind = unwrapped(item(given[0], named), named)
    return kind if kind in (INTEGER, DECIMAL, DURATION) else ANY


def _average(_given: Given, _named: Named) -> Type:
    return Nullable(DECIMAL)


def _extreme(given: Given, named: Named) -> Type:
    if len(given) != 1:
        return all_joined(given, named)
    kind = unwrapped(item(given[0], named), named)
    return ANY if kind == ANY else Nullable(kind)


def _same_number(given: Given, _named: Named) -> Type:
    return given[0] if given[0] in _NUMBERS else ANY


def _quotient(given: Given, _named: Named) -> Type:
    if all(it == INTEGER for it in given):
        return INTEGER
    return DECIMAL if all(it in _NUMBERS for it in given) else ANY


def _keys(_given: Given, _named: Named) -> Type:
    return Array(STRING)


def _values(given: Given, _named: Named) -> Type:
    return Array(given[0].value) if isinstance(given[0], MapType) else Array(ANY)


def _same_list(given: Given, _named: Named) -> Type:
    return given[0] if isinstance(given[0], Array) else Array(ANY)


def _coalesce(given: Given, named: Named) -> Type:
    found = unwrapped(all_joined(given, named), named)
    is_sure = any(it not in (ANY, NULL) and not isinstance(it, Nullable) for it in given)
    return found if is_sure or found in (ANY, NULL) else Nullable(found)


_TYPED: Final[dict[str, Callable[[Given, Named], Type]]] = {
    "SUM": _sum, "AVG": _average, "MIN": _extreme, "MAX": _extreme, "min": _extreme, "max": _extreme,
    "DIV": _quotient, "abs": _same_number, "round": _same_number, "keys": _keys, "values": _values,
    "sort": _same_list, "unique": _same_list,
}  # fmt: skip
