"""`database_update`: changed rows."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


OPERATION = Operation(
    "database_update",
    "Changes the rows that `where` finds. `set` may use the row's own columns.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table.", required=True),
        Field("set", MapOf(Anything("columns")), "New values by column.", required=True),
        Field(
            "where",
            MapOf(Anything("flow")),
            "Column values that the rows must have.",
            required=True,
        ),
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
step: debit
operation: database_update
table: accounts
set:
  balance: "balance - {amount}"
where:
  id: "{account_id}"
""",
    returns="integer",
    needs=_needs,
)
