"""VSP303: comparisons in a chain."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP303",
    "chained-comparison",
    bad="""
        contracts:
          preconditions:
            - "0 < amount < 10"
        #                 ^ comparisons do not chain: join two of them with AND
        """,
    good="""
        contracts:
          preconditions:
            - "0 < amount AND amount < 10"
        """,
)
def chained_comparison(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """SQL and Python disagree on what a chain means, so it means nothing here."""
    for expression in piece.expressions:
        for fault in expression.parsed.faults:
            if fault.kind == "chained":
                span = expression.span(fault.start, fault.end)
                fix = replace("Join them with AND", span, fault.fix) if fault.fix else None
                yield Finding(span, fault.message, fix)
