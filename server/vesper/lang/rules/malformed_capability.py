"""VSP604: a capability without its form, or of a kind nothing needs."""

from collections.abc import Iterator

from vesper.lang.capabilities import FAMILIES, is_capability, is_known
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP604",
    "malformed-capability",
    bad="""
        security:
          capabilities_required:
            - databse.read.orders
        #     ^^^^^^^^^^^^^^^^^^^ nothing needs `databse.read.orders`; did you mean `database.read.orders`?
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
        name = shortened(export.name)
        if not is_capability(export.name):
            message = f"`{name}` is no capability: write `resource.operation.target`"
            yield Finding(export.span, message)
        elif not is_known(export.name):
            head, target = _split(export.name)
            near = nearest(head, (it for it in FAMILIES if "." in it))
            meant = f"{near}{target}" if near else ""
            hint = f"; did you mean `{meant}`?" if near else ""
            fix = replace(f"Change it to `{meant}`", export.span, meant) if near else None
            yield Finding(export.span, f"nothing needs `{name}`{hint}", fix)


def _split(name: str) -> tuple[str, str]:
    resource, operation, *rest = name.split(".", 2)
    return f"{resource}.{operation}", f".{rest[0]}" if rest else ""
