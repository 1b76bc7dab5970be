"""How values look inside a text."""

from datetime import datetime, timedelta
from decimal import Decimal

from vesper.values.encoding import to_json
from vesper.values.moment import write_duration, write_timestamp
from vesper.values.value import Extent, Value


def printed(value: Value) -> str:
    """As a template prints it: decimals with their digits, null as nothing, lists and records as JSON."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return write_timestamp(value)
        case timedelta():
            return write_duration(value)
        case bytes():
            return to_json(value)[1:-1]
        case list() | dict():
            return to_json(_sorted(value, Extent(), 0))


def _sorted(value: Value, extent: Extent, depth: int) -> Value:
    if isinstance(value, list):
        extent.enter(len(value), depth)
        return [_sorted(it, extent, depth + 1) for it in value]
    if isinstance(value, dict):
        extent.enter(len(value), depth)
        return {key: _sorted(value[key], extent, depth + 1) for key in sorted(value)}
    return value
