"""VSP526: one branch that runs in parallel with nothing."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP526",
    "single-branch",
    severity="hint",
    bad="""
        flow:
          - step: gather
            operation: parallel
            branches:
        #   ^^^^^^^^ a single branch has nothing to run beside
              stock:
                - step: find_stock
                  operation: database_query
                  table: stock
        """,
    good="""
        flow:
          - step: gather
            operation: parallel
            branches:
              stock:
                - step: find_stock
                  operation: database_query
                  table: stock
              prices:
                - step: find_prices
                  operation: database_query
                  table: prices
        """,
)
def single_branch(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Its steps could as well stand in the flow; often the second branch slipped out of it."""
    for step in piece.steps:
        branches = step.node.entry("branches")
        if step.operation != "parallel" or branches is None:
            continue
        if isinstance(branches.value, tree.Mapping) and len(branches.value.entries) == 1:
            yield Finding(branches.key.span, "a single branch has nothing to run beside")
