"""VSP315: a question for null that has one answer."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP315",
    "never-null",
    severity="hint",
    bad="""
        inputs:
          name: string
        contracts:
          preconditions:
            - "name IS NOT NULL"
        #      ^^^^^^^^^^^^^^^^ `name` is never null here, so this is always true
        """,
    good="""
        inputs:
          name: string?
        contracts:
          preconditions:
            - "name IS NOT NULL"
        """,
)
def never_null(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Only a type with `?`, or a field with `required: false` and no default, can be null."""
    for expression, clash in clashes(piece, scope, "never-null"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
