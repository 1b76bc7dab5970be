"""A text that a pattern finds: the shortest and plainest there is."""

from typing import assert_never

from vesper.lang.automaton import found_in
from vesper.lang.pattern import At, Choice, One, Part, Ranges, Repeat, Sequence, parse

_LONGEST = 200
_PLAIN = "a0A_- "


def specimen(pattern: str) -> str | None:
    """A text in which the pattern is found; None where it is no pattern, or one too far from plain."""
    part = parse(pattern).part
    if part is None:
        return None
    text = _text(part)
    # Places such as `\b` may contradict what stands around them.
    return text if text is not None and found_in(part, text) else None


def _text(part: Part) -> str | None:
    match part:
        case One(ranges):
            return _sign(ranges)
        case At():
            return ""
        case Sequence(parts):
            found = [_text(it) for it in parts]
            text = "".join(it for it in found if it is not None)
            return text if None not in found and len(text) <= _LONGEST else None
        case Choice(ways):
            return next((it for way in ways if (it := _text(way)) is not None), None)
        case Repeat():
            inner = _text(part.part) if part.least else ""
            text = inner * part.least if inner is not None else None
            return text if text is not None and len(text) <= _LONGEST else None
    assert_never(part)


def _sign(ranges: Ranges) -> str | None:
    """The plainest character of a class."""
    for sign in _PLAIN:
        if any(first <= ord(sign) <= last for first, last in ranges):
            return sign
    return chr(ranges[0][0]) if ranges else None
