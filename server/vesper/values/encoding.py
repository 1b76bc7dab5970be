"""Values as JSON: canonical and exact for machines, plain for people."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

import orjson

from vesper.values.moment import read_duration, read_timestamp, write_duration, write_timestamp
from vesper.values.numbers import MOST_DIGITS
from vesper.values.value import INT_MAX, INT_MIN, Extent, Value

_SPARE: Final = 16
"""Levels beyond those of a value that its surroundings may add: the arguments of a request, an envelope."""
_EXACT: Final = 2**53
_SORTED: Final = orjson.OPT_SORT_KEYS


def canonical(value: Value) -> bytes:
    """The one spelling of a value: equal bytes mean the same value with the same digits.

    What JSON has no form for is a record with one key: `{"$decimal": "1.50"}`, `$timestamp`,
    `$duration`, `$bytes`. A record with a key that begins with `$` is `{"$record": [[key, value], ...]}`.
    An input that will be refused has a form too: `$integer` beyond 64 bits, `$surrogates` in a text.
    """
    return orjson.dumps(_tagged(value, Extent(_SPARE), 0), option=_SORTED)


def decoded(data: bytes | str) -> Value:
    """The value of which `data` is the canonical form."""
    return _untagged(orjson.loads(data))


def plain(value: Value) -> Any:
    """The value with what JSON has: moments and durations as text, bytes as base64; decimals stay."""
    match value:
        case datetime():
            return write_timestamp(value)
        case timedelta():
            return write_duration(value)
        case bytes():
            return b64encode(value).decode("ascii")
        case list():
            return [plain(it) for it in value]
        case dict():
            return {key: plain(it) for key, it in value.items()}
        case _:
            return value


def to_json(value: object, *, indent: bool = False) -> str:
    """JSON for people and clients; a decimal is a number with all its digits. Takes dataclasses as well."""
    option = orjson.OPT_PASSTHROUGH_DATETIME | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(value, default=_shown, option=option).decode("utf-8")


def as_doubles(value: object) -> Any:
    """JSON for protocols that know doubles only: a number that none of them holds exactly is a text."""
    return json.loads(to_json(value), parse_float=_double, parse_int=_whole)


def from_json(text: str | bytes) -> Any:
    """JSON with numbers by their digits. ValueError for what is no JSON, NaN, and a key written twice."""
    try:
        return json.loads(
            text, parse_float=_number, parse_int=_integer, parse_constant=_refused,
            object_pairs_hook=_record,
        )  # fmt: skip
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def _tagged(value: Value, extent: Extent, depth: int) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _text(value)
    if isinstance(value, int):
        return value if INT_MIN <= value <= INT_MAX else {"$integer": str(value)}
    if value is None:
        return None
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, list):
        extent.enter(len(value), depth)
        return [_tagged(it, extent, depth + 1) for it in value]
    if isinstance(value, dict):
        extent.enter(len(value), depth)
        if any(key.startswith("$") for key in value):
            pairs = sorted(value.items())
            return {"$record": [[key, _tagged(it, extent, depth + 1)] for key, it in pairs]}
        return {key: _tagged(it, extent, depth + 1) for key, it in value.items()}
    if isinstance(value, datetime):
        return {"$timestamp": write_timestamp(value)}
    if isinstance(value, timedelta):
        return {"$duration": write_duration(value)}
    return {"$bytes": b64encode(value).decode("ascii")}


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        return {"$surrogates": b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")}
    return value


def _untagged(value: Any) -> Value:
    if isinstance(value, list):
        return [_untagged(it) for it in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    record = cast("dict[str, Any]", value)
    if len(record) == 1:
        (key, held), *_ = record.items()
        if key == "$record":
            return {name: _untagged(it) for name, it in held}
        read = _READERS.get(key)
        if read is not None:
            return read(held)
    return {name: _untagged(it) for name, it in record.items()}


_READERS: Final[Mapping[str, Callable[[Any], Value]]] = {
    "$decimal": Decimal,
    "$timestamp": read_timestamp,
    "$duration": read_duration,
    "$bytes": b64decode,
    "$integer": int,
    "$surrogates": lambda held: b64decode(held).decode("utf-8", "surrogatepass"),
}


def _shown(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, datetime):
        return write_timestamp(value)
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"no JSON for {type(value).__name__}")


def _double(text: str) -> float | str:
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


def _whole(text: str) -> int | str:
    number = int(text)
    return number if abs(number) <= _EXACT else text


def _number(text: str) -> Decimal:
    _, _, exponent = text.lower().partition("e")
    if len(exponent) > 5 or len(text) > 2_000:
        raise ValueError(f"the number {text[:40]} is too long")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"the number {text[:40]} is too long")
    return int(text)


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(f"the key {json.dumps(twice[:60])} is written twice")
    return found
