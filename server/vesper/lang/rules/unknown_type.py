"""VSP201: a type nobody defines."""

from collections.abc import Iterator

from vesper.lang import fields, tree, types
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource


@rule(
    "VSP201",
    "unknown-type",
    bad="""
        inputs:
          price: float
        #        ^^^^^ `float` is not a type; did you mean `decimal`?
        """,
    good="""
        types:
          Money:
            base: decimal
        inputs:
          price: Money
        """,
)
def unknown_type(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Types are the built-in ones and those of the document's own `types`."""
    for slot in piece.walked.slots:
        if not (isinstance(slot.shape, fields.Text) and slot.shape.kind == "type"):
            continue
        node = slot.node
        if not isinstance(node, tree.Scalar) or node.is_null:
            continue
        if slot.owner is not None and slot.path[-1] == "type" and slot.owner.entry("fields"):
            # The draft names a record where its fields are written.
            continue
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        for name, start in types.parse(node.text).names:
            if scope.find("type", name) is not None or scope.is_broken():
                continue
            known = (*types.PRIMITIVES, *types.CONTAINERS, *scope.names("type"))
            near = types.MISTAKEN.get(name.lower()) or nearest(name, known)
            span = source.span(start, start + len(name))
            hint = f"; did you mean `{near}`?" if near else ": define it under `types:`"
            fix = replace(f"Change it to `{near}`", span, near) if near else None
            yield Finding(span, f"`{shortened(name)}` is not a type{hint}", fix)
