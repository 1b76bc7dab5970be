"""VSP125: a name that is a word of expressions."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.tokens import KEYWORDS

_NAMED = {
    "input": "input", "output": "output", "variable": "name", "fact": "fact", "error-field": "field",
}  # fmt: skip


@rule(
    "VSP125",
    "reserved-name",
    kind="vsp",
    bad="""
        inputs:
          in: string
        # ^^ `in` is a word of expressions: no expression could use this input
          class: string
        """,
    good="""
        inputs:
          inside: string
          class: string
        """,
)
def reserved_name(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """`in`, `not`, `null` and the like mean something in every expression, whatever their case."""
    for export in piece.exports:
        what, name = _NAMED.get(export.kind), export.name
        if what and name.upper() in KEYWORDS and (name.isupper() or name.islower()):
            message = f"`{name}` is a word of expressions: no expression could use this {what}"
            yield Finding(export.span, message)
