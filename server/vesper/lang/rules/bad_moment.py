"""VSP319: a moment or a length of time that is none."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.moments import is_duration, is_moment
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP319",
    "bad-moment",
    bad="""
        inputs:
          due: timestamp
        contracts:
          preconditions:
            - "due > timestamp('2026-13-01T00:00:00Z')"
        #                      ^^^^^^^^^^^^^^^^^^^^^^ no moment: write it as `2026-11-30T12:00:00Z`
        """,
    good="""
        inputs:
          due: timestamp
        contracts:
          preconditions:
            - "due > timestamp('2026-12-01T00:00:00Z')"
            - "due - timestamp('2026-12-01T00:00:00+01:00') < duration('30d')"
        """,
)
def bad_moment(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A moment is a date and a time with `Z` or an offset; a duration a number with its unit."""
    for expression in piece.expressions:
        if expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            match node:
                case expr.Call("timestamp", (expr.Constant(str() as text) as given,)):
                    is_good, right = (
                        is_moment(text),
                        "no moment: write it as `2026-11-30T12:00:00Z`",
                    )
                case expr.Call("duration", (expr.Constant(str() as text) as given,)):
                    is_good, right = is_duration(text), "no duration: write it as `250ms` or `30s`"
                case _:
                    continue
            if not is_good:
                yield Finding(expression.span(given.start, given.end), right)
