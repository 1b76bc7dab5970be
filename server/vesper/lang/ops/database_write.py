"""`database_write`: new rows in a table."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Either, Field, ListOf, MapOf, Text
from vesper.lang.operation import Operation, text_of
from vesper.lang.outcome import Fixed
from vesper.lang.types import ANY, STRING, Array, MapType


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


def _given(step: tree.Mapping) -> Fixed | None:
    """Several rows are given back as a list; what one value holds is only known at run time."""
    data = step.get("data")
    if isinstance(data, tree.Sequence):
        return Fixed(Array(MapType(STRING, ANY)))
    return Fixed(ANY) if isinstance(data, tree.Scalar) else None


OPERATION = Operation(
    "database_write",
    "Adds one row, or several in one indivisible change. Every value is a bound parameter.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table to write to.", required=True),
        Field(
            "data",
            Either(
                (MapOf(Anything("flow")), ListOf(MapOf(Anything("flow"))), Text("value", "flow"))
            ),
            "The row's values by column, a list of rows, or one value that holds either.",
            required=True,
        ),
        Field(
            "consistency",
            Choice(
                {
                    "strong": "The step ends when the row is safely on disk.",
                    "eventual": "The step may end before.",
                }
            ),
            "When the row counts as written.",
            default="strong",
        ),
        Field(
            "output",
            Text("output-name"),
            "The name for the row as it was written, generated columns included; a list where `data` is one.",
        ),
    ),
    "write",
    example="""\
step: record_payment
operation: database_write
table: payments
data:
  order_id: "{order_id}"
  amount: "{amount}"
output: payment
""",
    returns="map<string, any>",
    outcome=_given,
    needs=_needs,
)
