"""VSP302: `=` where a comparison is meant."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP302",
    "single-equals",
    bad="""
        contracts:
          preconditions:
            - "amount = 5"
        #             ^ `=` does not compare: write `==`
        """,
    good="""
        contracts:
          preconditions:
            - "amount == 5"
        """,
)
def single_equals(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Expressions never assign, so `=` has no meaning in them."""
    for expression in piece.expressions:
        for fault in expression.parsed.faults:
            if fault.kind == "single-equals":
                span = expression.span(fault.start, fault.end)
                yield Finding(span, fault.message, replace("Write `==`", span, "=="))
