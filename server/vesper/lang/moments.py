"""Moments and lengths of time as they are written."""

import re
from datetime import datetime

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_DURATION = re.compile(r"\d{1,15}(?:\.\d{1,15})?(?:ms|[smhd])", re.ASCII)


def is_moment(text: str) -> bool:
    """Whether the text is a date and a time with `Z` or an offset and at most six decimals."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return False
    try:
        year, month, day, hour, minute, second = map(int, found.groups())
        datetime(year, month, day, hour, minute, second)
    except ValueError:
        return False
    return True


def is_duration(text: str) -> bool:
    """Whether the text is a number with `ms`, `s`, `m`, `h` or `d`."""
    return _DURATION.fullmatch(text) is not None
