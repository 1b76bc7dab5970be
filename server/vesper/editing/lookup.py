"""What stands at a place: the key, name, type or word under the cursor, and where it is defined."""

from typing import Literal, NamedTuple

from vesper.lang import expr, fields, tree, types
from vesper.lang.check import Analysis
from vesper.lang.exports import ExportKind
from vesper.lang.fields import Field, Shape, Text
from vesper.lang.infer import Inference
from vesper.lang.names import type_of_name
from vesper.lang.piece import Expression, Piece
from vesper.lang.scope import Facts, Placed, Scope
from vesper.lang.source import RelativeSource, Span

Kind = Literal["key", "name", "field", "function", "type", "operation", "word", "reference"]


class Found(NamedTuple):
    """The thing under the cursor; `span` is of the whole text."""

    kind: Kind
    text: str
    span: Span
    field: Field | None = None
    shape: Shape | None = None
    type: types.Type | None = None
    defined: tuple[Placed, ...] = ()


def look_up(analysis: Analysis, line: int, column: int) -> Found | None:
    """What stands at this place of the text; None for blank space and prose."""
    start, piece, facts = analysis.piece_at(line)
    here = (line - start, column)
    for key, field in piece.walked.keys:
        if key.span.holds(*here):
            return Found("key", key.text, key.span.moved(start), field)
    for expression in piece.expressions:
        if expression.slot.node.span.holds(*here):
            scope = Scope(facts, analysis.order_of(start, facts))
            found = _in_expression(expression, scope, facts, here)
            if found is not None:
                return found._replace(span=found.span.moved(start))
    for slot in reversed(piece.walked.slots):
        if isinstance(slot.node, tree.Scalar) and slot.node.span.holds(*here):
            found = _in_scalar(slot.node, slot.shape, slot.path, (piece, facts), here)
            return found._replace(span=found.span.moved(start)) if found else None
    return _defined_at(piece, facts, start, here)


def _defined_at(piece: Piece, facts: Facts, start: int, here: tuple[int, int]) -> Found | None:
    """The name that a key defines."""
    for export in piece.exports:
        if export.kind in _DEFINED and export.span.holds(*here):
            defined = definitions(facts, export.name, (export.kind,))
            kind = export.detail if types.is_type(export.detail) else None
            what: Kind = "type" if export.kind == "type" else "name"
            shape = Text("role-ref") if export.kind == "role" else None
            span = export.span.moved(start)
            return Found(what, export.name, span, None, shape, kind, defined)
    return None


def _in_expression(
    expression: Expression, scope: Scope, facts: Facts, here: tuple[int, int]
) -> Found | None:
    if expression.parsed.tree is None:
        return None
    offset = expression.source.offset(*here) - expression.shift
    for node in expr.walk(expression.parsed.tree):
        match node:
            case expr.Call(name=name, start=start, name_end=end) if start <= offset <= end:
                return Found("function", name, expression.span(start, end))
            case expr.Name(name=name, start=start, end=end) if start <= offset <= end:
                kind = type_of_name(expression, scope, name)
                defined = definitions(
                    facts, name, ("input", "output", "variable", "fact", "error-field")
                )
                shape = Text("expression", expression.scope)
                span = expression.span(start, end)
                return Found("name", name, span, shape=shape, type=kind, defined=defined)
            case expr.Field(name=name, name_start=start, end=end) if start <= offset <= end:
                inference = Inference(lambda it: type_of_name(expression, scope, it), facts.types)
                kind = inference.type_of(node)
                return Found("field", name, expression.span(start, end), type=kind)
            case expr.Duration(start=start, end=end) if start <= offset <= end:
                text, shape = expression.text[start:end], Text("duration")
                return Found("word", text, expression.span(start, end), shape=shape)
            case _:
                continue
    return None


_DEFINED: tuple[ExportKind, ...] = (
    "input", "output", "error-field", "fact", "type", "machine", "role",
)  # fmt: skip
_REFERENCES: dict[str, tuple[ExportKind, ...]] = {
    "error-code": ("error-code",),
    "machine-ref": ("machine",),
    "role-ref": ("role",),
    "node-ref": ("node",),
    "output-name": ("variable",),
    "step-name": ("step",),
}


def _in_scalar(
    node: tree.Scalar,
    shape: Shape,
    path: tuple[str | int, ...],
    at: tuple[Piece, Facts],
    here: tuple[int, int],
) -> Found | None:
    piece, facts = at
    match shape:
        case Text("type"):
            return _type_at(node, piece, facts, here)
        case Text(kind) if kind in _REFERENCES:
            defined = definitions(facts, node.text, _REFERENCES[kind])
            return Found("reference", node.text, node.span, shape=shape, defined=defined)
        case Text() if path and path[-1] == "operation":
            return Found("operation", node.text, node.span)
        case fields.Choice() | Text("capability" | "duration" | "node-id"):
            return Found("word", node.text, node.span, shape=shape)
        case _:
            return None


def _type_at(node: tree.Scalar, piece: Piece, facts: Facts, here: tuple[int, int]) -> Found | None:
    source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
    offset = source.offset(*here)
    for name, start in types.parse(node.text).names:
        if start <= offset <= start + len(name):
            span = source.span(start, start + len(name))
            return Found("type", name, span, defined=definitions(facts, name, ("type",)))
    return Found("type", node.text, node.span, type=types.parse(node.text).type)


def definitions(facts: Facts, name: str, kinds: tuple[ExportKind, ...]) -> tuple[Placed, ...]:
    """Where a name is defined: the places of the first kind that has it."""
    for kind in kinds:
        found = facts.of(kind).get(name)
        if found:
            return tuple(found)
    return ()
