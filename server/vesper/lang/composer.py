"""The tree of one text from libyaml's events, within bounds, and why reading stopped where it did.

libyaml's own loaders crash the process on deep nesting and explode on merge keys, so its event
stream is composed here by hand. Reading begins again with other lines in `recovery`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import yaml

from vesper.lang.source import Span, behind_properties, split_lines
from vesper.lang.tree import Alias, Entry, Mapping, Node, Scalar, Sequence

MAX_DEPTH = 64
MAX_SCALAR = 1 << 20
MAX_ALIASES = 5_000
_SHORT = 40
"""Texts up to this length are kept once: most are keys and words that come again."""

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


_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{it}" for it in ("str", "int", "float", "bool", "null", "map", "seq")
)


class _Unreadable(Exception):
    """A construct that ends the reading of this chunk at its place."""

    def __init__(self, kind: ProblemKind, mark: yaml.Mark, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind, _at(mark), message)


def _at(mark: yaml.Mark) -> Span:
    return Span(mark.line, mark.column, mark.line, mark.column + 1)


_NO_KEY = Scalar(Span(0, 0, 0, 0), "", '"')
"""Stands for a key that is no plain text: told already, and what it holds is left out."""


class Composer:
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
        span = _span(start.line, start.column, end.line, end.column)
        if event.anchor or event.tag:
            span = behind_properties(self._lines, span)
        text = event.value if len(event.value) > _SHORT else sys.intern(event.value)
        node = Scalar(span, text, style, event.anchor or "")
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
        span = _span(event.start_mark.line, event.start_mark.column, 0, 0)
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
        node.span = _span(*node.span[:2], line, column)

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
            self._keys[-1] = _NO_KEY

    def _add_entry(self, parent: Mapping, key: Scalar, value: Node) -> None:
        if key is _NO_KEY:
            return
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


@lru_cache(maxsize=8_192)
def _span(line: int, column: int, end_line: int, end_column: int) -> Span:
    """Places count from the chunk's first line, so most of them are shared by very many chunks."""
    return Span(line, column, end_line, end_column)


def _last_span(node: Mapping | Sequence) -> Span:
    if isinstance(node, Sequence):
        return node.items[-1].span if node.items else node.span
    if not node.entries:
        return node.span._replace(end_line=node.span.line, end_column=node.span.column)
    last = node.entries[-1]
    return max(last.key.span, last.value.span, key=lambda it: (it.end_line, it.end_column))


@dataclass(slots=True)
class Failure:
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


def attempt(work: list[str]) -> tuple[Composer, Failure | None]:
    """Read lines as they are: the tree as far as that went, and why it went no further."""
    composer = Composer()
    try:
        composer.compose("".join(work))
    except _Unreadable as error:
        span = error.problem.span
        failure = Failure(error.problem.kind, *span[:2], *span[:2], error.problem.message)
        return composer, failure
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark, error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        above, left = (context.line, context.column) if context else (line, column)
        kind, message = _reworded(error.problem or "", error.context or "")
        return composer, Failure(kind, line, column, above, left, message)
    return composer, None


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
