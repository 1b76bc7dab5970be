"""`database_query`: rows of a named database."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Anything, Field, MapOf, Record, Text
from vesper.lang.operation import Operation, text_of

_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+([A-Za-z_]\w*)", re.IGNORECASE)


def _needs(step: tree.Mapping) -> Iterator[str]:
    """The tables that the step names, or its SQL; any table where neither tells."""
    table = text_of(step, "table")
    tables = [table] if table else _TABLES.findall(text_of(step, "query")) or ["*"]
    for it in dict.fromkeys(tables):
        yield f"database.read.{it}"


OPERATION = Operation(
    "database_query",
    "Reads rows. `{name}` in the SQL is always a bound parameter, never pasted text.",
    (
        Field("database", Text("name"), "The database's name in `vesper.toml`.", default="main"),
        Field("query", Text("sql", "flow"), "The SQL, with `{name}` for values of the flow."),
        Field("table", Text("name"), "The table to read when no SQL is written."),
        Field("where", MapOf(Anything("flow")), "Column values that the rows must have."),
        Field("parameters", MapOf(Anything("flow")), "More values for the SQL, by name."),
        Field("output", Text("output-name"), "The name for the rows.", default="query_results"),
        Field(
            "on_result",
            Record(
                "`on_result`",
                (
                    Field("if_found", STEPS_OR_RETURN, "What to do when a row was found."),
                    Field("if_empty", STEPS_OR_RETURN, "What to do when there was none."),
                ),
            ),
            "What to do with what was found.",
        ),
    ),
    "read",
    example="""\
step: find_order
operation: database_query
query: "SELECT id, total FROM orders WHERE id = {order_id}"
output: orders
""",
    returns="array<map<string, any>>",
    needs=_needs,
)
