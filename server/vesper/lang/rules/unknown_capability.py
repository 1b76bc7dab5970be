"""VSP611: a capability of a kind that nothing needs."""

from collections.abc import Iterator

from vesper.lang.capabilities import FAMILIES, is_capability, is_known
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP611",
    "unknown-capability",
    severity="warning",
    bad="""
        # vesper.toml: capabilities = ["printer.print"]
        security:
          capabilities_required:
            - databse.read.orders
        #     ^^^^^^^^^^^^^^^^^^^ nothing needs `databse.read.orders`; did you mean `database.read.orders`?
            - printer.pint.label
        #     ^^^^^^^^^^^^^^^^^^ nothing needs `printer.pint.label`; did you mean `printer.print.label`?
        """,
    good="""
        # vesper.toml: capabilities = ["printer.print"]
        security:
          capabilities_required:
            - database.read.orders
            - printer.print.label
        """,
)
def unknown_capability(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """It is most likely misspelt. Kinds of your own are listed under `capabilities` in `vesper.toml`."""
    for export in piece.exports:
        if export.kind not in ("grant", "denied") or not is_capability(export.name):
            continue
        if is_known(export.name):
            continue
        own = scope.capabilities()
        if is_known(export.name, own):
            continue
        head, target = _split(export.name)
        near = nearest(head, (it for it in (*FAMILIES, *own) if "." in it))
        meant = f"{near}{target}" if near else ""
        hint = f"; did you mean `{meant}`?" if near else ""
        fix = replace(f"Change it to `{meant}`", export.span, meant) if near else None
        yield Finding(export.span, f"nothing needs `{shortened(export.name)}`{hint}", fix)


def _split(name: str) -> tuple[str, str]:
    resource, operation, *rest = name.split(".", 2)
    return f"{resource}.{operation}", f".{rest[0]}" if rest else ""
