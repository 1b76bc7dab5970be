"""VSP106: a byte order mark at the start."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP106",
    "byte-order-mark",
    severity="hint",
    bad="\ufeffintent: greet\n# <- a `.vsp` file needs no byte order mark\n",
    good="""
        intent: greet
        """,
)
def byte_order_mark(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """UTF-8 has one byte order; the mark only confuses tools that compare bytes."""
    for problem in piece.reading.problems:
        if problem.kind == "byte-order-mark":
            yield Finding(problem.span, problem.message, replace("Remove it", problem.span, ""))
