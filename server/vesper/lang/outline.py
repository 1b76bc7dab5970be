"""The outline of a text: its nodes or roles, their sections, fields and steps."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from vesper.lang import tree
from vesper.lang.check import Analysis
from vesper.lang.operation import text_of
from vesper.lang.scope import Facts
from vesper.lang.source import Span

SymbolKind = Literal["node", "section", "field", "step", "role", "text"]


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
            more = list(_children(root, line, 0)) if root is not None else []
            current = _holding(current, more, chunk.inner if chunk.kind == "item" else "")
            continue
        if current is not None:
            yield current
            current = None
        if isinstance(root, tree.Mapping):
            for entry in root.entries:
                if current is not None:
                    yield current
                current = _symbol(entry, line, "role" if is_role else "section", 0)
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


def _symbol(entry: tree.Entry, line: int, kind: SymbolKind, depth: int) -> Symbol:
    key, value = entry.key, entry.value
    end = max(key.span[2:], value.span[2:])
    detail = value.text if isinstance(value, tree.Scalar) else ""
    detail = detail.split("\n")[0][:80]
    children = list(_children(value, line, depth + 1)) if depth < 4 else []
    span = Span(*key.span[:2], *end).moved(line)
    return Symbol(key.text or '""', kind, detail, span, key.span.moved(line), children)


def _children(node: tree.Node, line: int, depth: int) -> Iterator[Symbol]:
    if isinstance(node, tree.Mapping):
        for entry in node.entries:
            kind: SymbolKind = "text" if isinstance(entry.value, tree.Scalar) else "field"
            yield _symbol(entry, line, kind, depth)
    elif isinstance(node, tree.Sequence):
        for item in node.items:
            if isinstance(item, tree.Mapping) and item.entries:
                yield _item(item, line, depth)


def _item(item: tree.Mapping, line: int, depth: int) -> Symbol:
    first = item.entries[0]
    name = text_of(item, "step") or text_of(item, "name") or first.key.text
    kind: SymbolKind = "step" if item.entry("operation") is not None else "field"
    nested = [it for it in item.entries if not isinstance(it.value, tree.Scalar)]
    children = [_symbol(it, line, "field", depth + 1) for it in nested] if depth < 4 else []
    titled = item.entry("step") or item.entry("name") or first
    inside = titled.value.span if isinstance(titled.value, tree.Scalar) else titled.key.span
    whole = item.span
    return Symbol(
        name or "-",
        kind,
        text_of(item, "operation"),
        whole.moved(line),
        inside.moved(line),
        children,
    )
