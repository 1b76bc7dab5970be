"""Reading lines that cannot be read: the line that costs least is mended or blanked.

So one bad line does not cost its neighbours, and the problem is told where somebody typed it, which
is seldom where libyaml noticed it.
"""

import re
from collections.abc import Iterator

from vesper.lang.composer import Composer, Failure, Problem, ProblemKind, attempt
from vesper.lang.source import Span, content, indentation

_HALF_KEY = re.compile(r"(\s*(?:- +)?)([A-Za-z_]\w*)(:?)(\S.*)?$")
_LOST_COLON = re.compile(r"(\s*(?:- +)?[a-z_]\w*) +(\S.*)$")
_TRIES = 6
_LINES_TRIED = 4_000


def recovered(work: list[str], problems: list[Problem]) -> Composer:
    """Read; where that fails mend or blank the line that costs least, and read again."""
    composer, failure = attempt(work)
    budget = _LINES_TRIED
    for _ in range(_TRIES):
        if failure is None:
            break
        problems.append(_worded(failure, work))
        best: tuple[tuple[bool, int, int], int, str] | None = None
        for index, line in _remedies(failure, work):
            budget -= len(work)
            if budget < 0 and best is not None:
                break
            trial = [*work[:index], line, *work[index + 1 :]]
            tried, error = attempt(trial)
            score = (error is None, error.reached if error else 0, tried.weight)
            if best is None or score > best[0]:
                best = (score, index, line)
        if best is None:
            break
        _point_at_culprit(problems[-1], best[1], work[best[1]], best[2])
        work[best[1]] = best[2]
        composer, failure = attempt(work)
    _drop_repeated(problems)
    return composer


def _drop_repeated(problems: list[Problem]) -> None:
    """One line gives one problem of a kind, however often reading stumbled over it."""
    seen: set[tuple[ProblemKind, int]] = set()
    for problem in list(problems):
        place = (problem.kind, problem.span.line)
        if place in seen and problem.kind != "character":
            problems.remove(problem)
        seen.add(place)


def _point_at_culprit(problem: Problem, index: int, line: str, mended: str) -> None:
    """libyaml notices lines below what somebody typed; the line that was mended is the place."""
    if problem.kind == "depth":
        return
    text, now = content(line), content(mended)
    half = _HALF_KEY.match(text)
    blank = len(text) - len(text.lstrip())
    if now.lstrip(" ") == text.lstrip(" ") and now != text:
        problem.kind, problem.span = "syntax", Span(index, 0, index, max(blank, 1))
        wanted = {0: "no space", 1: "1 space"}.get(indentation(now), f"{indentation(now)} spaces")
        problem.message = f"this line is not indented as its neighbours: it needs {wanted}"
    elif "\t" in text[:blank]:
        problem.kind, problem.message = "tab", "tabs cannot indent YAML: use spaces"
        problem.span = Span(index, 0, index, blank)
    elif now[-1:] in ("'", '"') and now[:-1] == text.rstrip():
        problem.kind, problem.message = "quote", "this quoted text is not closed"
        problem.span = Span(index, text.rindex(now[-1]), index, len(text))
        problem.near = now[-1]
    elif (lost := _LOST_COLON.match(text)) and now == f"{lost[1]}: {lost[2]}":
        problem.kind, problem.message = "colon", "a `:` must follow the key"
        problem.span, problem.near = Span(index, lost.start(1), index, lost.end(1)), ":"
    elif half and not half[3] and not half[4]:
        problem.kind, problem.message = "colon", "a key needs a `:` and a value behind it"
        problem.span = Span(index, half.end(1), index, half.end(2))
        problem.near = ":"
    elif half and half[3] and half[4]:
        problem.kind, problem.message = "colon", "a space must follow the `:`"
        problem.span = Span(index, half.end(1), index, half.end(3))
        problem.near = " "


def _remedies(failure: Failure, work: list[str]) -> Iterator[tuple[int, str]]:
    """Lines to try instead, the likeliest culprit first."""
    line = min(failure.line, len(work) - 1)
    candidates = [line, line - 1, failure.context_line, line + 1, line - 2]
    if failure.kind in ("quote", "colon", "bracket"):
        candidates.insert(0, failure.context_line)
    candidates[:0] = _odd_quotes(work, line)
    for index in dict.fromkeys(candidates):
        if not (0 <= index < len(work) and work[index].strip()):
            continue
        yield from _indented_as_others(index, work)
        yield index, ending(work[index])
        yield from _closed(index, work[index])
        half = _HALF_KEY.match(content(work[index]))
        if half and (half[3] or not half[4]):
            rest = f": {half[4] or ''}"
            yield index, f"{half[1]}{half[2]}{rest}{ending(work[index])}"
        lost = _LOST_COLON.match(content(work[index]))
        if lost and failure.kind in ("syntax", "colon"):
            yield index, f"{lost[1]}: {lost[2]}{ending(work[index])}"
        if "\t" in work[index]:
            above = work[index - 1] if index else ""
            depth = indentation(above) + (2 if above.lstrip().startswith("- ") else 0)
            yield index, " " * depth + work[index].lstrip()


def _indented_as_others(index: int, work: list[str]) -> Iterator[tuple[int, str]]:
    """The line one space further in or out, where others of the chunk are."""
    line = work[index]
    depth = indentation(line)
    others = {indentation(it) for number, it in enumerate(work) if number != index and it.strip()}
    for near in (depth + 1, depth - 1):
        if near in others:
            yield index, " " * near + line[depth:]


def _odd_quotes(work: list[str], line: int) -> list[int]:
    """The nearest line at or above with a quote that its own line does not close."""
    for index in range(line, max(line - 40, -1), -1):
        text = work[index]
        if text.count('"') % 2 or text.count("'") % 2:
            return [index]
    return []


def _closed(index: int, line: str) -> Iterator[tuple[int, str]]:
    """The line with its last quote closed at its end."""
    text = content(line)
    for quote in "\"'":
        if text.count(quote) % 2:
            yield index, f"{text.rstrip()}{quote}{ending(line)}"


def _worded(failure: Failure, work: list[str]) -> Problem:
    """The problem with the place a person would point at."""
    line, column = failure.line, failure.column
    if failure.kind in ("quote", "bracket", "colon"):
        line, column = failure.context_line, failure.context_column
    line = min(line, len(work) - 1)
    length = len(content(work[line]))
    column = min(column, max(length - 1, 0))
    end = length if failure.kind in ("quote", "colon") else column + 1
    return Problem(failure.kind, Span(line, column, line, max(end, column + 1)), failure.message)


def ending(line: str) -> str:
    """How the line ends: its line break, or nothing."""
    return line[len(content(line)) :]
