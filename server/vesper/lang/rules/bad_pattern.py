"""VSP206: a pattern outside the portable dialect."""

from collections.abc import Iterator

from vesper.lang.patterned import patterns
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP206",
    "bad-pattern",
    bad=r"""
        inputs:
          order_id:
            type: string
            constraints:
              - pattern: '^(?=ord_)\w+$'
        #                  ^^^ a pattern cannot use looking ahead
        contracts:
          preconditions:
            - "order_id MATCHES '^[a-z'"
        #                         ^ this `[` is not closed
        """,
    good=r"""
        inputs:
          order_id:
            type: string
            constraints:
              - pattern: '^ord_[a-z0-9]+$'
        """,
)
def bad_pattern(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Patterns run in linear time and mean the same in every engine, so some constructs are out."""
    for written in patterns(piece):
        for fault in written.pattern.faults:
            if not fault.is_risk:
                yield Finding(written.span(fault.start, fault.end), fault.message)
