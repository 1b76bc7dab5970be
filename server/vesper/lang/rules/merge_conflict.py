"""VSP104: a version-control conflict that nobody resolved."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP104",
    "merge-conflict",
    bad="""
        inputs:
          amount: decimal
        <<<<<<< HEAD
        # <- a merge conflict is not resolved: keep one side and delete the markers
          currency: string
        =======
          unit: string
        >>>>>>> theirs
        """,
    good="""
        inputs:
          amount: decimal
          currency: string
        """,
)
def merge_conflict(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Until it is resolved our side is read and theirs is left out."""
    for problem in piece.reading.problems:
        if problem.kind == "conflict":
            yield Finding(problem.span, problem.message)
