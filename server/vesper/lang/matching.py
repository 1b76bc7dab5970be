"""Patterns run for real: in time that grows with the text alone, equal to `automaton.py` on everything.

What is run is never the text of the pattern but what `pattern.py` read, written out again in classes of code
points. google-re2 runs it. A pattern that cannot backtrack, as most are, goes to `re`: that begins sooner.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, assert_never

from vesper.lang.automaton import found_in
from vesper.lang.pattern import At, Choice, One, Part, Ranges, Repeat, Sequence, parse, size
from vesper.values.numbers import kind
from vesper.values.value import Fault, Value

Matcher = Callable[[str], bool]
Searcher = Callable[[str], object]

MOST_WORK: Final = 200_000_000
"""The most steps of a pattern times characters of a text: linear time can be long as well."""
_MEMORY: Final = 16 << 20
"""What re2 may use for one pattern: its own default refuses some that the dialect allows."""
_LARGEST_COUNT: Final = 1_000
"""re2 refuses counts within counts that come to more."""


def found(pattern: Value, text: Value) -> bool:
    """Whether the pattern is found in the text; a pattern outside the dialect is `invalid_value`."""
    if type(pattern) is str and type(text) is str:
        return matcher(pattern)(text)
    if pattern is None or text is None:
        raise Fault("null_value", "MATCHES needs a text and a pattern, one of them is null")
    wrong = text if isinstance(pattern, str) else pattern
    raise Fault("type_mismatch", f"MATCHES needs a text and a pattern, this is {kind(wrong)}")


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Matcher:
    """The pattern made ready, for use with many texts."""
    search = searcher(pattern)
    return lambda text: search(text) is not None


@lru_cache(maxsize=256)
def searcher(pattern: str) -> Searcher:
    """The same, giving something where the pattern is found and None where it is not."""
    read = parse(pattern)
    if read.part is None:
        shown = " ".join(pattern[:60].split())
        raise Fault("invalid_value", f"`{shown}` is no pattern: {read.faults[0].message}")
    if _never_backtracks(read.part):
        return re.compile("".join(_written(read.part, _as_re))).search
    run, steps = _linear(read.part) or _stepwise(read.part), size(read.part)

    def is_found(text: str) -> object:
        if steps * len(text) > MOST_WORK:
            message = f"the pattern has {steps:,} steps, too many for {len(text):,} characters"
            raise Fault("budget_exceeded", message)
        return run(text)

    return is_found


def _stepwise(part: Part) -> Searcher:
    """By our own automaton, for where re2 is missing."""
    return lambda text: found_in(part, text, most=None) or None


def _linear(part: Part) -> Searcher | None:
    """By re2; None where it is missing or refuses."""
    try:
        import re2  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:  # pragma: no cover -- it is there wherever its wheels are
        return None
    engine: Any = re2
    options = engine.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    written = "".join(_written(part, _as_re2))
    # re2 goes byte by byte where it may begin anywhere, and between two bytes of a letter `\B` holds.
    begin = f"\\A{_class(((0, 0x10FFFF),), _as_re2)}*" if _asks_inside(part) else ""
    try:
        run = engine.compile(f"{begin}(?:{written})".encode(), options)
    except engine.error:  # pragma: no cover -- nothing known of the dialect is refused
        return None
    search: Callable[[bytes], object] = run.search

    return lambda text: search(text.encode("utf-8", "surrogatepass"))


def _as_re2(point: int) -> str:
    return f"\\x{{{point:x}}}"


def _as_re(point: int) -> str:
    return f"\\U{point:08x}"


Spelling = Callable[[int], str]


def _written(part: Part, spelling: Spelling) -> Iterator[str]:
    match part:
        case One(ranges):
            yield _class(ranges, spelling)
        case At(place):
            end = "\\z" if spelling is _as_re2 else "\\Z"
            yield {"^": "\\A", "$": end, "b": "\\b", "B": "\\B"}[place]
        case Sequence(parts):
            for it in parts:
                yield from _written(it, spelling)
        case Choice(ways):
            yield "(?:"
            for at, it in enumerate(ways):
                yield "|" if at else ""
                yield from _written(it, spelling)
            yield ")"
        case Repeat(inner, least, most):
            text = f"(?:{''.join(_written(inner, spelling))})"
            yield from _repeated(text, _counted(inner), least, most)
        case _:
            assert_never(part)


def _repeated(text: str, counted: int, least: int, most: int | None) -> Iterator[str]:
    if max(least, most or 0, 1) * counted <= _LARGEST_COUNT:
        yield f"{text}{{{least},{'' if most is None else most}}}"
        return
    yield text * least
    if most is None:
        yield f"{text}*"
    elif most > least:
        # Each optional one inside the one before would be the usual form; re2 limits how deep brackets go.
        yield f"{text}?" * (most - least)


def _counted(part: Part) -> int:
    """What the counts in it come to, multiplied."""
    match part:
        case Repeat(inner, least, most):
            return max(least, most or 0, 1) * _counted(inner)
        case Sequence(parts) | Choice(parts):
            return max((_counted(it) for it in parts), default=1)
        case One() | At():
            return 1
    assert_never(part)


def _class(ranges: Ranges, spelling: Spelling) -> str:
    if not ranges:
        return f"[^{spelling(0)}-{spelling(0x10FFFF)}]"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return spelling(ranges[0][0])
    return f"[{''.join(f'{spelling(low)}-{spelling(high)}' for low, high in ranges)}]"


def _asks_inside(part: Part) -> bool:
    match part:
        case At(place):
            return place == "B"
        case Sequence(parts) | Choice(parts):
            return any(map(_asks_inside, parts))
        case Repeat(inner):
            return _asks_inside(inner)
        case One():
            return False
    assert_never(part)


def _never_backtracks(part: Part) -> bool:
    """Whether `re` takes no more than one look at each character: `^`, then characters and repeats of one
    character, none of which could take the next one's, then perhaps `$`."""
    parts = part.parts if isinstance(part, Sequence) else (part,)
    if not parts or parts[0] != At("^"):
        return False
    inner = parts[1:-1] if parts[-1] == At("$") and len(parts) > 1 else parts[1:]
    return all(_is_plain(it) for it in inner) and not any(
        _overlap(left, right) for left, right in _neighbours(inner)
    )


def _is_plain(part: Part) -> bool:
    return isinstance(part, One) or (isinstance(part, Repeat) and isinstance(part.part, One))


def _neighbours(parts: Iterable[Part]) -> Iterator[tuple[Ranges, Ranges]]:
    """What a repeat of open length takes, with what may stand behind it."""
    row = [*parts]
    for at, it in enumerate(row):
        if not isinstance(it, Repeat) or it.least == it.most:
            continue
        for behind in row[at + 1 :]:
            yield _takes(it), _takes(behind)
            if not isinstance(behind, Repeat) or behind.least:
                break


def _takes(part: Part) -> Ranges:
    inner = part.part if isinstance(part, Repeat) else part
    return inner.ranges if isinstance(inner, One) else ()


def _overlap(left: Ranges, right: Ranges) -> bool:
    row = sorted((*left, *right))
    return any(high >= low for (_, high), (low, _) in pairwise(row))
