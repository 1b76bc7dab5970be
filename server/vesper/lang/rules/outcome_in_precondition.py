"""VSP407: a precondition about what the flow has yet to work out."""

from collections.abc import Iterator

from vesper.lang.names import free_names
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP407",
    "outcome-in-precondition",
    bad="""
        inputs:
          amount: decimal
        outputs:
          total: decimal
        contracts:
          preconditions:
            - "total >= amount"
        #      ^^^^^ `total` is an output: make this a postcondition
        """,
    good="""
        inputs:
          amount: decimal
        outputs:
          total: decimal
        contracts:
          postconditions:
            - "total >= amount"
        """,
)
def outcome_in_precondition(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Preconditions are checked before the first step, when there is no output yet."""
    for expression in piece.expressions:
        if expression.scope != "inputs" or expression.parsed.tree is None:
            continue
        for name in free_names(expression.parsed.tree):
            if is_outcome(scope, name.name) and name.name not in expression.names:
                message = f"`{shortened(name.name)}` is an output: make this a postcondition"
                yield Finding(expression.span(name.start, name.end), message)
                break


def is_outcome(scope: Scope, name: str) -> bool:
    """Whether the name is an output, and nothing that has a value before the flow."""
    if scope.find("output", name) is None:
        return False
    return scope.find("input", name) is None and scope.find("fact", name) is None
