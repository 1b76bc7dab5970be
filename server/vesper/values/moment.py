"""Moments and durations: how they are read and written."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from vesper.values.value import Fault

_MOMENT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?\Z",
    re.ASCII,
)
_DURATION: Final = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,9}))? ?(ms|s|m|h|d)\Z", re.ASCII)
_MICROSECONDS: Final = {
    "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
}  # fmt: skip
_MILLISECOND: Final = timedelta(milliseconds=1)
_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))


def read_timestamp(text: str) -> datetime:
    """A moment as ISO 8601; without a zone in UTC, without a time of day midnight. Else `invalid_value`."""
    found = _MOMENT.match(text)
    if found is None:
        raise _no_moment(text)
    year, month, day, hour, minute, second, fraction, zulu, sign, hours, minutes = found.groups()
    zone = UTC
    if sign and not zulu:
        if int(hours) > 23 or int(minutes) > 59:
            raise _no_moment(text)
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")), zone,
        )  # fmt: skip
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_moment(text) from None


def write_timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC: `2026-11-26T09:30:00Z`, with a fraction of a second only where there is one."""
    text = moment.isoformat()[:-6]
    return f"{text.rstrip('0') if moment.microsecond else text}Z"


def read_duration(text: str) -> timedelta:
    """A duration such as `250ms` or `1.5h`; `invalid_value` else."""
    found = _DURATION.match(text)
    if found is None:
        raise Fault("invalid_value", f"`{text[:60]}` is no duration, such as `30s`")
    sign, digits, fraction, unit = found.groups("")
    size, rest = divmod(int(digits + fraction) * _MICROSECONDS[unit], 10 ** len(fraction))
    if rest:
        raise Fault("invalid_value", f"`{text[:60]}` is finer than a microsecond")
    try:
        length = timedelta(microseconds=size)
    except OverflowError:
        raise Fault("invalid_value", f"`{text[:60]}` is too long a duration") from None
    return -length if sign else length


def write_duration(length: timedelta) -> str:
    """The duration in the largest unit that gives a whole number; microseconds as a part of a second."""
    sign = "-" if length < timedelta(0) else ""
    size = abs(length)
    whole, rest = divmod(size, _MILLISECOND)
    if rest:
        seconds, fraction = divmod(size, timedelta(seconds=1))
        return f"{sign}{seconds}.{fraction.microseconds:06}".rstrip("0") + "s"
    if not whole:
        return "0s"
    unit, factor = next((unit, factor) for unit, factor in _UNITS if whole % factor == 0)
    return f"{sign}{whole // factor}{unit}"


def _no_moment(text: str) -> Fault:
    return Fault(
        "invalid_value", f"`{text[:60]}` is no moment that exists, such as `2026-11-26T09:30:00Z`"
    )
