"""VSP217: a type that takes the name of a built-in one."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope
from vesper.lang.types import CONTAINERS, PRIMITIVES


@rule(
    "VSP217",
    "built-in-type",
    bad="""
        types:
          timestamp:
        # ^^^^^^^^^ `timestamp` is a built-in type: give yours another name
            base: string
        """,
    good="""
        types:
          LocalTime:
            base: string
        """,
)
def built_in_type(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """The built-in type wins wherever the name is used, so this one could never be reached."""
    for export in piece.exports:
        if export.kind == "type" and export.name in {**PRIMITIVES, **CONTAINERS}:
            message = f"`{export.name}` is a built-in type: give yours another name"
            yield Finding(export.span, message)
