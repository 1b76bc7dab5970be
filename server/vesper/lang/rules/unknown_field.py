"""VSP313: a field that the record does not have."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import clashes


@rule(
    "VSP313",
    "unknown-field",
    bad="""
        types:
          Order:
            fields:
              total: decimal
        inputs:
          order: Order
        contracts:
          preconditions:
            - "order.totl > 0"
        #            ^^^^ `Order` has no field `totl`; did you mean `total`?
        """,
    good="""
        types:
          Order:
            fields:
              total: decimal
        inputs:
          order: Order
        contracts:
          preconditions:
            - "order.total > 0"
        """,
)
def unknown_field(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """Records have the fields that are written down, no more; a `map<string, any>` may have any."""
    for expression, clash in clashes(piece, scope, "field"):
        if not isinstance(clash.node, expr.Field):
            continue
        span = expression.span(clash.node.name_start, clash.node.end)
        near = nearest(clash.node.name, clash.known)
        message, _, fields = clash.message.partition(";")
        fix = replace(f"Change it to `{near}`", span, near) if near else None
        hint = f" did you mean `{near}`?" if near else fields
        yield Finding(span, f"{message};{hint}", fix)
