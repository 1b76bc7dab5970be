"""The outline of a text: its nodes or roles, their sections, and in each what a person looks for."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeGuard

from vesper.lang import tree
from vesper.lang.check import Analysis
from vesper.lang.exports import field_type
from vesper.lang.operation import text_of
from vesper.lang.piece import Path
from vesper.lang.scope import Facts
from vesper.lang.source import Span
from vesper.lang.types import ANY, shown

SymbolKind = Literal[
    "node", "section", "group", "field", "step", "role", "text", "input", "output", "type", "fact",
    "clause", "machine", "state", "test", "capability",
]  # fmt: skip
_DEPTH = 12
_LENGTH = 80


class Symbol(NamedTuple):
    """One entry; `name_span` lies inside `span`."""

    name: str
    kind: SymbolKind
    detail: str
    span: Span
    name_span: Span
    children: list["Symbol"]


def outline(analysis: Analysis) -> list[Symbol]:
    """The symbols of the text, nested."""
    found: list[Symbol] = []
    parts = analysis.parts()
    for facts in parts:
        sections = list(_sections(facts, analysis.kind == "role"))
        node = next(iter(facts.of("node").items()), None)
        if len(parts) > 1 and node is not None and sections:
            name, places = node
            place = places[0]
            name_span = place.export.span.moved(place.line)
            whole = Span(*sections[0].span[:2], *sections[-1].span[2:])
            found.append(Symbol(name, "node", "", whole, name_span, sections))
        else:
            found.extend(sections)
    return found


def _sections(facts: Facts, is_role: bool) -> Iterator[Symbol]:
    current: Symbol | None = None
    for line, piece in facts.pieces:
        root = piece.reading.root
        chunk = piece.chunk
        if current is not None and (chunk.kind == "item" or chunk.inner):
            inner = chunk.inner if chunk.kind == "item" else ""
            path = (chunk.section, inner) if inner else (chunk.section,)
            more = list(_Reader(line).members(root, path)) if not is_role else []
            current = _holding(current, more, inner)
            continue
        if current is not None:
            yield current
            current = None
        if isinstance(root, tree.Mapping):
            for entry in root.entries:
                if current is not None:
                    yield current
                reader = _Reader(line)
                current = reader.role(entry) if is_role else reader.section(entry)
    if current is not None:
        yield current


def _holding(symbol: Symbol, more: list[Symbol], inner: str) -> Symbol:
    """The symbol with more children; `inner` names the last child where they are that one's."""
    if not more:
        return symbol
    children = symbol.children
    if inner and children and children[-1].name == inner:
        children[-1] = _holding(children[-1], more, "")
    else:
        children.extend(more)
    end = max(symbol.span[2:], more[-1].span[2:])
    return symbol._replace(span=Span(*symbol.span[:2], *end))


class _Reader:
    """Reads the symbols off the trees of one piece, which begins at a line of the text."""

    def __init__(self, line: int) -> None:
        self._line = line

    def section(self, entry: tree.Entry) -> Symbol:
        kind: SymbolKind = "node" if entry.key.text == "node_id" else "section"
        found = self._entry(entry, kind, _first_line(entry.value))
        return found._replace(children=list(self.members(entry.value, (entry.key.text,))))

    def role(self, entry: tree.Entry) -> Symbol:
        title = text_of(entry.value, "display_name") if _is_mapping(entry.value) else ""
        found = self._entry(entry, "role", title)
        return found._replace(children=list(self._plain(entry.value, 1)))

    def members(self, node: tree.Node | None, path: Path) -> Iterator[Symbol]:
        """What a section, or a part of one, holds."""
        match path, node:
            case ("inputs",), tree.Mapping(entries=entries):
                yield from (self._spec(it, "input") for it in entries)
            case ("outputs", *_), tree.Mapping(entries=entries):
                yield from (self._output(it, path) for it in entries)
            case ("types",), tree.Mapping(entries=entries):
                yield from (self._type(it) for it in entries)
            case ("contracts" | "security", *_), _:
                yield from self._listed(node, path)
            case ("flow",), tree.Sequence(items=items):
                yield from (self._step(it, 0) for it in items if isinstance(it, tree.Mapping))
            case ("state_machines",), tree.Mapping(entries=entries):
                yield from (self._machine(it) for it in entries)
            case ("testing",), tree.Mapping(entries=entries):
                yield from (self._group(it, path) for it in entries)
            case ("testing", _), tree.Sequence(items=items):
                yield from (self._case(it) for it in items if isinstance(it, tree.Mapping))
            case _:
                yield from self._plain(node, 2)

    def _entry(self, entry: tree.Entry, kind: SymbolKind, detail: str = "") -> Symbol:
        end = max(entry.key.span[2:], entry.value.span[2:])
        span = Span(*entry.key.span[:2], *end).moved(self._line)
        key = entry.key.span.moved(self._line)
        return Symbol(entry.key.text or '""', kind, detail, span, key, [])

    def _scalar(self, node: tree.Scalar, kind: SymbolKind) -> Symbol:
        span = node.span.moved(self._line)
        return Symbol(_first_line(node) or '""', kind, "", span, span, [])

    def _group(self, entry: tree.Entry, path: Path) -> Symbol:
        found = self._entry(entry, "group")
        return found._replace(children=list(self.members(entry.value, (*path, entry.key.text))))

    def _spec(self, entry: tree.Entry, kind: SymbolKind) -> Symbol:
        """A field with its type; its own fields below it."""
        found = self._entry(entry, kind, _type_shown(entry.value))
        inner = entry.value.get("fields") if _is_mapping(entry.value) else None
        return found._replace(children=list(self._fields(inner)))

    def _fields(self, node: tree.Node | None) -> Iterator[Symbol]:
        if isinstance(node, tree.Mapping):
            yield from (self._spec(it, "field") for it in node.entries)

    def _output(self, entry: tree.Entry, path: Path) -> Symbol:
        if len(path) == 1 and entry.key.text in ("success", "error"):
            return self._group(entry, path)
        return self._spec(entry, "output")

    def _type(self, entry: tree.Entry) -> Symbol:
        value = entry.value
        if not isinstance(value, tree.Mapping):
            return self._entry(entry, "type", _first_line(value))
        found = self._entry(entry, "type", text_of(value, "base") or text_of(value, "type"))
        return found._replace(children=list(self._fields(value.get("fields"))))

    def _listed(self, node: tree.Node | None, path: Path) -> Iterator[Symbol]:
        """The clauses of contracts, and the words of other lists."""
        if isinstance(node, tree.Mapping):
            for entry in node.entries:
                if isinstance(entry.value, tree.Scalar):
                    kind: SymbolKind = "fact" if path[-1] == "facts" else "text"
                    yield self._entry(entry, kind, _first_line(entry.value))
                else:
                    yield self._group(entry, path)
        elif isinstance(node, tree.Sequence):
            kind = "clause" if path[0] == "contracts" else "text"
            kind = "capability" if "capabilities" in str(path[-1]) else kind
            for item in node.items:
                if isinstance(item, tree.Scalar):
                    yield self._scalar(item, kind)
                elif isinstance(item, tree.Mapping) and item.entries:
                    first = item.entries[0]
                    yield self._entry(first, kind, _first_line(first.value))

    def _step(self, step: tree.Mapping, depth: int) -> Symbol:
        """A step with the steps inside it, by the key that holds them."""
        found = self._item(step, "step", text_of(step, "operation"))
        if depth >= _DEPTH:
            return found
        inner = (self._branch(it, depth + 1) for it in step.entries)
        return found._replace(children=[it for it in inner if it is not None])

    def _branch(self, entry: tree.Entry, depth: int) -> Symbol | None:
        match entry.value:
            case tree.Sequence(items=items) if any(_is_step(it) for it in items):
                steps = [self._step(it, depth) for it in items if isinstance(it, tree.Mapping)]
            case tree.Sequence(items=items):
                held = [
                    it for item in items if isinstance(item, tree.Mapping) for it in item.entries
                ]
                steps = [
                    it for it in (self._branch(at, depth + 1) for at in held) if it is not None
                ]
            case tree.Mapping(entries=entries) if depth < _DEPTH:
                inner = (self._branch(it, depth + 1) for it in entries)
                steps = [it for it in inner if it is not None]
            case _:
                return None
        return self._entry(entry, "group")._replace(children=steps) if steps else None

    def _item(self, item: tree.Mapping, kind: SymbolKind, detail: str = "") -> Symbol:
        """An item of a list, called by its `step` or `name`."""
        titled = item.entry("step") or item.entry("name")
        span = item.span.moved(self._line)
        if titled is not None and isinstance(titled.value, tree.Scalar) and titled.value.text:
            place = titled.value.span.moved(self._line)
            return Symbol(titled.value.text, kind, detail, span, place, [])
        first = item.entries[0].key if item.entries else None
        place = first.span.moved(self._line) if first is not None else span
        name = detail or (first.text if first is not None else "-")
        return Symbol(name or "-", kind, detail, span, place, [])

    def _machine(self, entry: tree.Entry) -> Symbol:
        found = self._entry(entry, "machine")
        states = entry.value.get("states") if _is_mapping(entry.value) else None
        items = states.items if isinstance(states, tree.Sequence) else []
        words = [self._scalar(it, "state") for it in items if isinstance(it, tree.Scalar)]
        return found._replace(children=words)

    def _case(self, case: tree.Mapping) -> Symbol:
        return self._item(case, "test", text_of(case, "description")[:_LENGTH])

    def _plain(self, node: tree.Node | None, depth: int) -> Iterator[Symbol]:
        """Keys as they are written, a few levels deep."""
        if isinstance(node, tree.Mapping) and depth:
            for entry in node.entries:
                if isinstance(entry.value, tree.Scalar):
                    yield self._entry(entry, "text", _first_line(entry.value))
                else:
                    inner = list(self._plain(entry.value, depth - 1))
                    yield self._entry(entry, "field")._replace(children=inner)


def _is_mapping(node: tree.Node) -> TypeGuard[tree.Mapping]:
    return isinstance(node, tree.Mapping)


def _is_step(node: tree.Node) -> bool:
    return isinstance(node, tree.Mapping) and node.entry("operation") is not None


def _first_line(node: tree.Node) -> str:
    return node.text.strip().split("\n")[0][:_LENGTH] if isinstance(node, tree.Scalar) else ""


def _type_shown(spec: tree.Node) -> str:
    kind = field_type(spec)
    if kind == ANY:
        written = text_of(spec, "type") if _is_mapping(spec) else ""
        return written or _first_line(spec)
    return shown(kind)[:_LENGTH]
