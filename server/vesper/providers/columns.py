"""Values in columns: how they are kept in SQLite, compared there, and read from any database.

SQLite has no decimals. They are kept as text with all their digits where the column lets them (`TEXT`),
and read as numbers where it is declared so: `price DECIMAL TEXT COLLATE decimal` is exact, and orders by
value. In a column with numeric affinity, such as `DECIMAL(12,2)`, SQLite makes them binary numbers, which are
exact to 15 digits: more are refused. What SQL works out (`SUM`, `AVG`, `+`) is exact to 15 digits, too.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast
from uuid import UUID

from vesper.providers.failures import failed
from vesper.providers.incoming import value_of
from vesper.values.encoding import from_json, plain, to_json
from vesper.values.moment import read_duration, read_timestamp, write_duration
from vesper.values.value import Fault, Value

_EXACT: Final = 15
"""Decimal digits that a binary number surely holds."""
_NUMBER: Final = re.compile(
    r"\s*[-+]?(?:\d{1,1000}(?:\.\d{0,1000})?|\.\d{1,1000})(?:[eE][-+]?\d{1,4})?\s*\Z", re.ASCII
)


def affinity(declared: str) -> str:
    """How SQLite treats what goes into a column, by its declared type, as its manual has it."""
    text = declared.upper()
    for name, parts in _AFFINITIES:
        if any(part in text for part in parts):
            return name
    return "BLOB" if not text else "NUMERIC"


def kept(value: Value, declared: str) -> object:
    """The value as it goes into a column of SQLite."""
    if isinstance(value, Decimal):
        if affinity(declared) in {"NUMERIC", "REAL", "INTEGER"} and not _is_short(value):
            message = f"the column is declared {declared}, which holds {_EXACT} digits exactly; declare it"
            raise failed(f"{message} DECIMAL TEXT COLLATE decimal", "number_inexact")
        return format(value, "f")
    return _written(value)


def compared(value: Value, declared: str = "") -> object:
    """The value as it is compared with a column of SQLite, or used in a query."""
    if not isinstance(value, Decimal):
        return _written(value)
    text_column = affinity(declared) == "TEXT" and _kind(declared) not in _READERS
    if text_column or not _is_short(value):
        return format(value, "f")
    return int(value) if value == value.to_integral_value() else float(value)


def sent(value: Value) -> object:
    """The value for a database that has types of its own."""
    if isinstance(value, list | dict):
        return to_json(plain(value))
    return value


def read(value: object, declared: str = "") -> Value:
    """A value of a row, of any driver, as one of the language."""
    if isinstance(value, str | int | float | bytes) and not isinstance(value, bool):
        reader = _READERS.get(_kind(declared))
        if reader is not None:
            return reader(str(value).encode() if not isinstance(value, bytes) else value)
    match value:
        case float():
            return _from_float(value)
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case time() | UUID():
            return str(value)
        case memoryview() | bytearray():
            return bytes(cast("bytearray", value))
        case timedelta():
            return value
        case _:
            return value_of(value)


def by_value(left: str, right: str) -> int:
    """The order of the collation `decimal`: numbers by value, before texts by code point."""
    a, b = _sortable(left), _sortable(right)
    return -1 if a < b else 1 if a > b else 0


def converters() -> Mapping[str, Callable[[bytes], Value]]:
    """How columns of SQLite are read, by the first word of their declared type."""
    return _READERS


def number(value: object) -> Value:
    """What SQLite hands to a function as a number; anything else is a fault."""
    match value:
        case None:
            raise Fault("null_value", "the column is null in a row")
        case int():
            return value
        case float():
            return _from_float(value)
        case str() if _NUMBER.match(value):
            return Decimal(value.strip())
        case _:
            raise Fault("type_mismatch", "the column holds no number in a row")


_AFFINITIES: Final = (
    ("INTEGER", ("INT",)),
    ("TEXT", ("CHAR", "CLOB", "TEXT")),
    ("BLOB", ("BLOB",)),
    ("REAL", ("REAL", "FLOA", "DOUB")),
)


def _is_short(value: Decimal) -> bool:
    return len(value.normalize().as_tuple().digits) <= _EXACT and abs(value.adjusted()) < 300


def _kind(declared: str) -> str:
    return re.split(r"[\s(]", declared.upper(), maxsplit=1)[0]


def _written(value: Value) -> object:
    match value:
        case bool():
            return int(value)
        case datetime():
            # One length for all, so that texts order as moments do.
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
        case timedelta():
            return write_duration(value)
        case list() | dict():
            return to_json(plain(value))
        case _:
            return value


def _from_float(value: float) -> Decimal:
    if not math.isfinite(value):
        raise failed("the database answers with a number that is none", "number_invalid")
    return Decimal(format(value, f".{_EXACT}g"))


def _decimal(data: bytes) -> Value:
    text = data.decode("utf-8", "replace")
    return Decimal(text.strip()) if _NUMBER.match(text) else text


def _boolean(data: bytes) -> Value:
    text = data.decode("utf-8", "replace")
    return {"0": False, "1": True, "false": False, "true": True}.get(text.lower(), text)


def _moment(data: bytes) -> Value:
    return _or_text(data, read_timestamp)


def _duration(data: bytes) -> Value:
    return _or_text(data, read_duration)


def _json(data: bytes) -> Value:
    return _or_text(data, lambda text: value_of(from_json(text)))


def _or_text(data: bytes, reader: Callable[[str], Value]) -> Value:
    text = data.decode("utf-8", "replace")
    try:
        return reader(text)
    except (Fault, ValueError):
        return text


_READERS: Final[Mapping[str, Callable[[bytes], Value]]] = {
    **dict.fromkeys(("DECIMAL", "NUMERIC", "MONEY"), _decimal),
    **dict.fromkeys(("BOOLEAN", "BOOL"), _boolean),
    **dict.fromkeys(("TIMESTAMP", "DATETIME", "DATE"), _moment),
    **dict.fromkeys(("DURATION", "INTERVAL"), _duration),
    "JSON": _json,
}


@lru_cache(4096)
def _sortable(text: str) -> tuple[int, Any]:
    return (0, Decimal(text.strip())) if _NUMBER.match(text) else (1, text)
