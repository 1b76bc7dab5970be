"""VSP107: YAML's merge key."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP107",
    "merge-key",
    bad="""
        metadata:
          <<: *defaults
        # ^^ merge keys are not part of the language: write the fields out
        """,
    good="""
        metadata:
          author: ada
        """,
)
def merge_key(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """YAML 1.2 has none, and a few hundred bytes of them can take a reader a minute."""
    for problem in piece.reading.problems:
        if problem.kind == "merge-key":
            yield Finding(problem.span, problem.message)
