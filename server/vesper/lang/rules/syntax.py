"""VSP100: text that is not YAML."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import Span

_KINDS = frozenset({"syntax", "bracket", "colon", "depth", "directive", "key"})


@rule(
    "VSP100",
    "syntax",
    bad="""
        inputs:
          amount
        # ^^^^^^ a key needs a `:` and a value behind it
          currency: string
        """,
    good="""
        inputs:
          amount: decimal
          currency: string
        """,
)
def syntax(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The line is left out and everything else is still read, so other checks go on."""
    for problem in piece.reading.problems:
        if problem.kind in _KINDS:
            fix = None
            if problem.near:
                end = Span(*problem.span[2:], *problem.span[2:])
                fix = replace("Put it there", end, problem.near)
            yield Finding(problem.span, problem.message, fix)
