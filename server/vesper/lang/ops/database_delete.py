"""`database_delete`: rows removed."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.operation import Operation, text_of


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


OPERATION = Operation(
    "database_delete",
    "Removes the rows that `where` finds.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("table", Text("name"), "The table.", required=True),
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
step: forget
operation: database_delete
table: sessions
where:
  user_id: "{user_id}"
""",
    returns="integer",
    needs=_needs,
)
