"""One chunk of text read into a tree, whatever state the text is in.

libyaml's event stream is composed here by hand: its own loaders crash the process on deep nesting
and explode on merge keys. Reading never raises. Where a line cannot be read it is mended or blanked,
the problem is kept, and reading goes on, so that one bad line does not cost its neighbours.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

import yaml

from vesper.lang.chunks import Repair
from vesper.lang.source import Span, behind_properties, content, indentation, split_lines
from vesper.lang.tree import Alias, Entry, Mapping, Node, Scalar, Sequence

MAX_DEPTH = 64
MAX_SCALAR = 1 << 20
MAX_ALIASES = 5_000

ProblemKind = Literal[
    "syntax", "tab", "quote", "bracket", "colon", "conflict", "character", "byte-order-mark",
    "depth", "merge-key", "tag", "alias", "alias-cycle", "duplicate-key", "key", "directive",
]  # fmt: skip


@dataclass(slots=True)
class Problem:
    """Something that kept the text from being read as written."""

    kind: ProblemKind
    span: Span
    message: str
    related: Span | None = None
    """Where the other half of the problem is, such as the first of two equal keys."""
    near: str = ""
    """The text a quick fix would work with."""


@dataclass(slots=True)
class Reading:
    """What one chunk says. Lines count from the chunk's first."""

    lines: list[str]
    root: Node | None
    problems: list[Problem]
    anchors: dict[str, Node]
    aliases: list[Alias]
    """Aliases whose anchor is not in this chunk."""


_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?=\s|$)")
_HALF_KEY = re.compile(r"(\s*(?:- +)?)([A-Za-z_]\w*)(:?)(\S.*)?$")
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{it}" for it in ("str", "int", "float", "bool", "null", "map", "seq")
)


def read(text: str, repair: Repair = "") -> Reading:
    """Read one chunk. `repair` is what its first line lacks to be a key."""
    lines = split_lines(text)
    problems: list[Problem] = []
    work = list(lines)
    if repair:
        _repair_first_line(work, repair, problems)
    _replace_odd_characters(work, problems)
    _blank_directives(work, problems)
    _blank_conflicts(work, problems)
    # Editors show a byte order mark as nothing: places on the first line do not count it.
    work[0] = work[0].removeprefix("\ufeff")
    composer = _read_with_recovery(work, problems)
    problems += composer.problems
    problems.sort(key=lambda it: it.span)
    return Reading(lines, composer.root, problems, composer.anchors, composer.unresolved)


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
            work[number] = _ending(line)
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
                work[number] = _ending(line)
            continue
        work[number] = _ending(line)
        message = "a merge conflict is not resolved: keep one side and delete the markers"
        span = Span(number, 0, number, len(content(line)))
        problems.append(Problem("conflict", span, message, near=marker[0][0]))
        theirs = marker[0][0] in "=|"


def _ending(line: str) -> str:
    return line[len(content(line)) :]


class _Unreadable(Exception):
    """A construct that ends the reading of this chunk at its place."""

    def __init__(self, kind: ProblemKind, mark: yaml.Mark, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind, _at(mark), message)


def _at(mark: yaml.Mark) -> Span:
    return Span(mark.line, mark.column, mark.line, mark.column + 1)


class _Composer:
    """Builds the tree of one event stream, within bounds."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.unresolved: list[Alias] = []
        self.weight = 0
        """How much was read: what recovery tries to keep."""
        self._open: list[Mapping | Sequence] = []
        self._keys: list[Scalar | None] = []
        self._seen: list[dict[str, Scalar]] = []
        self._open_anchors: list[str] = []

    def compose(self, text: str) -> None:
        """Raises _Unreadable or yaml.MarkedYAMLError at the first thing that cannot be read."""
        aliases = 0
        self._lines = split_lines(text) if "&" in text or "!" in text else []
        parse = cast("Callable[..., Iterator[yaml.Event]]", yaml.parse)  # pyright: ignore[reportUnknownMemberType]
        events = parse(text, Loader=yaml.CSafeLoader)
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._start(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end(event)
                case yaml.AliasEvent():
                    aliases += 1
                    if aliases > MAX_ALIASES:
                        message = f"more than {MAX_ALIASES} aliases in one section"
                        raise _Unreadable("alias", event.start_mark, message)
                    self._alias(event)
                case _:
                    pass

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = event.start_mark, event.end_mark
        if len(event.value) > MAX_SCALAR:
            raise _Unreadable("depth", start, f"a text of more than {MAX_SCALAR} characters")
        self._check_tag(event)
        style = event.style or ""
        span = Span(start.line, start.column, end.line, end.column)
        if event.anchor or event.tag:
            span = behind_properties(self._lines, span)
        node = Scalar(span, event.value, style, event.anchor or "")
        if node.anchor:
            self.anchors[node.anchor] = node
        if event.value or style:
            self.weight += 1
        self._add(node)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _Unreadable("depth", event.start_mark, f"nested deeper than {MAX_DEPTH} levels")
        self._check_tag(event)
        kind = Mapping if isinstance(event, yaml.MappingStartEvent) else Sequence
        span = Span(event.start_mark.line, event.start_mark.column, 0, 0)
        node = kind(span, flow=bool(event.flow_style), anchor=event.anchor or "")
        self._add(node)
        self._open.append(node)
        self._keys.append(None)
        self._seen.append({})
        if node.anchor:
            self._open_anchors.append(node.anchor)

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        node = self._open.pop()
        self._keys.pop()
        self._seen.pop()
        if node.anchor:
            self._open_anchors.remove(node.anchor)
            self.anchors[node.anchor] = node
        line, column = event.end_mark.line, event.end_mark.column
        if not node.flow:
            last = _last_span(node)
            line, column = last.end_line, last.end_column
        node.span = node.span._replace(end_line=line, end_column=column)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name: str = event.anchor
        start, end = event.start_mark, event.end_mark
        node = Alias(Span(start.line, start.column, end.line, end.column), name)
        if name in self._open_anchors:
            message = f"`*{name}` refers to itself"
            self.problems.append(Problem("alias-cycle", node.span, message))
        elif name not in self.anchors:
            self.unresolved.append(node)
        self.weight += 1
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self._open:
            if self.root is None:
                self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is not None:
            self._keys[-1] = None
            self._add_entry(parent, key, node)
        elif isinstance(node, Scalar):
            self._keys[-1] = node
        else:
            message = "a key must be plain text"
            self.problems.append(Problem("key", node.span, message))
            self._keys[-1] = Scalar(node.span, "", '"')

    def _add_entry(self, parent: Mapping, key: Scalar, value: Node) -> None:
        seen = self._seen[-1]
        first = seen.get(key.text)
        if first is not None:
            name = key.text[:60]
            if parent.entries[0].key is first and self._in_list(parent):
                message = f"`{name}` is written twice: a `-` seems to be missing before this one"
                self._begin_item(parent, Entry(key, value))
            else:
                message = f"`{name}` is written twice here; the first one counts"
            self.problems.append(Problem("duplicate-key", key.span, message, first.span, key.text))
            return
        if key.text == "<<" and not key.style:
            message = "merge keys are not part of the language: write the fields out"
            self.problems.append(Problem("merge-key", key.span, message))
            return
        seen[key.text] = key
        parent.entries.append(Entry(key, value))

    def _in_list(self, node: Mapping) -> bool:
        return len(self._open) > 1 and isinstance(self._open[-2], Sequence) and not node.flow

    def _begin_item(self, parent: Mapping, entry: Entry) -> None:
        """Read on as if a `-` stood before this key: the steps below keep what is theirs."""
        last = _last_span(parent)
        parent.span = parent.span._replace(end_line=last.end_line, end_column=last.end_column)
        item = Mapping(entry.key.span, [entry])
        above = self._open[-2]
        if isinstance(above, Sequence):
            above.items.append(item)
        self._open[-1] = item
        self._seen[-1] = {entry.key.text: entry.key}

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag: str | None = event.tag
        if tag and tag not in _CORE_TAGS:
            message = f"tags are not allowed (`{tag[:60]}`)"
            self.problems.append(Problem("tag", _at(event.start_mark), message))


def _last_span(node: Mapping | Sequence) -> Span:
    if isinstance(node, Sequence):
        return node.items[-1].span if node.items else node.span
    if not node.entries:
        return node.span._replace(end_line=node.span.line, end_column=node.span.column)
    last = node.entries[-1]
    return max(last.key.span, last.value.span, key=lambda it: (it.end_line, it.end_column))


_TRIES = 6
_LINES_TRIED = 4_000


def _read_with_recovery(work: list[str], problems: list[Problem]) -> _Composer:
    """Read; where that fails mend or blank the line that costs least, and read again."""
    composer, failure = _attempt(work)
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
            tried, error = _attempt(trial)
            score = (error is None, error.reached if error else 0, tried.weight)
            if best is None or score > best[0]:
                best = (score, index, line)
        if best is None:
            break
        _point_at_culprit(problems[-1], best[1], work[best[1]], best[2])
        work[best[1]] = best[2]
        composer, failure = _attempt(work)
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
    if "\t" in text[:blank]:
        problem.kind, problem.message = "tab", "tabs cannot indent YAML: use spaces"
        problem.span = Span(index, 0, index, blank)
    elif now[-1:] in ("'", '"') and now[:-1] == text.rstrip():
        problem.kind, problem.message = "quote", "this quoted text is not closed"
        problem.span = Span(index, text.rindex(now[-1]), index, len(text))
        problem.near = now[-1]
    elif half and not half[3] and not half[4]:
        problem.kind, problem.message = "colon", "a key needs a `:` and a value behind it"
        problem.span = Span(index, half.end(1), index, half.end(2))
        problem.near = ":"
    elif half and half[3] and half[4]:
        problem.kind, problem.message = "colon", "a space must follow the `:`"
        problem.span = Span(index, half.end(1), index, half.end(3))
        problem.near = " "


@dataclass(slots=True)
class _Failure:
    """Why reading stopped; places are of the text as it was tried."""

    kind: ProblemKind
    line: int
    column: int
    context_line: int
    context_column: int
    message: str

    @property
    def reached(self) -> int:
        """The last line that surely was read as meant: what is not closed swallows all below."""
        opened = self.kind in ("quote", "bracket", "colon")
        return min(self.line, self.context_line) if opened else self.line


def _attempt(work: list[str]) -> tuple[_Composer, _Failure | None]:
    composer = _Composer()
    try:
        composer.compose("".join(work))
    except _Unreadable as error:
        span = error.problem.span
        failure = _Failure(error.problem.kind, *span[:2], *span[:2], error.problem.message)
        return composer, failure
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark, error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        above, left = (context.line, context.column) if context else (line, column)
        kind, message = _reworded(error.problem or "", error.context or "")
        return composer, _Failure(kind, line, column, above, left, message)
    return composer, None


def _remedies(failure: _Failure, work: list[str]) -> Iterator[tuple[int, str]]:
    """Lines to try instead, the likeliest culprit first."""
    line = min(failure.line, len(work) - 1)
    candidates = [line, line - 1, failure.context_line, line + 1, line - 2]
    if failure.kind in ("quote", "colon", "bracket"):
        candidates.insert(0, failure.context_line)
    candidates[:0] = _odd_quotes(work, line)
    for index in dict.fromkeys(candidates):
        if not (0 <= index < len(work) and work[index].strip()):
            continue
        yield index, _ending(work[index])
        yield from _closed(index, work[index])
        half = _HALF_KEY.match(content(work[index]))
        if half and (half[3] or not half[4]):
            rest = f": {half[4] or ''}"
            yield index, f"{half[1]}{half[2]}{rest}{_ending(work[index])}"
        if "\t" in work[index]:
            above = work[index - 1] if index else ""
            depth = indentation(above) + (2 if above.lstrip().startswith("- ") else 0)
            yield index, " " * depth + work[index].lstrip()


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
            yield index, f"{text.rstrip()}{quote}{_ending(line)}"


_REWORDED: tuple[tuple[str, str, ProblemKind, str], ...] = (
    ("tab", "", "tab", "tabs cannot indent YAML: use spaces"),
    ("'\\t'", "", "tab", "tabs cannot indent YAML: use spaces"),
    ("unexpected end of stream", "quoted", "quote", "this quoted text is not closed"),
    ("document indicator", "quoted", "quote", "this quoted text is not closed"),
    ("unknown escape", "", "syntax", "this escape is unknown; write `\\\\` for a backslash"),
    ("expected ':'", "", "colon", "a key needs a `:` and a value behind it"),
    ("mapping values are not allowed", "", "syntax", "this `:` makes a second key on one line: "
     "quote the value, or indent it below"),
    ("expected ',' or ']'", "", "bracket", "this `[` is not closed"),
    ("expected ',' or '}'", "", "bracket", "this `{` is not closed"),
    ("expected node content", "flow", "bracket", "this bracket is not closed"),
    ("cannot start any token", "", "syntax", "no value can begin with this character: quote it"),
    ("alphabetic or numeric character", "", "syntax", "a name must follow `&` or `*`"),
    ("block sequence entries are not allowed", "", "syntax", "a list item cannot stand here: "
     "put it on a line of its own, indented as its neighbours"),
    ("expected key", "", "syntax", "this line is not indented as its neighbours"),
    ("'-' indicator", "", "syntax", "expected `- ` here, indented as the other items"),
    ("undefined tag handle", "", "tag", "tags are not allowed"),
    ("did not find the expected tag", "", "tag", "tags are not allowed"),
)  # fmt: skip


def _reworded(problem: str, context: str) -> tuple[ProblemKind, str]:
    for part, around, kind, message in _REWORDED:
        if part in problem and around in context:
            return kind, message
    return "syntax", f"this cannot be read: {problem or context}"


def _worded(failure: _Failure, work: list[str]) -> Problem:
    """The problem with the place a person would point at."""
    line, column = failure.line, failure.column
    if failure.kind in ("quote", "bracket", "colon"):
        line, column = failure.context_line, failure.context_column
    line = min(line, len(work) - 1)
    length = len(content(work[line]))
    column = min(column, max(length - 1, 0))
    end = length if failure.kind in ("quote", "colon") else column + 1
    return Problem(failure.kind, Span(line, column, line, max(end, column + 1)), failure.message)
