"""The problems of documents as people read them: a line each, or with the source on a terminal."""

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from vesper.cli.terminal import cells, in_line, styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic
    from vesper.lang.source import Span

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "hint": "bold cyan"}
_NARROWEST: Final = 40
_TAB: Final = "    "


class Checked(NamedTuple):
    """One file with its problems; `source` is the text they are about, or where it can be read."""

    name: str
    found: "Sequence[Diagnostic]"
    source: str | Path

    def text(self) -> str:
        """What the problems are about; empty where it is no text, or not any more."""
        if isinstance(self.source, str):
            return self.source
        from vesper.workspace.files import read_text

        try:
            return read_text(self.source)
        except VesperError:
            return ""


def print_problems(checked: Iterable[Checked]) -> None:
    """Print every problem to stdout, in the form that suits whoever reads it there."""
    out = sys.stdout
    form = _with_source if out.isatty() else _in_a_line
    for it in checked:
        for line in form(it, out):
            print(line)


def print_summary(checked: Sequence[Checked]) -> None:
    """Say on stderr how many problems there are, and how many of them mend themselves."""
    if not checked:
        print("no documents found: their names end in .vsp or .role.yaml", file=sys.stderr)
        return
    counts = Counter(it.severity for each in checked for it in each.found)
    problems = [counted(counts[it], it) for it in STYLES if counts[it]]
    with_problems = sum(bool(it.found) for it in checked)
    files = counted(len(checked), "file")
    where = f"{with_problems} of {files}" if 0 < with_problems < len(checked) else files
    worst = next((it for it in STYLES if counts[it]), None)
    summary = ", ".join(problems) if worst else "no problems"
    shown = styled(summary, STYLES[worst] if worst else "bold green", sys.stderr)
    print(f"{shown} in {where}", file=sys.stderr)
    if worst and sys.stdout.isatty():
        from vesper.cli.mending import is_correction

        if fixes := sum(is_correction(it) for each in checked for it in each.found):
            print(f"`vesper check --fix` mends up to {fixes} of them", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """The number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def place_of(name: str, span: "Span") -> str:
    """Where it begins, as compilers write it and terminals make it a link."""
    return f"{in_line(name)}:{span.line + 1}:{span.column + 1}"


def _in_a_line(checked: Checked, out: TextIO) -> Iterator[str]:
    for it in checked.found:
        place = styled(place_of(checked.name, it.span), "bold", out)
        severity = styled(it.severity, STYLES[it.severity], out)
        yield f"{place}: {severity}: {in_line(it.message)} {styled(it.code, 'dim', out)}"


def _with_source(checked: Checked, out: TextIO) -> Iterator[str]:
    if not checked.found:
        return
    lines = _Lines(checked.text(), out)
    for it in checked.found:
        style = STYLES[it.severity]
        head = styled(f"{it.severity}[{it.code}]", style, out)
        yield f"{head}{styled(f': {in_line(it.message)}', 'bold', out)}"
        margin = " " * len(str(it.span.line + 1))
        arrow, bar = styled(f"{margin}-->", "blue", out), styled(f"{margin} |", "blue", out)
        yield f"{arrow} {place_of(checked.name, it.span)}"
        if lines.has(it.span):
            yield bar
            yield from lines.shown(it.span, style)
        for other in it.related:
            where = place_of(checked.name, other.span)
            yield f"{styled(f'{margin} =', 'blue', out)} {in_line(other.message)}: {where}"
        if it.fix is not None:
            note = styled("fix:", "bold green", out)
            yield f"{styled(f'{margin} =', 'blue', out)} {note} {in_line(it.fix.title)}"
        yield ""


class _Lines:
    """The lines of one text, as they can be shown with something underlined."""

    def __init__(self, text: str, out: TextIO) -> None:
        from vesper.lang.source import Text

        self._lines = Text(text.removeprefix("\ufeff")).lines
        self._out = out
        self._room = max(_NARROWEST, shutil.get_terminal_size().columns)

    def has(self, span: "Span") -> bool:
        return span.line < len(self._lines) and bool(self._lines[span.line].strip())

    def shown(self, span: "Span", style: str) -> Iterator[str]:
        """The line where the span begins, and what it covers of it underlined."""
        line = self._lines[span.line].rstrip()
        number = str(span.line + 1)
        end = span.end_column if span.end_line == span.line else len(line)
        start, end = min(span.column, len(line)), min(max(end, span.column + 1), len(line) + 1)
        before, marked, after = (_shown(it) for it in (line[:start], line[start:end], line[end:]))
        before, marked, after = _cut(before, marked, after, self._room - len(number) - 3)
        bar = styled(f"{number} |", "blue", self._out)
        yield f"{bar} {before}{marked}{after}".rstrip()
        underline = styled("^" * max(1, cells(marked)), style, self._out)
        margin = styled(f"{' ' * len(number)} |", "blue", self._out)
        yield f"{margin} {' ' * cells(before)}{underline}"


def _shown(text: str) -> str:
    return in_line(text.replace("\t", _TAB))


def _cut(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    """The three parts of a line, shortened so that they fit and the marked one can be seen."""
    if cells(before + marked + after) <= room:
        return before, marked, after
    if cells(marked) > room // 2:
        marked = f"{_first(marked, room // 2 - 3)}..."
        after = ""
    if cells(before) > room // 3:
        before = f"...{_last(before, room // 3 - 3)}"
    left = room - cells(before) - cells(marked)
    if cells(after) > left:
        after = f"{_first(after, left - 3)}..."
    return before, marked, after


def _first(text: str, room: int) -> str:
    """As much of the text's beginning as fits."""
    text = text[: max(room, 0)]
    while cells(text) > room:
        text = text[:-1]
    return text


def _last(text: str, room: int) -> str:
    """As much of the text's end as fits."""
    return _first(text[::-1], room)[::-1]
