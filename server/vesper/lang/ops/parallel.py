"""`parallel`: several lists of steps at once."""

from vesper.lang.document import STEPS
from vesper.lang.fields import Field, MapOf
from vesper.lang.operation import Operation

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
)
