"""VSP401: a contract about names nobody defines."""

from collections.abc import Iterator

from vesper.lang.names import is_clause, meant, unknown_names
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.rules.outcome_in_precondition import is_outcome
from vesper.lang.scope import Scope


@rule(
    "VSP401",
    "not-checkable",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        contracts:
          postconditions:
            - "transaction.recorded"
        #      ^^^^^^^^^^^ this clause cannot be checked: define `transaction` under `facts:`
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          facts:
            transaction: "amount"
          postconditions:
            - "transaction > 0"
        """,
)
def not_checkable(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """At run time it is reported as unchecked, never as passed."""
    for expression in piece.expressions:
        if not is_clause(expression):
            continue
        for name in unknown_names(expression, scope):
            if scope.is_broken() or meant(name.name, expression, scope):
                continue
            if expression.scope == "inputs" and is_outcome(scope, name.name):
                break
            what = shortened(name.name)
            yield Finding(
                expression.span(name.start, name.end),
                f"this clause cannot be checked: define `{what}` under `facts:`",
            )
            break
