"""VSP314: a comparison with a word that the enum does not have."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP314",
    "unknown-word",
    bad="""
        inputs:
          size: enum[small, large]
        contracts:
          preconditions:
            - "size == 'lage'"
        #              ^^^^^^ `lage` is not one of its words: `small`, `large`
        """,
    good="""
        inputs:
          size: enum[small, large]
        contracts:
          preconditions:
            - "size == 'large'"
        """,
)
def unknown_word(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The comparison would always give the same answer."""
    for expression, clash in clashes(piece, scope, "enum"):
        span = expression.span(clash.node.start, clash.node.end)
        value = clash.node.value if isinstance(clash.node, expr.Constant) else ""
        near = nearest(str(value), clash.known)
        quote = expression.text[clash.node.start]
        fix = replace(f"Change it to `{near}`", span, f"{quote}{near}{quote}") if near else None
        yield Finding(span, clash.message, fix)
