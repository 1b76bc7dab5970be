"""Patterns: the portable dialect of regular expressions, read by a grammar of our own.

The dialect is what every engine agrees on: literals, `.`, classes in ranges, groups, alternatives, `*`,
`+`, `?`, `{m,n}` and their lazy forms, `^`, `$`, `\\b`, and `\\d \\w \\s` of ASCII. A pattern is found
anywhere unless it says `^`. `automaton.py` runs what is read here.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never

MAX_LENGTH = 2_000
MAX_COUNT = 1_000
MAX_SIZE = 10_000
"""The most single steps that a pattern may come to once its counts are written out."""
_MAX_DEPTH = 40
_LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]


class PatternFault(NamedTuple):
    """Where a pattern leaves the dialect; `is_risk` where it stays in it but asks for trouble."""

    start: int
    end: int
    message: str
    is_risk: bool = False


@dataclass(frozen=True, slots=True)
class One:
    """One character out of some ranges, both ends included."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class At:
    """A place between characters: the beginning, the end, or the edge of a word."""

    place: Literal["^", "$", "b", "B"]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one behind the other."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    ways: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part from `least` to `most` times; `most` is None where there is no end."""

    part: "Part"
    least: int
    most: int | None


Part = One | At | Sequence | Choice | Repeat


class Pattern(NamedTuple):
    """A pattern as read; `part` is None where it leaves the dialect."""

    part: Part | None
    faults: tuple[PatternFault, ...]


@lru_cache(maxsize=1024)
def parse(text: str) -> Pattern:
    """Read a pattern. The first place outside the dialect is the only one told."""
    if len(text) > MAX_LENGTH:
        message = f"a pattern of more than {MAX_LENGTH:,} characters"
        return Pattern(None, (PatternFault(0, len(text), message),))
    reader = _Reader(text)
    try:
        part = reader.alternatives(0)
        if reader.at < len(text):
            reader.refuse(reader.at, reader.at + 1, "there is no `(` for this `)`")
    except _Stop as stop:
        return Pattern(None, (stop.fault,))
    if size(part) > MAX_SIZE:
        message = f"its counts come to more than {MAX_SIZE:,} steps when they are written out"
        return Pattern(None, (PatternFault(0, len(text), message),))
    return Pattern(part, tuple(reader.risks))


class _Stop(Exception):
    def __init__(self, fault: PatternFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = ((0x09, 0x0D), (0x20, 0x20))
_CLASSES: dict[str, Ranges] = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_FOREIGN = {
    "A": r"`\A`: write `^`", "Z": r"`\Z`: write `$`", "z": r"`\z`: write `$`",
    "p": r"classes of Unicode such as `\p{L}`", "P": r"classes of Unicode such as `\P{L}`",
    "x": r"`\x`: write the character itself", "u": r"`\u`: write the character itself",
    "U": r"`\U`: write the character itself", "N": r"`\N`: write the character itself",
    "k": "a back reference", "g": "a back reference", "G": r"`\G`", "K": r"`\K`", "R": r"`\R`",
    "Q": r"`\Q`: put a backslash before each sign", "h": r"`\h`: write `[ \t]`", "X": r"`\X`",
    "c": r"`\c`", "C": r"`\C`", "a": r"`\a`", "e": r"`\e`",
}  # fmt: skip
_GROUPS = (
    ("?=", "looking ahead"), ("?!", "looking ahead"), ("?<=", "looking behind"),
    ("?<!", "looking behind"), ("?P=", "a back reference"), ("?P>", "a call of another group"),
    ("?P<", "a named group: write `(...)`"), ("?<", "a named group: write `(...)`"),
    ("?'", "a named group: write `(...)`"), ("?>", "an atomic group: write `(?:...)`"),
    ("?#", "a comment"), ("?(", "a condition"), ("?R", "a call of itself"),
    ("?|", "a branch reset: write `(?:...)`"), ("*", "a verb such as `(*SKIP)`"),
    ("?", "flags inside a pattern, such as `(?i)`"),
)  # fmt: skip


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self.risks: list[PatternFault] = []

    def refuse(self, start: int, end: int, message: str) -> None:
        """Tell a fault, and stop."""
        raise _Stop(PatternFault(start, max(end, start + 1), message))

    def _foreign(self, start: int, end: int, what: str) -> None:
        self.refuse(start, end, f"a pattern cannot use {what}")

    def alternatives(self, depth: int) -> Part:
        """What stands between two brackets, or the whole pattern."""
        if depth > _MAX_DEPTH:
            self.refuse(self.at - 1, self.at, f"groups are nested deeper than {_MAX_DEPTH} levels")
        ways = [self._sequence(depth)]
        while self._text.startswith("|", self.at):
            self.at += 1
            ways.append(self._sequence(depth))
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def _sequence(self, depth: int) -> Part:
        parts: list[Part] = []
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            start = self.at
            part = self._atom(depth)
            parts.append(self._repeated(part, start))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self, depth: int) -> Part:
        sign = self._text[self.at]
        start = self.at
        self.at += 1
        match sign:
            case "(":
                return self._group(start, depth)
            case "[":
                return One(self._class(start))
            case ".":
                return One(((0, 0x09), (0x0B, _LAST)))
            case "^" | "$":
                return At(sign)
            case "\\":
                return self._escape(start)
            case "*" | "+" | "?":
                self.refuse(start, self.at, f"there is nothing that `{sign}` could repeat")
            case "{" | "}" | "]":
                self.refuse(start, self.at, f"a `{sign}` that stands for itself needs a backslash")
            case _:
                pass
        return One(((ord(sign), ord(sign)),))

    def _group(self, start: int, depth: int) -> Part:
        if self._text.startswith("?:", self.at):
            self.at += 2
        else:
            for sign, what in _GROUPS:
                if self._text.startswith(sign, self.at):
                    self._foreign(start, self.at + len(sign), what)
        inner = self.alternatives(depth + 1)
        if not self._text.startswith(")", self.at):
            self.refuse(start, start + 1, "this `(` is not closed")
        self.at += 1
        return inner

    def _escape(self, start: int) -> Part:
        if self.at >= len(self._text):
            self.refuse(start, start + 1, "a backslash needs a sign behind it")
        sign = self._text[self.at]
        self.at += 1
        if sign in "bB":
            return At("b" if sign == "b" else "B")
        return One(self._escaped(sign, start))

    def _escaped(self, sign: str, start: int) -> Ranges:
        """What a backslash with that sign stands for, in a class or outside."""
        if sign.lower() in _CLASSES:
            ranges = _CLASSES[sign.lower()]
            return ranges if sign.islower() else _others(ranges)
        if sign in "123456789":
            self._foreign(start, self.at, "a back reference")
        if sign in _FOREIGN:
            self._foreign(start, self.at, _FOREIGN[sign])
        if sign in _ESCAPES:
            sign = _ESCAPES[sign]
        elif sign.isalnum():
            self._foreign(start, self.at, f"`\\{sign}`")
        return ((ord(sign), ord(sign)),)

    def _class(self, start: int) -> Ranges:
        negated = self._text.startswith("^", self.at)
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = self.at
        while not self._text.startswith("]", self.at) or self.at == first:
            if self.at >= len(self._text):
                self.refuse(start, start + 1, "this `[` is not closed")
            if self.at == first and self._text.startswith("]", self.at):
                self.refuse(self.at, self.at + 1, "an empty class: put a backslash before this `]`")
            ranges += self._member()
        self.at += 1
        merged = _merged(ranges)
        return _others(merged) if negated else merged

    def _member(self) -> Ranges:
        """One character, class or range inside brackets."""
        begin = self.at
        low = self._single()
        text, at = self._text, self.at
        is_range = text.startswith("-", at) and not text.startswith("-]", at) and at + 1 < len(text)
        if not is_range:
            return low
        self.at += 1
        high = self._single()
        if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
            self.refuse(begin, self.at, "a range goes from one character to another")
        if low[0][0] > high[0][0]:
            self.refuse(begin, self.at, "this range ends before it begins")
        return ((low[0][0], high[0][0]),)

    def _single(self) -> Ranges:
        sign, start = self._text[self.at], self.at
        pair = self._text[start : start + 2]
        self.at += 1
        if sign == "\\":
            if self.at >= len(self._text):
                self.refuse(start, start + 1, "a backslash needs a sign behind it")
            self.at += 1
            escaped = self._text[start + 1]
            if escaped in "bB":
                self._foreign(start, self.at, f"`\\{escaped}` in a class")
            return self._escaped(escaped, start)
        if pair in ("&&", "--", "~~", "||"):
            self._foreign(start, start + 2, f"`{pair}` in a class")
        if sign == "[":
            what = "classes such as `[:alpha:]`" if pair == "[:" else "a class in a class"
            self._foreign(
                start, start + 1 + (pair == "[:"), f"{what}: a `[` itself needs a backslash"
            )
        return ((ord(sign), ord(sign)),)

    def _repeated(self, part: Part, start: int) -> Part:
        begin = self.at
        bounds = self._bounds()
        if bounds is None:
            return part
        least, most = bounds
        if isinstance(part, At):
            self.refuse(begin, self.at, "a place between characters cannot be repeated")
        if self._text.startswith("+", self.at):
            self._foreign(self.at, self.at + 1, "a possessive repeat such as `a++`")
        if self._text.startswith("?", self.at):
            self.at += 1
        if self._text[self.at : self.at + 1] in ("*", "+", "?"):
            self.refuse(self.at, self.at + 1, "a repeat of a repeat needs brackets")
        if most is None and _is_open(part):
            message = "a repeat inside a repeat: other engines can take for ever on this"
            self.risks.append(PatternFault(start, self.at, message, True))
        return Repeat(part, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self._text[self.at : self.at + 1]
        if sign in ("*", "+", "?") and sign:
            self.at += 1
            return (1 if sign == "+" else 0, 1 if sign == "?" else None)
        if sign != "{":
            return None
        start = self.at
        end = self._text.find("}", start)
        low, comma, high = self._text[start + 1 : end].partition(",")
        numbers = [it for it in (low, high) if it]
        is_count = end > 0 and low and all(it.isascii() and it.isdigit() for it in numbers)
        if not is_count:
            message = "a count is written `{2}`, `{2,}` or `{2,5}`; a `{` itself needs a backslash"
            self.refuse(start, end + 1 if end > 0 else start + 1, message)
        self.at = end + 1
        least = int(low[:9])
        most = least if not comma else int(high[:9]) if high else None
        if max(least, most or 0) > MAX_COUNT:
            self.refuse(start, self.at, f"a count is at most {MAX_COUNT:,}")
        if most is not None and most < least:
            self.refuse(start, self.at, "this count ends before it begins")
        return least, most


def _is_open(part: Part) -> bool:
    """Whether a part can match one text in several ways: it ends or begins with an endless repeat."""
    match part:
        case Repeat(most=None):
            return True
        case Repeat(inner):
            return _is_open(inner)
        case Choice(ways):
            return any(_is_open(it) for it in ways)
        case Sequence(parts):
            lone = [it for it in parts if not isinstance(it, At)]
            return (
                bool(lone)
                and all(_may_be_skipped(it) or _is_open(it) for it in lone)
                and any(_is_open(it) for it in lone)
            )
        case One() | At():
            return False
    assert_never(part)


def _may_be_skipped(part: Part) -> bool:
    return isinstance(part, Repeat) and part.least == 0


def size(part: Part) -> int:
    """How many single steps a pattern comes to once its counts are written out."""
    match part:
        case One() | At():
            return 1
        case Sequence(parts) | Choice(parts):
            return 1 + sum(size(it) for it in parts)
        case Repeat(inner, least, most):
            return (size(inner) + 1) * max(most if most is not None else least + 1, 1)
    assert_never(part)


def _merged(ranges: list[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    begin = 0
    for low, high in ranges:
        if begin < low:
            found.append((begin, low - 1))
        begin = high + 1
    if begin <= _LAST:
        found.append((begin, _LAST))
    return tuple(found)
