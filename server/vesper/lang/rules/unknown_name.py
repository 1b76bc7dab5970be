"""VSP306: a name nobody defines."""

from collections.abc import Iterator

from vesper.lang.names import is_clause, known_names, meant, unknown_names
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP306",
    "unknown-name",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amuont > 0"
        #      ^^^^^^ nobody defines `amuont`; did you mean `amount`?
        """,
    good="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount > 0"
        """,
)
def unknown_name(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A name is an input, a fact, or what an earlier step put into its `output`."""
    for expression in piece.expressions:
        for name in unknown_names(expression, scope):
            known = known_names(expression, scope)
            near = meant(name.name, expression, scope)
            if scope.is_broken() or (near is None and is_clause(expression)):
                continue
            span = expression.span(name.start, name.end)
            late = name.name in known
            hint = f"; did you mean `{near}`?" if near else " in the flow so far"
            fix = replace(f"Change it to `{near}`", span, near) if near and not late else None
            message = f"nobody defines `{shortened(name.name)}`{hint}"
            if late:
                message = f"`{shortened(name.name)}` has no value yet: only this step or a later one sets it"
            yield Finding(span, message, fix)
