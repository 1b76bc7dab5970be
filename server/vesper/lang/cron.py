"""Cron expressions: five fields that say when, and what is wrong with one."""

import re
from typing import NamedTuple

WORDS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "@reboot")

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


class _Range(NamedTuple):
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    first: int = 0
    """The number of the first word."""


_FIELDS = (
    _Range("minute", 0, 59),
    _Range("hour", 0, 23),
    _Range("day of the month", 1, 31),
    _Range("month", 1, 12, tuple(_MONTHS), 1),
    _Range("day of the week", 0, 7, tuple(_DAYS), 0),
)
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class CronFault(NamedTuple):
    """Where the text is no cron expression: offsets into it."""

    start: int
    end: int
    message: str


def fault(text: str) -> CronFault | None:
    """The first thing that is wrong with a cron expression, or None."""
    if text.strip().startswith("@"):
        if text.strip() in WORDS:
            return None
        return CronFault(0, len(text), f"there is no `{text.strip()[:40]}`; there is `@daily`")
    parts = list(re.finditer(r"\S+", text))
    if len(parts) != len(_FIELDS):
        message = (
            f"a schedule has 5 fields (minute, hour, day, month, weekday), this has {len(parts)}"
        )
        return CronFault(0, len(text), message)
    for field, part in zip(_FIELDS, parts, strict=True):
        message = _field_fault(field, part[0])
        if message:
            return CronFault(*part.span(), message)
    return _missing_day(parts)


def _field_fault(field: _Range, text: str) -> str:
    for piece in text.split(","):
        span, _, step = piece.partition("/")
        if "/" in piece and not (step.isdecimal() and 0 < int(step) <= field.high):
            return f"{field.name}: `/{step[:20]}` is no step from 1 to {field.high}"
        if span in ("*", "?"):
            continue
        numbers = [_number(field, it) for it in span.split("-")]
        if len(numbers) > 2 or any(it is None for it in numbers):
            allowed = f"{field.low} to {field.high}"
            return f"{field.name}: `{span[:20]}` is not from {allowed}"
        first, last = numbers[0], numbers[-1]
        if first is not None and last is not None and first > last:
            return f"{field.name}: `{span[:20]}` begins behind its end"
    return ""


def _number(field: _Range, text: str) -> int | None:
    if text.lower() in field.words:
        return field.words.index(text.lower()) + field.first
    if not (text.isdecimal() and text.isascii() and len(text) <= 2):
        return None
    return int(text) if field.low <= int(text) <= field.high else None


def _missing_day(parts: list[re.Match[str]]) -> CronFault | None:
    """A day such as 30 February, which never comes."""
    day, month, weekday = (it[0] for it in parts[2:])
    if not (day.isdecimal() and month.isdecimal() and weekday in ("*", "?")):
        return None
    if int(day) > _LONGEST.get(int(month), 31):
        message = f"month {int(month)} has no day {int(day)}: this never runs"
        return CronFault(*parts[2].span(), message)
    return None
