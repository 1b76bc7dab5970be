"""VSP309: a value that may be null where null is an error."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP309",
    "possibly-null",
    bad="""
        inputs:
          note: string?
        contracts:
          preconditions:
            - "len(note) < 80"
        #          ^^^^ `note` may be null here: ask `note IS NOT NULL` first, or use `coalesce`
        """,
    good="""
        inputs:
          note: string?
        contracts:
          preconditions:
            - "note IS NOT NULL => len(note) < 80"
            - "len(coalesce(note, '')) < 80"
        """,
)
def possibly_null(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Only `==`, `!=`, `IS NULL` and `coalesce` take null. A guard on either side of AND and OR helps."""
    for expression, clash in clashes(piece, scope, "null"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
