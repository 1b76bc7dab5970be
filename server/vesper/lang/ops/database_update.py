"""`database_update`: changed values in rows of a table."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


OPERATION = Operation(
    "database_update",
    "Changes the rows that `where` selects. Every value is a bound parameter.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table to change.", required=True),
        Field(
            "where",
            MapOf(Anything("flow")),
            "Column values that the rows must have; at least one, so that no table is changed "
            "whole by accident.",
            required=True,
        ),
        Field(
            "set",
            MapOf(Anything("flow")),
            "New values by column. Columns of the row may be used: `balance: balance - {amount}`.",
            required=True,
        ),
        Field(
            "consistency",
            Choice(
                {
                    "strong": "The step ends when the change is safely on disk.",
                    "eventual": "The step may end before.",
                }
            ),
            "When the rows count as changed.",
            default="strong",
        ),
        Field("output", Text("output-name"), "The name for the number of rows that were changed."),
    ),
    "write",
    example="""\
step: take_from_stock
operation: database_update
table: stock
where:
  product_id: "{product_id}"
set:
  available: "available - {quantity}"
output: changed
""",
    returns="integer",
    needs=_needs,
)
