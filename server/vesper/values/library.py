"""What the functions of expressions do. `vesper.lang.functions` says what each takes and means.

All are pure: `current_timestamp` and `current_year` are given the moment that the run has recorded, `uuid`
and `random` the seed, and which of the calls in their step they are.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, DecimalException
from functools import reduce
from hashlib import sha256
from typing import Any, Final

from vesper.values.access import items, truth
from vesper.values.compare import identity, in_order, less
from vesper.values.moment import read_duration, read_timestamp
from vesper.values.numbers import (
    EXACT,
    add,
    decimal,
    divide_decimal,
    fits_text,
    integer,
    is_number,
    kind,
    rounded,
    whole,
    whole_quotient,
)
from vesper.values.text import printed
from vesper.values.value import Fault, Value

_SPACE: Final = " \t\n\r\x0b\x0c"
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,1000}\Z")
_DECIMAL: Final = re.compile(
    r"[-+]?(?:\.[0-9]{1,1000}|[0-9]{1,1000}(?:\.[0-9]{0,1000})?)(?:[eE][-+]?[0-9]{1,4})?\Z"
)
_DIGITS: Final = 18
_NUMBERS: Final = frozenset({int, Decimal})
_category: Final = unicodedata.ucd_3_2_0.category


def total(values: Value, zero: Value = 0) -> Value:
    """`SUM`: of nothing `zero`, which the compiler gives in the type of the items."""
    found = items(values)
    if found and type(found[0]) is timedelta:
        zero = timedelta(0)
    if set(map(type, found)) <= {Decimal} and is_number(zero):
        # Most sums are of decimals, and those of thousands should take no time.
        try:
            exact = reduce(EXACT.add, found, Decimal(zero))  # pyright: ignore
        except DecimalException:
            pass
        else:
            return exact if found else zero
    return reduce(add, found, zero)


def count(values: Value) -> int:
    """`COUNT` and `len`: characters, items or keys."""
    if isinstance(values, list | dict | str | bytes):
        return len(values)
    if values is None:
        raise Fault("null_value", "null has no length")
    raise Fault("type_mismatch", f"{kind(values)} has no length")


def average(values: Value) -> Value:
    """`AVG`: of nothing, null."""
    found = items(values)
    if not found:
        return None
    together = total(found)
    if not is_number(together):
        raise Fault("type_mismatch", f"the mean of {kind(together)} is not defined")
    return divide_decimal(together, len(found))


def smallest(*values: Value) -> Value:
    """`MIN(list)`, `min(list)` and `min(a, b, ...)`; of an empty list null."""
    return _extreme(values, False)


def largest(*values: Value) -> Value:
    """`MAX(list)`, `max(list)` and `max(a, b, ...)`; of an empty list null."""
    return _extreme(values, True)


def every(values: Value) -> bool:
    """`ALL`: whether all are true."""
    return all(list(map(truth, items(values))))


def some(values: Value) -> bool:
    """`ANY`: whether one is true."""
    return any(list(map(truth, items(values))))


def absolute(number: Value) -> Value:
    """`abs`."""
    value = _number(number, "abs")
    return integer(abs(value)) if isinstance(value, int) else decimal(value.copy_abs())


def round_half_even(number: Value, digits: Value = 0) -> Value:
    """`round`: an integer stays one."""
    value, places = _number(number, "round"), _whole(digits, "digits")
    if isinstance(value, int):
        return value if places >= 0 else integer(int(rounded(value, places)))
    return rounded(value, places)


def floor(number: Value) -> int:
    """`floor`: the next whole number below."""
    value = _number(number, "floor")
    return value if isinstance(value, int) else whole(_integral(value, ROUND_FLOOR))


def ceiling(number: Value) -> int:
    """`ceil`: the next whole number above."""
    value = _number(number, "ceil")
    return value if isinstance(value, int) else whole(_integral(value, ROUND_CEILING))


def lower(text: Value) -> str:
    """`lower`: letter by letter, those of Unicode 3.2, so that every engine and release agrees."""
    value = _text(text, "lower")
    return value.lower() if value.isascii() else "".join([_one(it, it.lower()) for it in value])


def upper(text: Value) -> str:
    """`upper`: letter by letter, those of Unicode 3.2."""
    value = _text(text, "upper")
    return value.upper() if value.isascii() else "".join([_one(it, it.upper()) for it in value])


def trim(text: Value) -> str:
    """`trim`: without space, tab, line feed, carriage return, form feed and vertical tab at both ends."""
    return _text(text, "trim").strip(_SPACE)


def split(text: Value, separator: Value) -> Value:
    """`split`: an empty separator is the fault `invalid_value`."""
    return [*_text(text, "split").split(_some(separator, "separator"))]


def join(texts: Value, separator: Value) -> str:
    """`join`: every item must be a text."""
    between, parts = _text(separator, "join"), [_text(it, "join") for it in items(texts)]
    fits_text(sum(map(len, parts)) + len(between) * len(parts))
    return between.join(parts)


def replace(text: Value, old: Value, new: Value) -> str:
    """`replace`: every `old` as `new`."""
    value, before, after = _text(text, "replace"), _some(old, "old"), _text(new, "replace")
    if len(after) > len(before):
        fits_text(len(value) + value.count(before) * (len(after) - len(before)))
    return value.replace(before, after)


def substring(text: Value, start: Value, length: Value = None) -> str:
    """`substring`: counted from 0 in code points; what is beyond the end is left out."""
    value, first = _text(text, "substring"), _whole(start, "start")
    size = len(value) if length is None else _whole(length, "length")
    if first < 0 or size < 0:
        raise Fault(
            "index_out_of_range", "`substring` counts from 0, and takes no less than nothing"
        )
    return value[first : first + size]


def starts_with(text: Value, start: Value) -> bool:
    """`starts_with`: every text begins with the empty one."""
    return _text(text, "starts_with").startswith(_text(start, "starts_with"))


def ends_with(text: Value, end: Value) -> bool:
    """`ends_with`: every text ends with the empty one."""
    return _text(text, "ends_with").endswith(_text(end, "ends_with"))


def coalesce(*values: Value) -> Value:
    """`coalesce`: the first that is not null."""
    return next((it for it in values if it is not None), None)


def keys(record: Value) -> Value:
    """`keys`: in order."""
    return [*sorted(_record(record, "keys"))]


def values_of(record: Value) -> Value:
    """`values`: by the order of the keys."""
    return items(_record(record, "values"))


def contains_key(record: Value, key: Value) -> bool:
    """`contains_key`: a key is always a text."""
    found = _record(record, "contains_key")
    return isinstance(key, str) and key in found


def sort(values: Value) -> Value:
    """`sort`: ascending."""
    return in_order(items(values))


def unique(values: Value) -> Value:
    """`unique`: the first of equal ones."""
    found: dict[Hashable, Value] = {}
    for it in items(values):
        found.setdefault(identity(it), it)
    return [*found.values()]


def current_timestamp(now: Value) -> Value:
    """`current_timestamp`: the recorded moment itself."""
    return now


def current_year(now: Value) -> int:
    """`current_year`, in UTC."""
    return _moment(now).year


def uuid(seed: Value, place: Value) -> str:
    """`uuid`: of version 4 by form, made of the seed."""
    size = (_drawn(seed, place) >> 128 & ~(0xF << 76 | 0x3 << 62)) | 0x4 << 76 | 0x2 << 62
    text = f"{size:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def random(seed: Value, place: Value) -> Decimal:
    """`random`: from 0 to below 1, of 18 digits."""
    return Decimal(f"0.{_drawn(seed, place) % 10**_DIGITS:0{_DIGITS}}")


def days_between(start: Value, end: Value) -> int:
    """`days_between`: whole days, toward zero; negative when `end` is earlier."""
    length = _moment(end) - _moment(start)
    days = abs(length) // timedelta(days=1)
    return days if length >= timedelta(0) else -days


def to_integer(value: Value) -> int:
    """`to_integer`: of a number without a part behind the point, or of a text that is one."""
    if type(value) is int:
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value(context=EXACT):
        return whole(value)
    if isinstance(value, str) and _INTEGER.match(value):
        return integer(int(value))
    raise _unreadable(value, "integer")


def to_decimal(value: Value) -> Decimal:
    """`to_decimal`: of a number, or of a text that is one."""
    if is_number(value):
        return decimal(Decimal(value))
    if isinstance(value, str) and _DECIMAL.match(value):
        return decimal(Decimal(value))
    raise _unreadable(value, "decimal")


def timestamp(text: Value) -> Value:
    """`timestamp`: a moment, written as ISO 8601."""
    return text if isinstance(text, datetime) else read_timestamp(_text(text, "timestamp"))


def duration(text: Value) -> Value:
    """`duration`: a length of time, as `30s`."""
    return text if isinstance(text, timedelta) else read_duration(_text(text, "duration"))


LIBRARY: Mapping[str, Callable[..., Value]] = {
    "SUM": total, "COUNT": count, "AVG": average, "MIN": smallest, "MAX": largest, "ALL": every, "ANY": some,
    "DIV": whole_quotient, "len": count, "abs": absolute, "round": round_half_even, "floor": floor,
    "ceil": ceiling, "min": smallest, "max": largest, "lower": lower, "upper": upper, "trim": trim,
    "split": split, "join": join, "replace": replace, "substring": substring, "starts_with": starts_with,
    "ends_with": ends_with, "coalesce": coalesce, "keys": keys, "values": values_of,
    "contains_key": contains_key, "sort": sort, "unique": unique, "current_timestamp": current_timestamp,
    "current_year": current_year, "uuid": uuid, "random": random,
    "days_between": days_between, "to_string": printed,
    "to_integer": to_integer, "to_decimal": to_decimal, "timestamp": timestamp, "duration": duration,
}  # fmt: skip
"""Every function by its name; `old` is none, the compiler settles it."""


def _extreme(values: tuple[Value, ...], is_largest: bool) -> Value:
    found = items(values[0]) if len(values) == 1 else [*values]
    if not found:
        return None
    best = found[0]
    less(best, best)
    if set(map(type, found)) <= _NUMBERS:
        return max(found) if is_largest else min(found)  # pyright: ignore
    for it in found[1:]:
        if less(best, it) if is_largest else less(it, best):
            best = it
    return best


def _drawn(seed: Value, place: Value) -> int:
    """256 bits that depend on both; the seed is a text that nobody can guess."""
    text = f"{_text(seed, 'seed')} {_whole(place, 'place')}"
    return int.from_bytes(sha256(text.encode("utf-8")).digest())


def _one(before: str, after: str) -> str:
    """The letter it becomes, where that is one letter and both were there long ago."""
    is_old = len(after) == 1 and "Cn" not in (_category(before), _category(after))
    return after if is_old else before


def _integral(value: Decimal, rounding: str) -> Decimal:
    return value.to_integral_value(rounding, EXACT)


def _number(value: Value, name: str) -> int | Decimal:
    if is_number(value):
        return value
    raise _unfit(value, name, "a number")


def _whole(value: Value, name: str) -> int:
    if type(value) is int:
        return value
    raise _unfit(value, name, "an integer")


def _text(value: Value, name: str) -> str:
    if isinstance(value, str):
        return value
    raise _unfit(value, name, "a string")


def _some(value: Value, name: str) -> str:
    if value == "":
        raise Fault("invalid_value", f"`{name}` is empty")
    return _text(value, name)


def _record(value: Value, name: str) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise _unfit(value, name, "a map")


def _moment(value: Value) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return read_timestamp(value)
    raise _unfit(value, "days_between", "a timestamp")


def _unfit(value: Value, name: str, wanted: str) -> Fault:
    if value is None:
        return Fault("null_value", f"`{name}` needs {wanted}, this is null")
    return Fault("type_mismatch", f"`{name}` needs {wanted}, this is {kind(value)}")


def _unreadable(value: Any, wanted: str) -> Fault:
    if value is None:
        return Fault("null_value", f"null is no {wanted}")
    shown = " ".join(printed(value)[:60].split())
    return Fault("invalid_value", f"`{shown}` is no {wanted}")
