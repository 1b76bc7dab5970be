"""VSP102: a text in quotes that is not closed."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP102",
    "unclosed-quote",
    bad="""
        contracts:
          preconditions:
            - "amount > 0
        #     ^^^^^^^^^^^ this quoted text is not closed
            - "amount < 10"
        """,
    good="""
        contracts:
          preconditions:
            - "amount > 0"
            - "amount < 10"
        """,
)
def unclosed_quote(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """It is read as if it ended with its line."""
    for problem in piece.reading.problems:
        if problem.kind == "quote":
            end = Span(*problem.span[2:], *problem.span[2:])
            fix = replace("Close the quote", end, problem.near) if problem.near else None
            yield Finding(problem.span, problem.message, fix)
