"""VSP312: something that is no list where a list is gone through."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP312",
    "not-a-collection",
    bad="""
        inputs:
          count: integer
        contracts:
          preconditions:
            - "FORALL x IN count: x > 0"
        #                  ^^^^^ FORALL goes over a list, this is an integer
        """,
    good="""
        inputs:
          counts: array<integer>
        contracts:
          preconditions:
            - "FORALL x IN counts: x > 0"
        """,
)
def not_a_collection(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Quantifiers, IN, CONTAINS, `for_each` and transforms need something that holds items."""
    for expression, clash in clashes(piece, scope, "collection"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
