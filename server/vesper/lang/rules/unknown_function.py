"""VSP304: a call of a function that does not exist."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.functions import FUNCTIONS
from vesper.lang.names import is_clause
from vesper.lang.piece import Piece
from vesper.lang.rule import Finding, nearest, replace, rule, shortened
from vesper.lang.scope import Scope


@rule(
    "VSP304",
    "unknown-function",
    bad="""
        contracts:
          preconditions:
            - "lenght(name) > 0"
        #      ^^^^^^ there is no function `lenght`; did you mean `len`?
        """,
    good="""
        contracts:
          preconditions:
            - "len(name) > 0"
        """,
)
def unknown_function(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """Only the functions of the language can be called; nothing else ever runs."""
    for expression in piece.expressions:
        if expression.parsed.tree is None:
            continue
        for node in expr.walk(expression.parsed.tree):
            if isinstance(node, expr.Call) and node.name not in FUNCTIONS:
                span = expression.span(node.start, node.name_end)
                near = _MEANT.get(node.name.lower()) or nearest(node.name, FUNCTIONS)
                hint = f"; did you mean `{near}`?" if near else ""
                unchecked = near is None and is_clause(expression)
                yield Finding(
                    span,
                    f"there is no function `{shortened(node.name)}`{hint}",
                    replace(f"Change it to `{near}`", span, near) if near else None,
                    severity="warning" if unchecked else None,
                )


_MEANT = {
    "length": "len", "lenght": "len", "size": "len", "count": "COUNT", "now": "current_timestamp",
    "sum": "SUM", "avg": "AVG", "average": "AVG", "all": "ALL", "any": "ANY", "str": "to_string",
    "int": "to_integer", "decimal": "to_decimal", "mean": "AVG",
}  # fmt: skip
