"""`database_query`: rows of a named database."""

import re
from collections.abc import Iterator

from vesper.lang import tree
from vesper.lang.document import STEPS_OR_RETURN
from vesper.lang.fields import Anything, Field, MapOf, Record, Text
from vesper.lang.ir import Call, Compare, Const, GetItem, Load, RecordOf
from vesper.lang.lowering import Lowering
from vesper.lang.operation import Operation, text_of
from vesper.lang.program import Assign, Block, If
from vesper.lang.types import ANY, INTEGER, STRING, MapType

_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+([A-Za-z_]\w*)", re.IGNORECASE)


def _needs(step: tree.Mapping) -> Iterator[str]:
    """The tables that the step names, or its SQL; any table where neither tells."""
    table = text_of(step, "table")
    tables = [table] if table else _TABLES.findall(text_of(step, "query")) or ["*"]
    for it in dict.fromkeys(tables):
        yield f"database.read.{it}"


def _lower(step: Lowering) -> Block:
    output = step.word("output") or "query_results"
    own = step.values(step.get("parameters"))
    arguments = dict(step.arguments("on_result", "query", "parameters"))
    if step.word("query"):
        sql, holes = step.under(own).sql(step.word("query"))
        arguments["query"] = Const(sql)
        own = {**own, **holes}
    if own:
        arguments["parameters"] = RecordOf(tuple(own.items()), MapType(STRING, ANY))
    query = step.perform(tuple(arguments.items()), output=output)
    found = step.get("on_result")
    if found is None:
        return (query,)
    return (query, *_judged(step, found, Load(output, query.type)))


def _judged(step: Lowering, found: tree.Node, rows: Load) -> Block:
    """`on_result`; inside, `query_results` are the rows and `query_result` is the first, or null."""
    first = Load("$first")
    inner = step.under({"query_results": rows, "query_result": first, "result": first})
    blocks = inner.branches([step.get("if_found", found), step.get("if_empty", found)])
    is_found = Compare(">", Call("len", (rows,), INTEGER), Const(0))
    taken = Assign(first.name, GetItem(rows, Const(0)))
    return (If(((is_found, (taken, *blocks[0])),), (Assign(first.name, Const(None)), *blocks[1])),)


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
    lower=_lower,
)
