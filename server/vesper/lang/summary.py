"""A text in brief: what other documents may rely on, and a flat list of what it names and uses."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from vesper.lang import tree, types
from vesper.lang.around import Call, NodeSummary, Parameter, RoleSummary
from vesper.lang.exports import ExportKind, restrictions
from vesper.lang.scope import Facts
from vesper.lang.source import Span
from vesper.lang.types import Type

DEFINING: Final[tuple[ExportKind, ...]] = (
    "node", "role", "type", "input", "output", "error-field", "error-code", "fact", "step",
    "variable", "machine", "grant", "tag",
)  # fmt: skip
USING: Final[tuple[ExportKind, ...]] = (
    "node-ref", "role-ref", "parent", "denied", "need", "publishes", "listens",
)  # fmt: skip
_TOLD: Final[tuple[ExportKind, ...]] = (
    "node", "node-type", "input", "optional", "output", "error-code", "type", "grant", "node-ref",
    "listens", "publishes", "section",
)  # fmt: skip
"""What a node's summary is made of."""
_INDEXED: Final = (*DEFINING, *USING)
_INTENT_LIMIT: Final = 300


class Entry(NamedTuple):
    """A name in a text: where it is defined or used. The span is of the whole text."""

    kind: ExportKind
    name: str
    span: Span
    detail: str = ""
    """The type of a value, the operation of a step, the `type` of a node; else empty."""
    container: str = ""
    """The id of the node, or the role, that it stands in."""


def nodes(parts: Iterable[Facts], file: str) -> tuple[NodeSummary, ...]:
    """The nodes of a text, one a document; those without an id are left out."""
    return tuple(it for part in parts for it in _node(part, file))


def roles(parts: Iterable[Facts], file: str) -> tuple[RoleSummary, ...]:
    """The roles of a role file; of a role written twice the first."""
    return tuple(it for part in parts for it in _roles(part, file))


def marks(parts: Iterable[Facts], is_role: bool) -> list[object]:
    """What changes when `nodes` or `roles` might: cheap to make, so that they need not be made."""
    found: list[object] = []
    for facts in parts:
        kinds = ("*",) if is_role else (*_TOLD, "line")
        found.extend(facts.stamp(it) for it in kinds)
        intent = facts.first("section", "intent")
        found.append(facts.held[intent.order].piece if intent is not None else None)
    return found


def entries(
    parts: Iterable[Facts],
    kinds: Collection[ExportKind] = _INDEXED,
    name: str | None = None,
) -> Iterator[Entry]:
    """What a text names and uses, of some kinds, all of it or under one name."""
    for facts in parts:
        owner = next(iter(facts.of("node")), "")
        for kind in kinds:
            if kind == "parent":
                yield from _parents(facts, name)
                continue
            known = facts.of(kind)
            wanted = known if name is None else (name,) if name in known else ()
            for it in wanted:
                for placed in known[it]:
                    export = placed.export
                    detail = export.detail
                    if kind == "variable":
                        detail = facts.type_of(placed)
                    detail = _detail(facts, kind, detail)
                    yield Entry(kind, it, export.span.moved(placed.line), detail, owner)


def _parents(facts: Facts, name: str | None) -> Iterator[Entry]:
    """Uses of roles as parents: they are exported under the name of the child."""
    for child, places in facts.of("parent").items():
        for placed in places:
            parent = str(placed.export.detail)
            if name in (None, parent):
                yield Entry("parent", parent, placed.export.span.moved(placed.line), "", child)


def _detail(facts: Facts, kind: ExportKind, detail: object) -> str:
    if kind == "node":
        return next(iter(facts.of("node-type")), "")
    if types.is_type(detail):
        return types.shown(detail)
    return detail if isinstance(detail, str) and kind in ("step", "node-ref") else ""


def _node(facts: Facts, file: str) -> Iterator[NodeSummary]:
    found = next(iter(facts.of("node").items()), None)
    if found is None or not found[0]:
        return
    node_id, places = found
    optional = facts.of("optional")
    yield NodeSummary(
        node_id,
        file,
        places[0].export.span.moved(places[0].line),
        next(iter(facts.of("node-type")), ""),
        _text(facts, "intent"),
        tuple(
            Parameter(it.name, it.type, it.required and it.name not in optional)
            for it in _parameters(facts, "input")
        ),
        tuple(_parameters(facts, "output")),
        tuple(facts.of("error-code")),
        tuple(facts.of("grant")),
        tuple(_calls(facts)),
        tuple(facts.of("listens")),
        tuple(facts.of("publishes")),
    )


def _parameters(facts: Facts, kind: ExportKind) -> Iterator[Parameter]:
    for name, places in facts.of(kind).items():
        detail = places[0].export.detail
        found = closed(detail, facts.types) if types.is_type(detail) else types.ANY
        yield Parameter(name, found, not isinstance(found, types.Nullable))


def closed(kind: Type, named: dict[str, Type], depth: int = 0) -> Type:
    """A type with the names of a document's own types replaced by what they stand for."""
    if depth > 4:
        return types.ANY
    match kind:
        case types.Named(name):
            return closed(named.get(name, types.ANY), named, depth + 1)
        case types.Array(item, name):
            return types.Array(closed(item, named, depth + 1), name)
        case types.MapType(key, value):
            return types.MapType(closed(key, named, depth + 1), closed(value, named, depth + 1))
        case types.RecordType(name, fields):
            return types.RecordType(
                name, tuple((it, closed(of, named, depth + 1)) for it, of in fields)
            )
        case types.Nullable(of):
            return types.Nullable(closed(of, named, depth + 1))
        case _:
            return kind


def _calls(facts: Facts) -> Iterator[Call]:
    for name, places in facts.of("node-ref").items():
        for placed in places:
            if placed.export.detail == "call":
                yield Call(name, placed.export.span.moved(placed.line))


def _text(facts: Facts, section: str) -> str:
    placed = facts.first("section", section)
    if placed is None:
        return ""
    root = facts.held[placed.order].piece.reading.root
    value = root.get(section) if isinstance(root, tree.Mapping) else None
    text = value.text if isinstance(value, tree.Scalar) else ""
    return " ".join(text[: 2 * _INTENT_LIMIT].split())[:_INTENT_LIMIT]


def _roles(facts: Facts, file: str) -> Iterator[RoleSummary]:
    fields: dict[str, dict[str, tuple[tree.Node, int]]] = {}
    for held in facts.held:
        line, piece = held.line, held.piece
        root = piece.reading.root
        if not isinstance(root, tree.Mapping):
            continue
        if piece.chunk.kind == "item":
            own = fields.setdefault(piece.chunk.section, {})
            for it in root.entries:
                own.setdefault(it.key.text, (it.value, line))
            continue
        for entry in root.entries:
            if isinstance(entry.value, tree.Mapping):
                own = fields.setdefault(entry.key.text, {})
                for it in entry.value.entries:
                    own.setdefault(it.key.text, (it.value, line))
    for name, places in facts.of("role").items():
        place = places[0]
        yield _role(name, file, place.export.span.moved(place.line), fields.get(name, {}))


def _role(
    name: str, file: str, span: Span, fields: dict[str, tuple[tree.Node, int]]
) -> RoleSummary:
    def words(field: str) -> Iterator[tuple[str, Span]]:
        node, line = fields.get(field, (None, 0))
        listed = node.items if isinstance(node, tree.Sequence) else [node]
        for it in listed:
            if isinstance(it, tree.Scalar) and it.text:
                yield it.text, it.span.moved(line)

    limits = restrictions(fields["restrictions"][0]) if "restrictions" in fields else ()
    return RoleSummary(
        name,
        file,
        span,
        next((it for it, _ in words("display_name")), ""),
        next((it for it, _ in words("description")), "")[:_INTENT_LIMIT],
        tuple(words("extends")),
        tuple(it for it, _ in words("capabilities")),
        tuple(it for it, _ in words("grantable")),
        tuple((key, value) for key, value, _ in limits),
    )
