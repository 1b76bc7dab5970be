"""VSP535: a query that changes what it reads."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_WRITES = re.compile(
    r"(?:\A|;)\s*(?P<word>INSERT|UPDATE|DELETE|REPLACE|DROP|ALTER|CREATE|TRUNCATE|ATTACH|PRAGMA)\b",
    re.IGNORECASE,
)
_INSTEAD = {
    "INSERT": "database_write", "REPLACE": "database_write", "UPDATE": "database_update",
    "DELETE": "database_delete", "TRUNCATE": "database_delete",
}  # fmt: skip


@rule(
    "VSP535",
    "sql-writes",
    bad="""
        flow:
          - step: forget
            operation: database_query
            table: carts
            query: "DELETE FROM carts"
        #           ^^^^^^ a query only reads, DELETE does not: use `database_delete`
        """,
    good="""
        inputs:
          customer_id: string
        flow:
          - step: forget
            operation: database_delete
            table: carts
            where: {customer_id: "{customer_id}"}
        """,
)
def sql_writes(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A query may only read: that is all its capability allows, and what a retry relies on."""
    for node, _ in piece.texts.get("sql", ()):
        for found in _WRITES.finditer(node.text):
            source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
            word = found["word"].upper()
            instead = _INSTEAD.get(word)
            hint = f": use `{instead}`" if instead else ""
            message = f"a query only reads, {word} does not{hint}"
            yield Finding(source.span(*found.span("word")), message)
