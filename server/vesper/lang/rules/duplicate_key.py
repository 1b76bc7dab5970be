"""VSP103: a key written twice in one mapping."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule
from vesper.lang.scope import Scope


@rule(
    "VSP103",
    "duplicate-key",
    bad="""
        inputs:
          amount: decimal
          amount: integer
        # ^^^^^^ `amount` is written twice here; the first one counts
        """,
    good="""
        inputs:
          amount: decimal
          count: integer
        """,
)
def duplicate_key(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Most YAML readers silently keep the last one, and a value is lost without a word."""
    for problem in piece.reading.problems:
        if problem.kind == "duplicate-key":
            related = (Related(problem.related, "written here first"),) if problem.related else ()
            yield Finding(problem.span, problem.message, related=related)
