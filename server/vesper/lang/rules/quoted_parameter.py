"""VSP533: a value in quotes inside SQL."""

import re
from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.source import RelativeSource

_QUOTED = re.compile(r"'(%?)(\{[^{}']*\})(%?)'")


@rule(
    "VSP533",
    "quoted-parameter",
    bad="""
        inputs:
          name: string
        flow:
          - step: find
            operation: database_query
            table: people
            query: "SELECT id FROM people WHERE name = '{name}'"
        #                                              ^^^^^^^^ in quotes `{name}` is a text, not its value: write `{name}`
            output: people
        """,  # noqa: E501
    good="""
        inputs:
          name: string
        flow:
          - step: find
            operation: database_query
            table: people
            query: "SELECT id FROM people WHERE name = {name}"
            output: people
        """,
)
def quoted_parameter(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """`{x}` in SQL is a bound parameter: in quotes it would be compared as the text itself."""
    for node, _ in piece.texts.get("sql", ()):
        source = RelativeSource(piece.reading.lines, node.span, node.style, node.text)
        for found in _QUOTED.finditer(node.text):
            span = source.span(*found.span())
            wild = found[1] or found[3]
            bare = " || ".join(it for it in ("'%'" if found[1] else "", found[2],
                                             "'%'" if found[3] else "") if it)  # fmt: skip
            message = f"in quotes `{found[2][:40]}` is a text, not its value: write `{bare[:60]}`"
            can_mend = not (wild and node.style == "'") and node.style != "'"
            fix = replace("Take the quotes off", span, bare) if can_mend else None
            yield Finding(span, message, fix)
