"""VSP211: a type that nothing has."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP211",
    "unused-type",
    severity="hint",
    bad="""
        types:
          Money:
            base: decimal
          Weight:
        # ^^^^^^ nothing has the type `Weight`
            base: decimal
        inputs:
          price: Money
        """,
    good="""
        types:
          Money:
            base: decimal
        inputs:
          price: Money
        """,
)
def unused_type(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A type serves its own document only, so one that nothing has can go."""
    for export in piece.exports:
        if export.kind != "type" or scope.find("type-use", export.name) is not None:
            continue
        if not scope.is_broken():
            message = f"nothing has the type `{shortened(export.name)}`"
            yield Finding(export.span, message, unused=True)
