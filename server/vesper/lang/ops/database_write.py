"""`database_write`: a new row."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


OPERATION = Operation(
    "database_write",
    "Adds a row. Values are always bound parameters.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table.", required=True),
        Field("data", MapOf(Anything("flow")), "Values by column.", required=True),
        Field(
            "consistency",
            Choice(
                {
                    "strong": "Seen by everybody at once.",
                    "eventual": "Seen by others a little later.",
                }
            ),
            "When others see it.",
            default="strong",
        ),
        Field("idempotency_key", Text("value", "flow"), "Equal keys write once."),
        Field("output", Text("output-name"), "The name for the result."),
    ),
    "write",
    example="""\
step: record
operation: database_write
table: payments
data:
  order_id: "{order_id}"
  amount: "{amount}"
""",
    returns="map<string, any>",
    needs=_needs,
)
