"""VSP105: a character that text should not hold."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP105",
    "odd-character",
    bad="intent: one\u2028two\n#          ^ U+2028 cannot stand in a document; "
    "in double quotes write it as an escape\n",
    good="""
        intent: one two
        """,
)
def odd_character(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Readers disagree on whether such characters end a line or turn text around."""
    for problem in piece.reading.problems:
        if problem.kind == "character":
            yield Finding(problem.span, problem.message, replace("Remove it", problem.span, ""))
