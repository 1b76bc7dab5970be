"""VSP604: a capability without its form."""

from collections.abc import Iterator

from vesper.lang.capabilities import is_capability
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP604",
    "malformed-capability",
    bad="""
        security:
          capabilities_required:
            - read the orders
        #     ^^^^^^^^^^^^^^^ `read the orders` is no capability: write `resource.operation.target`
        """,
    good="""
        security:
          capabilities_required:
            - database.read.orders
            - network.http_client.api.example.com
        """,
)
def malformed_capability(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """A capability is `resource.operation.target`; `*` may stand at the end of a grant."""
    for export in piece.exports:
        if export.kind not in ("grant", "denied") or not export.name:
            continue
        if not is_capability(export.name):
            name = shortened(export.name)
            message = f"`{name}` is no capability: write `resource.operation.target`"
            yield Finding(export.span, message)
