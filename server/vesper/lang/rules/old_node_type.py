"""VSP120: the older word for an HTTP handler."""

from collections.abc import Iterator

from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, replace, rule
from vesper.lang.scope import Scope


@rule(
    "VSP120",
    "old-node-type",
    kind="vsp",
    severity="hint",
    bad="""
        type: payment_handler
        #     ^^^^^^^^^^^^^^^ `payment_handler` is an older word for `http_handler`
        """,
    good="""
        type: http_handler
        """,
)
def old_node_type(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Both mean the same; one word is enough."""
    for export in piece.exports:
        if export.kind == "node-type" and export.name == "payment_handler":
            yield Finding(
                export.span,
                "`payment_handler` is an older word for `http_handler`",
                replace("Change it to `http_handler`", export.span, "http_handler"),
            )
