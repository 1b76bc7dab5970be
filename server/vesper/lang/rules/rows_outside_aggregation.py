"""VSP320: `COUNT(*)` where there are no rows."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP320",
    "rows-outside-aggregation",
    bad="""
        inputs:
          orders: array<integer>
        contracts:
          preconditions:
            - "COUNT(*) > 0"
        #      ^^^^^^^^ `COUNT(*)` counts rows inside `aggregations`: here write `len(list)`
        """,
    good="""
        inputs:
          orders: array<integer>
        contracts:
          preconditions:
            - "len(orders) > 0"
        """,
)
def rows_outside_aggregation(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """The star stands for the rows of the group that a `data_transform` sums up."""
    for expression, clash in clashes(piece, scope, "rows"):
        yield Finding(expression.span(clash.node.start, clash.node.end), clash.message)
