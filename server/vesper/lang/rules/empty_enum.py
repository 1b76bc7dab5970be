"""VSP215: an enum without words, or with one."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP215",
    "empty-enum",
    bad="""
        inputs:
          size:
            type: enum
            values: []
        #   ^^^^^^ an enum needs at least one word
          color:
            type: enum
        #         ^^^^ an enum needs its words: write `enum[a, b]`, or `values:`
        """,
    good="""
        inputs:
          size:
            type: enum
            values: [small, large]
        """,
)
def empty_enum(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """No value could ever be one of no words."""
    if piece.is_broken:
        return
    for node, slot in piece.texts.get("type", ()):
        if node.text.strip() == "enum[]":
            yield Finding(node.span, "an enum needs at least one word")
        elif node.text == "enum":
            values = slot.owner.entry("values") if slot.owner is not None else None
            if values is None:
                yield Finding(
                    node.span, "an enum needs its words: write `enum[a, b]`, or `values:`"
                )
            elif isinstance(values.value, tree.Sequence) and not values.value.items:
                yield Finding(values.key.span, "an enum needs at least one word")
