"""Values from outside: JSON, YAML and rows as values of the language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from vesper.providers.failures import failed
from vesper.values.numbers import decimal
from vesper.values.value import DEEPEST, INT_MAX, INT_MIN, Fault, Value


def value_of(found: Any, depth: int = 0) -> Value:
    """What was found as a value; the failure `value_invalid` where the language has none for it.

    A whole number beyond 64 bits becomes a decimal.
    """
    if depth > DEEPEST:
        raise failed(f"it is nested deeper than {DEEPEST} levels", "value_invalid")
    match found:
        case None | bool() | bytes() | timedelta():
            return found
        case str():
            return _text(found)
        case int():
            return found if INT_MIN <= found <= INT_MAX else _decimal(Decimal(found))
        case Decimal():
            return _decimal(found)
        case datetime():
            return found.astimezone(UTC)
        case list() | tuple():
            return [value_of(it, depth + 1) for it in cast("list[Any]", found)]
        case dict():
            pairs = cast("dict[Any, Any]", found).items()
            return {_text(str(key)): value_of(it, depth + 1) for key, it in pairs}
        case _:
            raise failed(f"a {type(found).__name__} is no value here", "value_invalid")


def _text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise failed("a text holds half a character", "value_invalid") from None
    return text


def _decimal(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise failed("a number is infinite, or none at all", "value_invalid")
    try:
        return decimal(number)
    except Fault as fault:
        raise failed(fault.message, "value_invalid") from None
