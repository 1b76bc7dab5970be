"""VSP316: an index that the value cannot have."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP316",
    "bad-index",
    bad="""
        inputs:
          tags: array<string>
        contracts:
          preconditions:
            - "tags['first'] != ''"
        #           ^^^^^^^ a list is indexed by an integer, this is a string
        """,
    good="""
        inputs:
          tags: array<string>
        contracts:
          preconditions:
            - "tags[0] != ''"
        """,
)
def bad_index(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Lists are indexed by integers from 0, maps by their keys; texts have `substring`."""
    for expression, clash in clashes(piece, scope, "index"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
