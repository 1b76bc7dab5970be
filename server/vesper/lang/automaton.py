"""Patterns run: every way through a pattern is followed at once, so time grows with the text alone."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, assert_never

from vesper.lang.pattern import At, Choice, One, Part, Ranges, Repeat, Sequence


class _Step(NamedTuple):
    """One state: a character to take, a place to be at, or ways to go on; none is the end."""

    takes: Ranges | None
    place: str
    goes: tuple[int, ...]


MAX_WORK = 400_000
"""The most states to look at for one answer."""


def found_in(pattern: Part, text: str, most: int | None = MAX_WORK) -> bool | None:
    """Whether the pattern is found anywhere in the text; None for more work than `most`."""
    steps = _program(pattern)
    if most is not None and len(steps) * (len(text) + 1) > most:
        return None
    now: set[int] = set()
    for place in range(len(text) + 1):
        now.add(0)
        now = _closed(steps, now, text, place)
        if len(steps) - 1 in now:
            return True
        if place < len(text):
            point = ord(text[place])
            now = {
                it
                for state in now
                if (ranges := steps[state].takes) is not None and _holds(ranges, point)
                for it in steps[state].goes
            }
    return False


def _holds(ranges: Ranges, point: int) -> bool:
    return any(low <= point <= high for low, high in ranges)


def _closed(steps: tuple[_Step, ...], states: Iterable[int], text: str, place: int) -> set[int]:
    """The states with all that is reached from them without taking a character."""
    pending, seen = list(states), set[int]()
    while pending:
        state = pending.pop()
        if state in seen:
            continue
        seen.add(state)
        step = steps[state]
        if step.takes is None and (not step.place or _is_at(step.place, text, place)):
            pending.extend(step.goes)
    return seen


def _is_at(kind: str, text: str, place: int) -> bool:
    if kind == "^":
        return place == 0
    if kind == "$":
        return place == len(text)
    before = place > 0 and _is_word(text[place - 1])
    behind = place < len(text) and _is_word(text[place])
    return (before != behind) is (kind == "b")


def _is_word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")


@lru_cache(maxsize=256)
def _program(pattern: Part) -> tuple[_Step, ...]:
    """The states of a pattern; the last is the end."""
    steps: list[_Step] = []
    _add(pattern, steps)
    steps.append(_Step(None, "", ()))
    return tuple(steps)


def _add(part: Part, steps: list[_Step]) -> None:
    """Append the states of a part; they lead to whatever is appended next."""
    match part:
        case One(ranges):
            steps.append(_Step(ranges, "", (len(steps) + 1,)))
        case At(place):
            steps.append(_Step(None, place, (len(steps) + 1,)))
        case Sequence(parts):
            for it in parts:
                _add(it, steps)
        case Choice(ways):
            _add_choice(ways, steps)
        case Repeat(inner, least, most):
            for _ in range(least):
                _add(inner, steps)
            if most is None:
                _add_loop(inner, steps)
            for _ in range((most or least) - least):
                _add_choice((inner, Sequence(())), steps)
        case _:
            assert_never(part)


def _add_choice(ways: tuple[Part, ...], steps: list[_Step]) -> None:
    fork = len(steps)
    steps.append(_Step(None, "", ()))
    starts: list[int] = []
    ends: list[int] = []
    for way in ways:
        starts.append(len(steps))
        _add(way, steps)
        ends.append(len(steps))
        steps.append(_Step(None, "", ()))
    steps[fork] = _Step(None, "", tuple(starts))
    for end in ends:
        steps[end] = _Step(None, "", (len(steps),))


def _add_loop(inner: Part, steps: list[_Step]) -> None:
    fork = len(steps)
    steps.append(_Step(None, "", ()))
    _add(inner, steps)
    steps.append(_Step(None, "", (fork,)))
    steps[fork] = _Step(None, "", (fork + 1, len(steps)))
