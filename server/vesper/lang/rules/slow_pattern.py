"""VSP208: a pattern with a repeat inside a repeat."""

from collections.abc import Iterator

from vesper.lang.patterned import patterns
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP208",
    "slow-pattern",
    severity="warning",
    bad=r"""
        inputs:
          name:
            type: string
            constraints:
              - pattern: '^([a-z]+)*$'
        #                  ^^^^^^^^^ a repeat inside a repeat: other engines can take for ever on this
        """,
    good=r"""
        inputs:
          name:
            type: string
            constraints:
              - pattern: '^[a-z]*$'
        """,
)
def slow_pattern(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Here it runs in linear time, but the same pattern copied elsewhere could hang what runs it."""
    for written in patterns(piece):
        for fault in written.pattern.faults:
            if fault.is_risk:
                yield Finding(written.span(fault.start, fault.end), fault.message)
