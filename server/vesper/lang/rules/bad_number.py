"""VSP117: a number out of its bounds, or no number."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP117",
    "bad-number",
    bad="""
        performance:
          expected_latency_ms: fast
        #                      ^^^^ expected a number of at least 0, this is `fast`
        """,
    good="""
        performance:
          expected_latency_ms: 200
        """,
)
def bad_number(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Numbers keep every digit they are written with; words and `NaN` are none."""
    for fault in piece.walked.faults:
        if fault.kind == "bad-number":
            found = shortened(fault.found)
            yield Finding(fault.span, f"expected {fault.expected}, this is `{found}`")
