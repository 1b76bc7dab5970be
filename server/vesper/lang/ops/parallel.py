"""`parallel`: several lists of steps at once."""

from vesper.lang import tree
from vesper.lang.document import STEPS
from vesper.lang.fields import Field, MapOf
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation
from vesper.lang.program import Block, Parallel


def _lower(step: Lowering) -> Block:
    branches = step.get("branches")
    entries = branches.entries if isinstance(branches, tree.Mapping) else []
    names = [it.key.text for it in entries]
    blocks = step.branches([it.value for it in entries], names)
    return (Parallel(tuple(zip(names, blocks, strict=True))),)


OPERATION = Operation(
    "parallel",
    "Runs named lists of steps at once and waits for all of them. A branch does not see the names "
    "that another sets; the steps behind see all. The first error ends the flow.",
    (Field("branches", MapOf(STEPS), "The lists of steps, by name.", required=True),),
    "pure",
    example="""\
step: gather
operation: parallel
branches:
  stock:
    - step: find_stock
      operation: database_query
      table: stock
      where: {product: "{product}"}
      output: stock
  price:
    - step: find_price
      operation: database_query
      table: prices
      where: {product: "{product}"}
      output: prices
""",
    lower=_lower,
)
