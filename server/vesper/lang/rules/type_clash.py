"""VSP308: two types that cannot meet."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP308",
    "type-clash",
    bad="""
        inputs:
          name: string
        contracts:
          preconditions:
            - "name > 5"
        #      ^^^^^^^^ a string and an integer have no order
        """,
    good="""
        inputs:
          name: string
        contracts:
          preconditions:
            - "len(name) > 5"
        """,
)
def type_clash(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Such an expression could only fail, or always give the same answer."""
    for expression, clash in clashes(piece, scope, "clash"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
