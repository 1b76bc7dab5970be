"""VSP308: two types that cannot meet."""

from collections.abc import Iterator

from vesper.lang.infer import Inference
from vesper.lang.names import type_of_name
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


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
    for expression in piece.expressions:
        if expression.parsed.tree is None or expression.scope == "columns":
            continue

        inference = Inference(
            lambda name, at=expression: type_of_name(at, scope, name), scope.types()
        )
        inference.type_of(expression.parsed.tree)
        for clash in inference.clashes:
            yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
