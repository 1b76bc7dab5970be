"""VSP311: a condition that is neither true nor false."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP311",
    "not-boolean",
    bad="""
        inputs:
          count: integer
        flow:
          - step: check
            operation: validation
            guards:
              - "count"
        #        ^^^^^ a guard is true or false, this is an integer
        """,
    good="""
        inputs:
          count: integer
        flow:
          - step: check
            operation: validation
            guards:
              - "count > 0"
        """,
)
def not_boolean(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """There is no truthiness: an empty text and the number 0 are values like any other."""
    for expression, clash in clashes(piece, scope, "boolean"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
