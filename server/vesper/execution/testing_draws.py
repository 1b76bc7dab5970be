"""Values drawn for property tests: from types and constraints, repeatable, and made smaller when they fail.

All of an input is a function of one row of whole numbers, each a choice of which 0 is the plainest.
Whoever looks for a smaller counterexample makes the row smaller and draws again.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from vesper.execution.testing_hints import Hints
from vesper.lang import pattern, types
from vesper.lang.automaton import found_in
from vesper.lang.program import Input
from vesper.lang.types import Type
from vesper.values.value import Value

_PLAIN: Final = "abcdefghijklmnopqrstuvwxyz0123456789 _-ABCXYZ"
_ODD: Final = "'\"\\{}%;\n\té\u00df\u0130\u4e2d\U0001f600"
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ANYTHING: Final[tuple[Value, ...]] = (None, True, 0, Decimal("1.50"), "text", [])
_DEEPEST: Final = 5
_LONGEST: Final = 8
_TRIES: Final = 20


class Refused(Exception):
    """What was drawn cannot be used, and no test has failed because of it."""


@dataclass(slots=True)
class Choices:
    """A row of choices: those of `given` first, behind them chance, or zeros where there is none."""

    given: Sequence[int] = ()
    chance: random.Random | None = None
    made: list[int] = field(default_factory=list[int])

    def below(self, count: int) -> int:
        """A whole number from 0 to `count - 1`."""
        at = len(self.made)
        if at < len(self.given):
            made = min(self.given[at], count - 1)
        else:
            made = self.chance.randrange(count) if self.chance is not None else 0
        self.made.append(made)
        return made

    def near(self, count: int) -> int:
        """The same, where chance mostly takes a small number, and sometimes the largest there is."""
        if len(self.made) < len(self.given) or self.chance is None:
            return self.below(count)
        how = self.chance.randrange(10)
        reach = 11 if how < 5 else 1_001 if how < 8 else count
        made = count - 1 if how == 9 else self.chance.randrange(min(count, reach))
        self.made.append(made)
        return made


def draw_inputs(
    inputs: Sequence[Input],
    hints: Mapping[str, Hints],
    named: Mapping[str, Type],
    fixed: Mapping[str, list[Value]],
    choices: Choices,
) -> dict[str, Value]:
    """Inputs for one run; `fixed` says of some what they are drawn from. Optional ones may be left out."""
    drawing = _Drawing(choices, named)
    found: dict[str, Value] = {}
    for it in inputs:
        if it.name in fixed:
            found[it.name] = fixed[it.name][choices.below(len(fixed[it.name]))]
        elif it.required or choices.below(3):
            found[it.name] = drawing.value(it.type, hints.get(it.name, Hints()))
    return found


class _Drawing:
    def __init__(self, choices: Choices, named: Mapping[str, Type]) -> None:
        self._choices = choices
        self._named = named

    def value(self, kind: Type, hints: Hints, depth: int = 0) -> Value:
        """A value of a type that keeps to the hints as far as they go."""
        below = self._choices.below
        kind = types.settled(kind, self._named)
        if hints.words:
            return hints.words[below(len(hints.words))]
        match kind:
            case types.Nullable(of):
                return None if below(4) == 0 else self.value(of, hints, depth)
            case types.Enum(words):
                return words[below(len(words))] if words else ""
            case types.Array(item, name):
                return self._list(item, name == "set", hints, depth)
            case types.MapType(_, value):
                return {
                    self._text(Hints(lengths=((">=", Decimal(1)),))): self.value(
                        value, Hints(), depth + 1
                    )
                    for _ in range(self._length(hints, depth))
                }
            case types.RecordType(_, fields):
                if depth > _DEEPEST:
                    raise Refused
                return {name: self.value(it, Hints(), depth + 1) for name, it in fields}
            case types.Primitive(name):
                return self._primitive(name, hints)
            case _:
                return None

    def _primitive(self, name: str, hints: Hints) -> Value:
        below = self._choices.below
        match name:
            case "string":
                return self._text(hints)
            case "integer":
                return self._whole(*hints.whole_range())
            case "decimal":
                return self._decimal(hints)
            case "boolean":
                return below(2) == 1
            case "timestamp":
                return _START + timedelta(days=below(1_000), seconds=below(86_400))
            case "duration":
                return timedelta(seconds=below(1_000_000))
            case "bytes":
                return bytes(below(256) for _ in range(below(5)))
            case "object":
                return {}
            case _:
                return _ANYTHING[below(len(_ANYTHING))]

    def _whole(self, low: int, high: int) -> int:
        """A number of a range, counted from the plainest one in it."""
        if low > high:
            raise Refused
        plainest = min(max(0, low), high)
        if low < plainest and (high == plainest or self._choices.below(2)):
            return plainest - self._choices.near(plainest - low + 1)
        return plainest + self._choices.near(high - plainest + 1)

    def _decimal(self, hints: Hints) -> Decimal:
        most = hints.scale if hints.scale is not None else 4
        scale = (0, 2, 1, most, 3)[self._choices.below(5)]
        scale = min(scale, most)
        low, high = hints.range(scale)
        return Decimal(self._whole(low, high)).scaleb(-scale)

    def _list(self, item: Type, distinct: bool, hints: Hints, depth: int) -> list[Value]:
        found = [self.value(item, Hints(), depth + 1) for _ in range(self._length(hints, depth))]
        if distinct:
            found = [it for at, it in enumerate(found) if it not in found[:at]]
        return found

    def _length(self, hints: Hints, depth: int) -> int:
        low, high = hints.length_range()
        most = min(high, low + (_LONGEST >> depth))
        return low + self._choices.below(most - low + 1)

    def _text(self, hints: Hints) -> str:
        if hints.pattern:
            return self._matching(hints)
        return "".join(self._sign() for _ in range(self._length(hints, 0)))

    def _sign(self) -> str:
        below = self._choices.below
        return _PLAIN[below(len(_PLAIN))] if below(6) < 5 else _ODD[below(len(_ODD))]

    def _matching(self, hints: Hints) -> str:
        """A text in which the pattern is found."""
        part = pattern.parse(hints.pattern).part
        low, high = hints.length_range()
        for _ in range(_TRIES if part is not None else 0):
            assert part is not None
            text = self._part(part)
            if low <= len(text) <= high and found_in(part, text):
                return text
        raise Refused

    def _part(self, part: pattern.Part) -> str:
        below = self._choices.below
        match part:
            case pattern.One(ranges):
                first, last = ranges[below(len(ranges))]
                return chr(first + below(min(last - first + 1, 200)))
            case pattern.At():
                return ""
            case pattern.Sequence(parts):
                return "".join(map(self._part, parts))
            case pattern.Choice(ways):
                return self._part(ways[below(len(ways))])
            case pattern.Repeat(inner, least, most):
                top = least + _LONGEST if most is None else min(most, least + _LONGEST)
                return "".join(self._part(inner) for _ in range(least + below(top - least + 1)))


def smallest(
    row: Sequence[int], still_fails: Callable[[Sequence[int]], bool], tries: int
) -> list[int]:
    """The smallest row found for which the test still fails: shorter, then with smaller numbers."""
    best = list(row)
    left = tries

    def attempt(candidate: list[int]) -> bool:
        nonlocal best, left
        if left <= 0 or candidate == best:
            return False
        left -= 1
        if still_fails(candidate):
            best = candidate
            return True
        return False

    improved = True
    while improved and left > 0:
        improved = False
        for size in (8, 4, 2, 1):
            at = len(best) - size
            while at >= 0:
                without = best[:at] + best[at + size :]
                zeroed = best[:at] + [0] * size + best[at + size :]
                improved |= attempt(without) or attempt(zeroed)
                at -= size
        for at in range(len(best)):
            improved |= _lower(best, at, attempt)
    return best


def _lower(best: list[int], at: int, attempt: Callable[[list[int]], bool]) -> bool:
    """Look for the smallest number at one place by halving."""
    low, high, done = 0, best[at], False
    row = list(best)
    while low < high:
        middle = (low + high) // 2
        if attempt([*row[:at], middle, *row[at + 1 :]]):
            high, done = middle, True
            row[at] = middle
        else:
            low = middle + 1
    return done
