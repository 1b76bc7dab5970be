"""Lengths of time, retries and rates as a document writes them."""

import re
from decimal import Decimal
from typing import Final

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.operation import text_of
from vesper.lang.program import Retry
from vesper.values.moment import read_duration
from vesper.values.value import Fault

_RATE: Final = re.compile(r"\s*(\d{1,9})\s*(?:/|per)\s*(\d{0,9})\s*([a-z]+)\s*\Z", re.IGNORECASE)
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_FIRST_WAIT: Final = 1.0


def seconds(node: tree.Node | None) -> float | None:
    """A duration, or a bare number of seconds; None where nothing of the kind is written."""
    if not isinstance(node, tree.Scalar):
        return None
    value = node.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return float(value)
    try:
        return read_duration(node.text.strip()).total_seconds()
    except Fault:
        return None


def retry_of(policy: tree.Mapping, codes: tuple[str, ...] = ()) -> Retry:
    """A `retry_policy`; `codes` count where it names no errors itself."""
    attempts = number(policy.get("max_attempts"))
    first, longest = seconds(policy.get("initial_delay")), seconds(policy.get("max_delay"))
    named = tuple(it.text for it in words_of(policy.get("retry_on"))) or codes
    backoff = text_of(policy, "backoff")
    base = number(policy.get("backoff_base"))
    if backoff == "none" or (not backoff and first is None):
        return Retry(int(attempts or 1), codes=named)
    delay = _FIRST_WAIT if first is None else first
    return Retry(
        int(attempts or 1),
        delay,
        float(base or 2) if backoff == "exponential" else 1.0,
        delay if backoff == "linear" else 0.0,
        300.0 if longest is None else longest,
        named,
    )


def rate_of(node: tree.Node | None) -> tuple[int, float] | None:
    """`100/minute`, or a mapping with a number and a time; so many in so many seconds."""
    if isinstance(node, tree.Scalar):
        found = _RATE.match(node.text)
        unit = _UNITS.get(found[3][0].lower()) if found else None
        return (int(found[1]), unit * int(found[2] or 1)) if found and unit else None
    if not isinstance(node, tree.Mapping):
        return None
    for key, length in (("per_second", 1.0), ("per_minute", 60.0), ("per_hour", 3_600.0)):
        for word in (key, f"requests_{key}", f"max_{key}"):
            count = number(node.get(word))
            if count is not None:
                return int(count), length
    counts = (number(node.get(it)) for it in ("requests", "limit", "max", "max_requests", "count"))
    times = (
        seconds(node.get(it)) for it in ("per", "window", "period", "interval", "window_seconds")
    )
    count, length = next((it for it in counts if it), None), next((it for it in times if it), None)
    return (int(count), length) if count and length else None


def number(node: tree.Node | None) -> int | Decimal | None:
    """The number of a scalar, else None."""
    value = node.value if isinstance(node, tree.Scalar) else None
    return None if isinstance(value, str | bool) else value
