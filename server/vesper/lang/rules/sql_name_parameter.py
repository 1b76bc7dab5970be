"""VSP536: a table or column given as a parameter."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_NAMED = re.compile(r"\b(FROM|JOIN|INTO|ORDER\s+BY|GROUP\s+BY)\s+(\{[^{}]*\})", re.IGNORECASE)


@rule(
    "VSP536",
    "sql-name-parameter",
    bad="""
        inputs:
          table: string
        flow:
          - step: find
            operation: database_query
            query: "SELECT id FROM {table}"
        #                          ^^^^^^^ a parameter is a value, not a name: write out what stands after FROM
            output: rows
        """,  # noqa: E501
    good="""
        inputs:
          id: string
        flow:
          - step: find
            operation: database_query
            table: people
            query: "SELECT id FROM people WHERE id = {id}"
            output: rows
        """,
)
def sql_name_parameter(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A bound parameter is a value; names of tables and columns must be written out."""
    for node, _ in piece.texts.get("sql", ()):
        for found in _NAMED.finditer(node.text):
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            after = " ".join(found[1].upper().split())
            message = f"a parameter is a value, not a name: write out what stands after {after}"
            yield Finding(source.span(*found.span(2)), message)
