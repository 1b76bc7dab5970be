"""VSP113: a key that must be there."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span


@rule(
    "VSP113",
    "missing-key",
    bad="""
        flow:
          - step: check
        #   ^^^^ `operation` is missing: every step needs it
            description: nothing happens here
        """,
    good="""
        flow:
          - step: check
            operation: validation
            guards: ["amount > 0"]
        """,
)
def missing_key(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The quick fix writes the key above the first one, ready for its value."""
    if piece.is_broken:
        return
    for fault in piece.walked.faults:
        if fault.kind == "missing-key":
            line, column = fault.span.line, fault.span.column
            text = f"{fault.found}: \n{' ' * column}"
            yield Finding(
                fault.span,
                f"`{fault.found}` is missing: every {fault.expected} needs it",
                replace(f"Add `{fault.found}`", Span(line, column, line, column), text),
            )
