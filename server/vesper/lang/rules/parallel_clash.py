"""VSP527: two branches that run at once and set one name."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.exports import words_of
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, Related, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP527",
    "parallel-clash",
    bad="""
        flow:
          - step: gather
            operation: parallel
            branches:
              stock:
                - step: find_stock
                  operation: database_query
                  table: stock
                  output: rows
              prices:
                - step: find_prices
                  operation: database_query
                  table: prices
                  output: rows
        #                 ^^^^ another branch sets `rows` at the same time
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
                  output: stock
              prices:
                - step: find_prices
                  operation: database_query
                  table: prices
                  output: prices
        """,
)
def parallel_clash(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Which one counts would depend on which ends last."""
    for step in piece.steps:
        branches = step.node.get("branches")
        if step.operation != "parallel" or not isinstance(branches, tree.Mapping):
            continue
        earlier: dict[str, tree.Scalar] = {}
        for branch in branches.entries:
            mine = {it.text: it for it in _outputs(branch.value)}
            for name, place in mine.items():
                if name in earlier:
                    message = f"another branch sets `{shortened(name)}` at the same time"
                    related = (Related(earlier[name].span, "the other branch"),)
                    yield Finding(place.span, message, related=related)
            earlier = {**mine, **earlier}


def _outputs(node: tree.Node) -> Iterator[tree.Scalar]:
    match node:
        case tree.Sequence(items=items):
            for item in items:
                yield from _outputs(item)
        case tree.Mapping(entries=entries):
            for entry in entries:
                if entry.key.text == "output":
                    yield from words_of(entry.value)
                elif entry.key.text in ("then", "else", "default", "steps"):
                    yield from _outputs(entry.value)
        case _:
            pass
