"""VSP121: a duration that is none, or out of all proportion."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Fix, replace, rule
from vesper.lang.scope import Scope
from vesper.values.moment import read_duration
from vesper.values.value import Fault

_FORM = "a duration is a number with ms, s, m, h or d, such as `30s`"
_WORD = re.compile(
    r"(\d{1,9})\s*(?:(milliseconds?|msecs?)|(seconds?|secs?)|(minutes?|mins?)|(hours?|hrs?)|(days?))\Z"
)
_UNITS = ("ms", "s", "m", "h", "d")
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = Decimal(3653 * 86_400)


@rule(
    "VSP121",
    "bad-duration",
    kind=None,
    bad="""
        performance:
          timeout: 30 parsecs
        #          ^^^^^^^^^^ a duration is a number with ms, s, m, h or d, such as `30s`
        """,
    good="""
        performance:
          timeout: 30s
        """,
)
def bad_duration(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A bare number would leave open whether seconds or milliseconds are meant."""
    for node, slot in piece.texts.get("duration", ()):
        seconds = seconds_of(node.text)
        if seconds is None:
            yield Finding(node.span, _FORM, _fix(node))
        elif seconds == 0 and "timeout" in slot.path[-1:]:
            yield Finding(node.span, "nothing is done in no time: a timeout is longer than 0")
        elif seconds > _LONGEST:
            yield Finding(node.span, "this is more than ten years: a duration is at most 3653d")


def seconds_of(text: str) -> Decimal | None:
    """How long a duration is; None where it is none, or less than nothing."""
    try:
        length = read_duration(text)
    except Fault:
        return None
    return None if length < timedelta(0) else Decimal(length // _MICROSECOND).scaleb(-6)


def _fix(node: tree.Scalar) -> Fix | None:
    word = _WORD.match(node.text.strip().lower())
    if word is None:
        return None
    unit = next(unit for unit, found in zip(_UNITS, word.groups()[1:], strict=True) if found)
    return replace(f"Write `{word[1]}{unit}`", node.span, f"{word[1]}{unit}")
