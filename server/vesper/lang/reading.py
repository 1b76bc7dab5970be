"""One chunk of text read into a tree, whatever state the text is in.

Reading never raises. What no reader takes is replaced or blanked before; where a line cannot be read
it is mended or blanked, the problem is kept, and reading goes on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vesper.lang.chunks import Repair
from vesper.lang.composer import Problem
from vesper.lang.recovery import ending, recovered
from vesper.lang.source import Lines, Span, content, split_lines
from vesper.lang.tree import Alias, Node


@dataclass(slots=True)
class Reading:
    """What one chunk says. Lines count from the chunk's first."""

    lines: Sequence[str]
    root: Node | None
    problems: tuple[Problem, ...]
    anchors: dict[str, Node]
    aliases: tuple[Alias, ...]
    """Aliases whose anchor is not in this chunk."""


_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?=\s|$)")


def read(text: str, repair: Repair = "") -> Reading:
    """Read one chunk. `repair` is what its first line lacks to be a key."""
    problems: list[Problem] = []
    work = split_lines(text)
    if repair:
        _repair_first_line(work, repair, problems)
    _replace_odd_characters(work, problems)
    _blank_directives(work, problems)
    _blank_conflicts(work, problems)
    # Editors show a byte order mark as nothing: places on the first line do not count it.
    work[0] = work[0].removeprefix("\ufeff")
    composer = recovered(work, problems)
    problems += composer.problems
    problems.sort(key=lambda it: it.span)
    anchors, unresolved = composer.anchors, tuple(composer.unresolved)
    return Reading(Lines(text), composer.root, tuple(problems), anchors, unresolved)


def _repair_first_line(work: list[str], repair: Repair, problems: list[Problem]) -> None:
    line = work[0]
    name = re.match(r"\ufeff?\w+", line)
    end = name.end() if name else 0
    span = Span(0, 0, 0, end)
    if repair == ":":
        work[0] = f"{line[:end]}:{line[end:]}"
        problems.append(Problem("colon", span, f"`{line[:end]}` needs a `:` behind it", near=":"))
    else:
        work[0] = f"{line[: end + 1]} {line[end + 1 :]}"
        message = f"`{line[:end]}:` needs a space behind the colon"
        problems.append(Problem("colon", span._replace(end_column=end + 1), message, near=" "))


def _replace_odd_characters(work: list[str], problems: list[Problem]) -> None:
    """libyaml refuses these, or ends a line at them where no editor does."""
    for number, line in enumerate(work):
        if line.isascii() and line.isprintable():
            continue
        if number == 0 and line.startswith("\ufeff"):
            message = "a `.vsp` file needs no byte order mark"
            problems.append(Problem("byte-order-mark", Span(0, 0, 0, 1), message))
        for found in _ODD.finditer(content(line)):
            name = f"U+{ord(found[0]):04X}"
            message = f"{name} cannot stand in a document; in double quotes write it as an escape"
            span = Span(number, found.start(), number, found.end())
            problems.append(Problem("character", span, message))
        for found in _BIDI.finditer(line):
            name = f"U+{ord(found[0]):04X}"
            message = f"{name} turns the direction of text: what you read is not what is there"
            span = Span(number, found.start(), number, found.end())
            problems.append(Problem("character", span, message))
        work[number] = _ODD.sub("\ufffd", line)


def _blank_directives(work: list[str], problems: list[Problem]) -> None:
    """Every document is read as YAML 1.2; a directive that says otherwise is left out."""
    for number, line in enumerate(work):
        if line.startswith("%"):
            work[number] = ending(line)
            if line.split()[:2] != ["%YAML", "1.2"]:
                message = "documents are YAML 1.2 and read as such: remove this line"
                span = Span(number, 0, number, len(content(line)))
                problems.append(Problem("directive", span, message))


def _blank_conflicts(work: list[str], problems: list[Problem]) -> None:
    """Our side is kept and theirs left out, as most merge tools begin."""
    theirs = False
    for number, line in enumerate(work):
        marker = _CONFLICT.match(line)
        if marker is None:
            if theirs:
                work[number] = ending(line)
            continue
        work[number] = ending(line)
        message = "a merge conflict is not resolved: keep one side and delete the markers"
        span = Span(number, 0, number, len(content(line)))
        problems.append(Problem("conflict", span, message, near=marker[0][0]))
        theirs = marker[0][0] in "=|"
