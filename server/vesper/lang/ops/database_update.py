"""`database_update`: changed values in rows of a table."""

from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.fields import Anything, Choice, Field, MapOf, Text
from vesper.lang.ir import Const, Expr, RecordOf
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Block
from vesper.lang.templates import is_calculation
from vesper.lang.types import ANY, STRING, MapType


def _needs(step: tree.Mapping) -> Iterator[str]:
    yield f"database.write.{text_of(step, 'table') or '*'}"


def _lower(step: Lowering) -> Block:
    """New values are bound; what is worked out from columns of the row goes apart, as `computed`."""
    changes = step.get("set")
    plain: list[tuple[str, Expr]] = []
    computed: list[tuple[str, Expr]] = []
    for entry in changes.entries if isinstance(changes, tree.Mapping) else ():
        column, node = entry.key.text, entry.value
        sql, holes = step.sql(node.text if isinstance(node, tree.Scalar) else "")
        if isinstance(node, tree.Scalar) and is_calculation(sql, column):
            values = RecordOf(tuple(holes.items()), MapType(STRING, ANY))
            computed.append((column, RecordOf((("sql", Const(sql)), ("parameters", values)))))
        else:
            plain.append((column, step.value(node)))
    arguments = dict(step.arguments("set"))
    arguments["set"] = RecordOf(tuple(plain), MapType(STRING, ANY))
    if computed:
        arguments["computed"] = RecordOf(tuple(computed), MapType(STRING, ANY))
    return (step.perform(tuple(arguments.items())),)


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
    lower=_lower,
)
