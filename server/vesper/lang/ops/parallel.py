"""`parallel`: branches at once."""

from vesper.lang.document import STEPS
from vesper.lang.fields import Field, MapOf, Number, Text
from vesper.lang.operation import Operation

OPERATION = Operation(
    "parallel",
    "Runs every branch at once and goes on when all have ended.",
    (
        Field("branches", MapOf(STEPS), "Step lists by name.", required=True),
        Field("max_concurrency", Number(True, 1, 1000), "How many branches at once."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "pure",
    example="""\
step: look_everywhere
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
    returns="map<string, any>",
)
