"""VSP321: a record with one key twice."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP321",
    "repeated-entry",
    bad="""
        flow:
          - step: pack
            operation: compute
            expression: "{total: 1, total: 2}"
        #                           ^^^^^ `total` stands in this record already
            output: packed
        """,
    good="""
        flow:
          - step: pack
            operation: compute
            expression: "{total: 1, count: 2}"
            output: packed
        """,
)
def repeated_entry(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Only one of the two values could be kept."""
    for expression in piece.expressions:
        if expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            seen: set[str] = set()
            before = node.start + 1
            for key, value in node.entries if isinstance(node, expr.Record) else ():
                if key in seen:
                    start = expression.text.find(key, before, value.start)
                    span = expression.span(start, start + len(key)) if start > 0 else None
                    message = f"`{shortened(key)}` stands in this record already"
                    yield Finding(span or expression.span(value.start, value.end), message)
                seen.add(key)
                before = value.end
