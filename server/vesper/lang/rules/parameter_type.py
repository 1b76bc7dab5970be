"""VSP705: a parameter of a call that is no value of the input's type."""

from collections.abc import Iterator

from vesper.lang import tree, types
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, beside, rule
from vesper.lang.scope import Scope
from vesper.lang.typed import typed
from vesper.lang.types import Type
from vesper.lang.values import misfits


@beside("""
    node_id: charge_v1
    inputs:
      amount: decimal
      currency: enum[eur, usd]
    """)
@rule(
    "VSP705",
    "parameter-type",
    bad="""
        inputs:
          customer: string
        flow:
          - step: pay
            operation: call_node
            node_id: charge_v1
            parameters:
              amount: "{customer}"
        #             ^^^^^^^^^^^^ `amount` of `charge_v1` is decimal, this is string
              currency: gbp
        #               ^^^ `gbp` is none of `eur`, `usd`
        """,
    good="""
        inputs:
          total: decimal
        flow:
          - step: pay
            operation: call_node
            node_id: charge_v1
            parameters:
              amount: "{total}"
              currency: eur
        """,
)
def parameter_type(piece: Piece, scope: Scope) -> Iterator[Finding]:
    """A value of the wrong type is refused by the callee at run time. A whole `{...}` keeps its type."""
    for step in piece.steps:
        target, given = step.text("node_id"), step.node.get("parameters")
        if step.operation != "call_node" or target is None or not isinstance(given, tree.Mapping):
            continue
        found = scope.called(target.text)
        wanted = {it.name: it.type for it in found[0].inputs} if found else {}
        for entry in given.entries:
            kind = wanted.get(entry.key.text)
            if kind is None:
                continue
            value = entry.value
            actual = _type_of(piece, scope, value)
            if actual is None:
                yield from (Finding(it.span, it.message) for it in misfits(value, kind, {}))
            elif not types.assignable(actual, kind, scope.types()):
                shown = f"is {types.shown(kind)}, this is {types.shown(actual)}"
                message = f"`{entry.key.text}` of `{target.text[:60]}` {shown}"
                yield Finding(value.span, message)


def _type_of(piece: Piece, scope: Scope, value: tree.Node) -> Type | None:
    """The type of a value that is one whole `{...}`; None for any other value."""
    if not isinstance(value, tree.Scalar) or not value.text.startswith("{"):
        return None
    for it in typed(piece, scope):
        if it.expression.slot.node is value and value.text == f"{{{it.expression.text}}}":
            return it.type
    return None
