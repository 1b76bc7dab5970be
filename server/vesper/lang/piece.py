"""One chunk examined: its tree, how it fits the field table, its expressions, what it exports.

A piece depends on its own text alone, so equal text is examined once. What it defines for the rest of
the document leaves it as exports.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from vesper.lang import bounds, expr, fields, givens, grammar, reading, tree, types
from vesper.lang.chunks import Chunk
from vesper.lang.composer import Problem
from vesper.lang.document import NODE
from vesper.lang.exports import Export, exports_of
from vesper.lang.fields import ScopeKind, Slot, Walked
from vesper.lang.functions import FUNCTIONS
from vesper.lang.givens import Givens
from vesper.lang.narrow import NONE, Facts
from vesper.lang.outcome import Around, Loop, element_names, singular
from vesper.lang.roles import ROLE
from vesper.lang.source import RelativeSource, Span, content

DocumentKind = Literal["vsp", "role"]
Path = tuple[str | int, ...]

_IGNORE = re.compile(r"#\s*vesper:\s*ignore\b([\sA-Z0-9,]*)")
_BARE = re.compile(r"\s*([A-Za-z_]+)\s*\Z")
_COMPARISON = re.compile(r"\s*(==|!=|<=|>=|<|>|IN\b|NOT IN\b|MATCHES\b|CONTAINS\b)")
_KEYED = re.compile(r"\s*([a-z_]+)\s*:\s*(\S.*)$")


class Expression(NamedTuple):
    """An expression where it stands; its places are carried into the chunk by `span`."""

    slot: Slot
    text: str
    parsed: grammar.Parsed
    source: RelativeSource
    shift: int
    """How far into the scalar's value the expression begins."""
    scope: ScopeKind
    names: frozenset[str]
    """Names that only this place has, such as the element of a transform."""
    part: bool
    """Whether it is one `{...}` of a longer text."""
    given: Facts = NONE
    """What is known here because of the guards and conditions around it."""
    loops: tuple[Loop, ...] = ()
    """The lists gone through around it, the outermost first."""

    def span(self, start: int, end: int) -> Span:
        """The span, in the chunk, of a part of the expression."""
        return self.source.span(start + self.shift, end + self.shift)


class Ignore(NamedTuple):
    """A comment that silences a line of its piece."""

    codes: frozenset[str]
    """Empty where it silences everything."""
    span: Span
    """The comment, with the space before it."""


class Step(NamedTuple):
    """One step of a flow, however deep it stands."""

    node: tree.Mapping
    operation: str
    path: Path

    def text(self, key: str) -> tree.Scalar | None:
        """The value of a key where it is a text that says something, else None."""
        found = self.node.get(key)
        return found if isinstance(found, tree.Scalar) and not found.is_null else None

    @property
    def place(self) -> Span:
        """Where to say something about the whole step: its operation, or its first key."""
        entry = self.node.entry("operation") or self.node.entries[0]
        return entry.value.span if entry.key.text == "operation" else entry.key.span


class Piece:
    """One chunk, examined. Lines count from its first."""

    __slots__ = (
        "__weakref__",
        "chunk",
        "exports",
        "expressions",
        "ignored",
        "is_broken",
        "kind",
        "memo",
        "mended",
        "mentioned",
        "reading",
        "steps",
        "walked",
    )  # fmt: skip

    def __init__(self, chunk: Chunk, kind: DocumentKind) -> None:
        self.chunk = chunk
        self.kind: DocumentKind = kind
        self.reading = reading.read(chunk.text, chunk.repair)
        self.is_broken = any(it.kind in _BREAKING for it in self.reading.problems)
        self.mended = _mended(self.reading.problems) if self.reading.problems else _NO_LINES
        self.walked = walk_chunk(chunk, kind, self.reading.root)
        self.steps = tuple(_steps(self.walked))
        found = list(_expressions(self.walked, self.reading.lines, self.steps))
        trees = {it.slot.path: it.parsed.tree for it in found if it.parsed.tree and not it.part}
        around = Givens(self.walked.slots, trees)
        loops = _loops(self.steps)

        def around_at(path: Path) -> Around:
            return Around(around.at(path), _loops_at(path, loops))

        self.expressions = [
            it._replace(given=around.at(it.slot.path), loops=_loops_at(it.slot.path, loops))
            for it in found
        ]
        anchors = self.reading.anchors.items()
        self.exports: tuple[Export, ...] = (
            *exports_of(chunk, kind, self.walked, self.reading.root, around_at),
            *(Export("anchor", name, node.span) for name, node in anchors),
            *(Export("alias", it.name, it.span) for it in self.reading.aliases),
            *(
                Export("conflict", it.near, it.span)
                for it in self.reading.problems
                if it.kind == "conflict"
            ),
            *_call_needs(self.expressions),
            *_promises(self.walked, trees, around),
            *_uses(self.walked, self.expressions, _texts(self), self.reading.lines),
            *_clauses(self.expressions),
        )
        self.ignored = _ignored(self.reading.lines) if "vesper:" in chunk.text else {}
        self.memo: list[object] = []
        self.mentioned: object = None
        """What `mentions_of` found, once somebody asked."""

    @property
    def has_content(self) -> bool:
        """Whether it says anything, and is not a marker or nothing but comments."""
        chunk = self.chunk
        return chunk.kind != "marker" and (bool(chunk.section) or self.reading.root is not None)

    @property
    def texts(self) -> dict[fields.TextKind, list[tuple[tree.Scalar, Slot]]]:
        """The texts of one kind, each with its slot."""
        # Found anew for each piece that the rules turn to: kept with all pieces it would be heavy.
        return _texts(self)

    def has_slip(self, span: Span) -> bool:
        """Whether a key within the span is unknown, so that another one may only seem to be missing."""
        return any(
            it.kind == "unknown-key" and span.line <= it.span.line <= span.end_line
            for it in self.walked.faults
        )


_NO_LINES = frozenset[int]()
_NO_NAMES = frozenset[str]()
_BREAKING = frozenset(
    {"syntax", "tab", "quote", "bracket", "colon", "conflict", "depth", "duplicate-key"}
)


def walk_chunk(chunk: Chunk, kind: DocumentKind, root: tree.Node | None) -> Walked:
    """The tree of a chunk along the field table."""
    empty = Walked([], [], [])
    if root is None or chunk.kind == "marker":
        return empty
    if kind == "role":
        return _walk_role(chunk, root, empty)
    if chunk.kind != "item" and not chunk.inner:
        return fields.walk_part(root, NODE) if isinstance(root, tree.Mapping) else empty
    field = NODE.field(chunk.section)
    if field is None:
        return empty
    shape = fields.resolve(field.shape, root)
    path: Path = (chunk.section,)
    if chunk.inner and chunk.kind == "item" and isinstance(shape, fields.Record):
        inner = shape.field(chunk.inner)
        within = inner.shape if inner is not None else shape.rest
        if within is None:
            return empty
        shape, path = fields.resolve(within, root), (chunk.section, chunk.inner)
    return _walk_item(root, shape, path)


def _mended(problems: Sequence[Problem]) -> frozenset[int]:
    """The lines that were read other than they are written."""
    return frozenset(
        line
        for it in problems
        if it.kind in _BREAKING
        for line in range(it.span.line, it.span.end_line + 1)
    )


def _walk_role(chunk: Chunk, root: tree.Node, empty: Walked) -> Walked:
    if not isinstance(root, tree.Mapping):
        return empty
    if chunk.kind == "item":
        return fields.walk_part(root, ROLE, (chunk.section,))
    for entry in root.entries:
        _extend(empty, fields.walk(entry.value, ROLE, (entry.key.text,)))
    return empty


def _walk_item(root: tree.Node, shape: fields.Shape, path: Path) -> Walked:
    if isinstance(root, tree.Mapping) and isinstance(shape, fields.Record):
        return fields.walk_part(root, shape, path)
    if isinstance(root, tree.Mapping) and isinstance(shape, fields.MapOf):
        return fields.walk(root, shape, path)
    if isinstance(root, tree.Sequence) and isinstance(shape, fields.ListOf):
        return fields.walk(root, shape, path)
    return Walked([], [], [])


def _extend(walked: Walked, more: Walked) -> None:
    for mine, theirs in zip(walked, more, strict=True):
        mine.extend(theirs)  # pyright: ignore[reportArgumentType, reportUnknownMemberType]


def _ignored(lines: Sequence[str]) -> dict[int, Ignore]:
    """What is silenced, by line. Alone on a line a comment speaks of the next."""
    silenced: dict[int, Ignore] = {}
    for number, line in enumerate(lines):
        found = _IGNORE.search(line)
        if found:
            before = line[: found.start()].rstrip()
            codes = frozenset(re.findall(r"[A-Z]{3}\d{3}", found[1]))
            end = len(line[: found.end()].rstrip())
            ignore = Ignore(codes, Span(number, len(before), number, end))
            silenced[number if before else number + 1] = ignore
    return silenced


def _steps(walked: Walked) -> Iterator[Step]:
    for slot in walked.slots:
        if isinstance(slot.shape, fields.Record) and slot.shape.kind == "step":
            node = slot.node
            if isinstance(node, tree.Mapping) and node.entries:
                operation = node.get("operation")
                word = operation.text if isinstance(operation, tree.Scalar) else ""
                yield Step(node, word, slot.path)


@lru_cache(maxsize=8)
def _texts(piece: Piece) -> dict[fields.TextKind, list[tuple[tree.Scalar, Slot]]]:
    found: dict[fields.TextKind, list[tuple[tree.Scalar, Slot]]] = {}
    for slot in piece.walked.slots:
        node, shape = slot.node, slot.shape
        if isinstance(shape, fields.Text) and isinstance(node, tree.Scalar) and not node.is_null:
            found.setdefault(shape.kind, []).append((node, slot))
    return found


def _uses(
    walked: Walked,
    expressions: Sequence[Expression],
    texts: dict[fields.TextKind, list[tuple[tree.Scalar, Slot]]],
    lines: Sequence[str],
) -> Iterator[Export]:
    """What is read here, each name once."""
    names: dict[str, Span] = {}
    for fault in walked.faults:
        if fault.kind == "unknown-key":
            # Nobody knows what stands behind it, so whatever it names may be read.
            names |= dict.fromkeys(re.findall(r"\w+", lines[fault.span.line]), fault.span)
    for expression in expressions:
        place = expression.slot.node.span
        if expression.parsed.tree is None:
            names |= dict.fromkeys(re.findall(r"\w+", expression.text), place)
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Name):
                names.setdefault(node.name, place)
            elif isinstance(node, expr.Quantified) and node.over is None:
                # The short form goes through a list that it names in the singular.
                names |= dict.fromkeys((f"{node.name}s", f"{node.name[:-1]}ies"), place)
    yield from (Export("use", name, span) for name, span in names.items())
    kinds = {name: it for it, _ in texts.get("type", ()) for name, _ in types.parse(it.text).names}
    yield from (Export("type-use", name, it.span) for name, it in kinds.items())
    codes: dict[str, Span] = {}
    for slot in walked.slots:
        node, shape = slot.node, slot.shape
        is_code = isinstance(shape, fields.Text) and shape.kind == "error-code"
        if slot.path and slot.path[0] in ("flow", "error_handling") and (
            is_code or slot.path[-1] == "error_code"
        ):  # fmt: skip
            text = node.text if isinstance(node, tree.Scalar) else ""
            codes["*" if "{" in text else text] = node.span
    yield from (Export("code-use", name, span) for name, span in codes.items())


def _clauses(expressions: Sequence[Expression]) -> Iterator[Export]:
    """Every clause of the contracts, and what preconditions demand of single inputs."""
    for expression in expressions:
        path, place = expression.slot.path, expression.slot.node.span
        if path[:1] != ("contracts",) or expression.part or len(path) < 3 or path[1] == "facts":
            continue
        yield Export("clause", f"{path[1]}: {' '.join(expression.text.split())}", place)
        if path[1] == "preconditions":
            for bound in bounds.bounds_of(expression.parsed.tree):
                name = bound.of.removeprefix("len(").removesuffix(")")
                yield Export("demand", name, place, bound)


def _expressions(
    walked: Walked, lines: Sequence[str], steps: Sequence[Step]
) -> Iterator[Expression]:
    places = [it for it in walked.slots if isinstance(it.node, tree.Scalar)]
    locals_ = _local_names(steps)
    for slot in places:
        scalar = slot.node
        assert isinstance(scalar, tree.Scalar)
        if scalar.is_null:
            continue
        source = RelativeSource(lines, scalar.span, scalar.style, scalar.text)
        names = _names_at(slot.path, locals_)
        match slot.shape:
            case fields.Text("expression", scope):
                yield _expression(slot, scalar.text, source, scope, names)
            case fields.Text("constraint", scope):
                yield from _constraint(slot, scalar.text, source, scope, names)
            case fields.Text("template" | "sql" | "value", scope) | fields.Anything(scope):
                if scope != "none" and "{" in scalar.text:
                    for start, text, is_closed in template_parts(scalar.text):
                        parsed = grammar.parse(text) if is_closed else _unclosed(text)
                        yield Expression(slot, text, parsed, source, start, scope, names, True)
            case _:
                pass


def _expression(
    slot: Slot, text: str, source: RelativeSource, scope: ScopeKind, names: frozenset[str]
) -> Expression:
    shift = 0
    if text.startswith("{") and text.endswith("}") and ":" not in text:
        # `"{amount * 2}"` where an expression stands anyway: the braces add nothing.
        text, shift = text[1:-1], 1
    return Expression(slot, text, grammar.parse(text), source, shift, scope, names, False)


def _constraint(
    slot: Slot, text: str, source: RelativeSource, scope: ScopeKind, names: frozenset[str]
) -> Iterator[Expression]:
    if is_worded(text):
        return
    names = names | {"value", *(str(it) for it in slot.path[1:2])}
    specs = slot.owner.get("fields") if slot.owner is not None else None
    if isinstance(specs, tree.Mapping):
        names |= {it.key.text for it in specs.entries}
    if compares(text):
        parsed = grammar.parse(f"value {text}")
        yield Expression(slot, f"value {text}", parsed, source, -6, scope, names, False)
    else:
        yield Expression(slot, text, grammar.parse(text), source, 0, scope, names, False)


def is_worded(text: str) -> bool:
    """Whether a constraint is a word or a key with its value, not an expression."""
    word = _BARE.match(text)
    if word is not None:
        return word[1] not in ("value", "true", "false")
    return _KEYED.match(text) is not None


def compares(text: str) -> bool:
    """Whether a constraint is a comparison with its value left out."""
    return _COMPARISON.match(text) is not None


def _unclosed(text: str) -> grammar.Parsed:
    message = "this `{` is not closed; write `{{` for a brace"
    return grammar.Parsed(None, (grammar.Fault("syntax", -1, len(text), message),))


def template_parts(text: str) -> Iterator[tuple[int, str, bool]]:
    """The `{...}` parts of a template, their offsets and whether they end; `{{` is a brace."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        if text.startswith("{{", start):
            at = start + 2
            continue
        end = text.find("}", start)
        if end < 0:
            yield start + 1, text[start + 1 :], False
            return
        yield start + 1, text[start + 1 : end], True
        at = end + 1


def _local_names(steps: Sequence[Step]) -> list[tuple[Path, frozenset[str]]]:
    """Names that hold inside one step: loop variables, elements, a call's response."""
    found: list[tuple[Path, frozenset[str]]] = []
    for step in steps:
        named = step.text("as")
        names = {named.text} if named is not None else set[str]()
        names |= _step_names(step.operation, step.node)
        parameters = step.node.get("parameters")
        if isinstance(parameters, tree.Mapping):
            names |= {it.key.text for it in parameters.entries}
        if step.node.entry("collect") is not None:
            names |= set(_outputs_within(step.node))
        if names:
            found.append((step.path, frozenset(names)))
    return found


def _loops(steps: Sequence[Step]) -> list[tuple[Path, Loop]]:
    found: list[tuple[Path, Loop]] = []
    for step in steps:
        over = step.text("items" if step.operation == "for_each" else "input")
        if step.operation in ("for_each", "data_transform") and over is not None:
            found.append((step.path, Loop(element_names(step.node), over.text)))
    return found


def _loops_at(path: Path, loops: list[tuple[Path, Loop]]) -> tuple[Loop, ...]:
    """The loops around a place; what a loop goes through is worked out before it begins."""
    return tuple(
        loop
        for start, loop in loops
        if path[: len(start)] == start
        and len(path) > len(start)
        and path[len(start)] not in ("items", "input", "with", "output")
    )


def _step_names(operation: str, step: tree.Mapping) -> set[str]:
    match operation:
        case "data_transform" | "for_each":
            items = step.get("input") or step.get("items")
            text = items.text.strip("{} ") if isinstance(items, tree.Scalar) else ""
            return {"item", "index", "accumulator", "acc", "a", "b", singular(text)}
        case "external_api_call" | "call_node" | "agent_run" | "approval" | "wait":
            return {"response", "result"}
        case "database_query":
            return {"query_result", "query_results"}
        case _:
            return set()


def _promises(walked: Walked, trees: givens.Trees, around: Givens) -> Iterator[Export]:
    for fact, node in givens.promised(walked.slots, trees):
        yield Export("given", fact, node.span)
    steps = {it.path: it.node for it in walked.slots if it.path in around.after}
    for path, node in steps.items():
        if len(path) == 2:
            for fact in sorted(around.after[path]):
                yield Export("held", fact, node.span, None, node.span.end_line)


def _call_needs(expressions: Sequence[Expression]) -> Iterator[Export]:
    """Asking for the time or for chance is an effect like any other."""
    for expression in expressions:
        if expression.slot.path[:1] != ("flow",) or expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Call) and node.name in FUNCTIONS:
                needs = FUNCTIONS[node.name].needs
                if needs:
                    yield Export("need", needs, expression.span(node.start, node.name_end))


def _outputs_within(node: tree.Node) -> Iterator[str]:
    """Names that the steps inside a loop set: what it collects is worked out behind them."""
    if isinstance(node, tree.Sequence):
        for item in node.items:
            yield from _outputs_within(item)
    elif isinstance(node, tree.Mapping):
        for entry in node.entries:
            if entry.key.text == "output" and isinstance(entry.value, tree.Scalar):
                yield entry.value.text
            yield from _outputs_within(entry.value)


def _names_at(path: Path, found: list[tuple[Path, frozenset[str]]]) -> frozenset[str]:
    names = _NO_NAMES
    for prefix, more in found:
        if path[: len(prefix)] == prefix:
            names = names | more if names else more
    return names


def line_text(piece: Piece, line: int) -> str:
    """One line of a piece without its end, empty beyond it."""
    lines = piece.reading.lines
    return content(lines[line]) if 0 <= line < len(lines) else ""
