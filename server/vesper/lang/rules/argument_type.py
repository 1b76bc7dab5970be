"""VSP310: an argument of a type that the function does not take."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP310",
    "argument-type",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "lower(amount) == 'a'"
        #            ^^^^^^ `text` of `lower(text)` is a string, this is a decimal
        """,
    good="""
        inputs:
          name: string
        contracts:
          preconditions:
            - "lower(name) == 'a'"
        """,
)
def argument_type(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Nothing is converted silently: `to_string`, `to_integer` and `to_decimal` do it where it is meant."""
    for expression, clash in clashes(piece, scope, "argument"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
