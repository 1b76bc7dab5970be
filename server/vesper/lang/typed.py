"""Every expression of a piece with its static types, worked out once for all rules that look at them."""

from collections.abc import Iterator
from typing import NamedTuple

from vesper.lang import expr
from vesper.lang.infer import Clash, Inference, Kind
from vesper.lang.names import is_clause, is_fact, is_given, row_type, type_of_name
from vesper.lang.operation import text_of
from vesper.lang.operators import a, is_collection
from vesper.lang.piece import Expression, Piece
from vesper.lang.scope import Scope
from vesper.lang.types import ANY, Type, settled, unwrapped

_LISTS = {"items": "`items`", "input": "the `input` of a transform"}


class Typed(NamedTuple):
    """An expression with the type of each part, by the part's identity, and where types do not fit."""

    expression: Expression
    tree: expr.Expr
    type: Type
    types: dict[int, Type]
    clashes: list[Clash]


_last: tuple[Piece, Scope, list[Typed]] | None = None


def typed(piece: Piece, scope: Scope) -> list[Typed]:
    """Every expression of the piece that can be read. The rules of one run share one answer."""
    global _last  # noqa: PLW0603 -- one entry, and only for the very same piece and scope
    if _last is None or _last[0] is not piece or _last[1] is not scope:
        found = [typed_expression(it, scope) for it in piece.expressions if it.parsed.tree]
        _last = (piece, scope, [it for it in found if it is not None])
    return _last[2]


def typed_expression(expression: Expression, scope: Scope) -> Typed | None:
    """One expression typed; None where nothing could be read."""
    tree = expression.parsed.tree
    if tree is None:
        return None
    has_rows = expression.scope == "columns"
    row = row_type(expression, scope) if has_rows else None
    inference = Inference(
        lambda name: (
            (row.field(name) if row is not None else None) or ANY
            if has_rows
            else type_of_name(expression, scope, name)
        ),
        scope.types(),
        lambda fact: is_given(expression, scope, fact),
        has_rows,
    )
    what = condition(expression)
    if what:
        inference.demand_boolean(tree, what)
        kind = inference.types[id(tree)]
    else:
        kind = inference.type_of(tree)
    _demand_list(expression, inference, kind)
    return Typed(expression, tree, kind, inference.types, list(_sure(expression, inference)))


def type_at(typed: Typed, offset: int) -> tuple[expr.Expr, Type] | None:
    """The smallest part of an expression that holds the offset, with its type; for hovers."""
    found: tuple[expr.Expr, Type] | None = None
    for node in expr.walk(typed.tree):
        if not node.start <= offset <= node.end or id(node) not in typed.types:
            continue
        if found is None or node.end - node.start <= found[0].end - found[0].start:
            found = (node, typed.types[id(node)])
    return found


def clashes(piece: Piece, scope: Scope, kind: Kind) -> Iterator[tuple[Expression, Clash]]:
    """The clashes of one kind in a piece; columns of rows whose type nobody knows are left out."""
    for it in typed(piece, scope):
        for clash in it.clashes:
            if clash.kind == kind:
                yield it.expression, clash


def condition(expression: Expression) -> str:
    """What the expression is called where it must be true or false; empty elsewhere."""
    path = expression.slot.path
    if expression.part or not path or is_fact(expression):
        return ""
    if is_clause(expression):
        return "a guard" if "guards" in path else "a contract"
    if path[-1] in ("when", "condition"):
        return f"`{path[-1]}`"
    if expression.scope == "value":
        return "a constraint"
    owner = expression.slot.owner
    if path[-1] == "function" and owner is not None and text_of(owner, "transform") == "filter":
        return "the function of a filter"
    return ""


def _demand_list(expression: Expression, inference: Inference, kind: Type) -> None:
    path, owner = expression.slot.path, expression.slot.owner
    what = _LISTS.get(str(path[-1])) if path and not expression.part else None
    operation = text_of(owner, "operation") if owner is not None else ""
    if what is None or operation not in ("for_each", "data_transform"):
        return
    bare = unwrapped(kind, inference.named)
    if not is_collection(bare) and expression.parsed.tree is not None:
        message = f"{what} must be a list, this is {a(bare)}"
        inference.clashes.append(Clash(expression.parsed.tree, message, "collection"))
    elif settled(kind, inference.named) != bare and expression.parsed.tree is not None:
        message = f"{what} may be null here: write `coalesce(..., [])`"
        inference.clashes.append(Clash(expression.parsed.tree, message, "null"))


def _sure(expression: Expression, inference: Inference) -> Iterator[Clash]:
    """The clashes that hold wherever the expression is evaluated."""
    tree = expression.parsed.tree
    assert tree is not None
    faulty = bool(expression.parsed.faults)
    names = {it.name for it in expr.walk(tree) if isinstance(it, expr.Name)}
    # Behind an error the outputs of a success are absent, so asking for null has its point.
    asks = expression.scope == "post" and not names.isdisjoint(("success", "error", "error_code"))
    for clash in inference.clashes:
        if clash.kind == "never-null" and (asks or faulty):
            continue
        if faulty and clash.kind in ("boolean", "null"):
            continue
        yield clash
