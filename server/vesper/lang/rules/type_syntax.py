"""VSP202: a type that is written wrongly."""

from collections.abc import Iterator

from vesper.lang import fields, tree, types
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource


@rule(
    "VSP202",
    "type-syntax",
    bad="""
        inputs:
          tags: array<string
        #                   ^ expected `>` to close `array<`
        """,
    good="""
        inputs:
          tags: array<string>
          size: enum[small, large]
          note: string?
        """,
)
def type_syntax(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Types are written as `array<T>`, `map<K, V>`, `set<T>`, `enum[a, b]` and `T?`."""
    for slot in piece.walked.slots:
        node = slot.node
        if (
            isinstance(slot.shape, fields.Text)
            and slot.shape.kind == "type"
            and isinstance(node, tree.Scalar)
            and not node.is_null
        ):
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            for fault in types.parse(node.text).faults:
                yield Finding(source.span(fault.start, fault.end), fault.message)
