"""`database_delete`: rows taken out of a table."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


OPERATION = Operation(
    "database_delete",
    "Deletes the rows that `where` selects. Every value is a bound parameter.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table to delete from.", required=True),
        Field(
            "where",
            MapOf(Anything("flow")),
            "Column values that the rows must have; at least one, so that no table is emptied by "
            "accident.",
            required=True,
        ),
        Field("output", Text("output-name"), "The name for the number of rows that were deleted."),
    ),
    "write",
    example="""\
step: forget_cart
operation: database_delete
table: carts
where:
  customer_id: "{customer_id}"
output: deleted
""",
    returns="integer",
    needs=_needs,
)
