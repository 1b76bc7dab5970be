"""VSP605: a capability that allows far more than any node needs."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope


@rule(
    "VSP605",
    "broad-capability",
    bad="""
        security:
          capabilities_required:
            - database.*
        #     ^^^^^^^^^^ `database.*` allows every operation: name the ones that are needed
        """,
    good="""
        security:
          capabilities_required:
            - database.read.*
        """,
)
def broad_capability(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A `*` may stand for the target; a `*` for the operation leaves nothing to protect."""
    for export in piece.exports:
        if export.kind == "grant" and export.name.split(".")[1:2] == ["*"]:
            message = f"`{export.name}` allows every operation: name the ones that are needed"
            yield Finding(export.span, message)
