"""VSP406: a clause that nothing can break, or nothing can meet."""

from collections.abc import Iterator

from vesper.lang import expr
from vesper.lang.piece import Expression, Piece
from vesper.lang.rule import Finding, rule
from vesper.lang.scope import Scope

_EQUAL = {"==": True, "<=": True, ">=": True, "!=": False, "<": False, ">": False}


@rule(
    "VSP406",
    "constant-clause",
    severity="warning",
    bad="""
        inputs:
          amount: decimal
        contracts:
          preconditions:
            - "amount >= amount"
        #      ^^^^^^^^^^^^^^^^ both sides are the same, so this is always true
        """,
    good="""
        inputs:
          amount: decimal
          limit: decimal
        contracts:
          preconditions:
            - "limit >= amount"
        """,
)
def constant_clause(piece: Piece, _scope: Scope) -> Iterator[Finding]:
    """It compares something with itself, or names nothing: another name was meant."""
    for expression in piece.expressions:
        tree = expression.parsed.tree
        if tree is None or expression.part or not _is_condition(expression):
            continue
        for node in expr.walk(tree):
            if isinstance(node, expr.Binary) and node.operator in _EQUAL:
                left, right = (_text(expression, it) for it in (node.left, node.right))
                if left == right and not isinstance(node.left, expr.Constant):
                    answer = "always" if _EQUAL[node.operator] else "never"
                    span = expression.span(node.start, node.end)
                    yield Finding(span, f"both sides are the same, so this is {answer} true")
        if isinstance(tree, expr.Constant) and expression.slot.path[0] == "contracts":
            span = expression.span(tree.start, tree.end)
            yield Finding(span, "a clause that names nothing checks nothing")


def _is_condition(expression: Expression) -> bool:
    path = expression.slot.path
    is_clause = path[:1] == ("contracts",) and "facts" not in path
    return is_clause or "guards" in path or path[-1:] in (("condition",), ("when",))


def _text(expression: Expression, node: expr.Expr) -> str:
    return " ".join(expression.text[node.start : node.end].split())
