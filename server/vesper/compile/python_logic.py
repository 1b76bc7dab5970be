"""AND, OR and the quantifiers as Python: `and` and `or` where nothing faults, else what absorbs faults."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from vesper.compile.python_code import (
    Local,
    Piece,
    Writer,
    assign,
    attempt,
    is_none,
    kit,
    load,
    loop,
    negated,
    store,
    throw,
    when,
)
from vesper.compile.python_kinds import item_of
from vesper.lang import ir
from vesper.lang.ir import Expr
from vesper.lang.types import BOOLEAN


def logic(w: Writer, it: ir.Logic) -> Piece:
    """A chain of sides of one operator; each is asked until one decides."""
    sides = list(_merged(it.operator, [_side(w, one) for one in _chain(it, it.operator)]))
    if len(sides) == 1:
        w.emit(*sides[0].before)
        return sides[0].piece
    name = w.names.fresh("holds")
    if any(one.is_risky for one in sides[:-1]):
        _absorb(w, it.operator, sides, name)
        return Piece(load(name), BOOLEAN)
    first, *others = sides
    w.emit(*first.before, assign(name, first.piece.node))
    for one in others:
        w.emit(when(_undecided(it.operator, name), [*one.before, assign(name, one.piece.node)]))
    w.is_risky = w.is_risky or sides[-1].is_risky
    return Piece(load(name), BOOLEAN)


def quantified(w: Writer, it: ir.Quantified) -> Piece:
    """A loop that ends with the first item that decides."""
    over = w.items(it.over)
    w.charge_for(over)
    name, row = w.names.fresh("holds"), w.names.fresh(it.name)
    with w.inside(2) as body, w.binding({it.name: Local(row, item_of(over.kind))}):
        side = _side(w, it.body)
    decides = it.quantifier == "exists"
    test = load(name) if decides else negated(load(name))
    fault = w.names.fresh("fault") if side.is_risky else ""
    if side.is_risky:
        w.emit(assign(fault, ast.Constant(None)))
        body.append(_tried(side, name, fault))
    else:
        body.extend([*side.before, assign(name, side.piece.node)])
    w.emit(
        assign(name, ast.Constant(not decides)),
        loop(store(row), over.node, [*body, when(test, [ast.Break()])]),
    )
    if side.is_risky:
        unsettled = negated(load(name)) if decides else load(name)
        w.emit(_raised(unsettled, fault))
        w.is_risky = True
    return Piece(load(name), BOOLEAN)


@dataclass(frozen=True, slots=True)
class _Side:
    before: tuple[ast.stmt, ...]
    piece: Piece
    is_risky: bool


def _chain(it: Expr, operator: str) -> Iterator[Expr]:
    """The sides of one operator, whichever way they are nested; absorption does not depend on that."""
    waiting = [it]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ir.Logic) and one.operator == operator:
            waiting.extend((one.right, one.left))
        else:
            yield one


def _side(w: Writer, it: Expr) -> _Side:
    outer, w.is_risky = w.is_risky, False
    with w.inside() as before:
        piece = w.condition(it)
    is_risky, w.is_risky = w.is_risky or piece.faults, outer
    return _Side(tuple(before), piece, is_risky)


def _merged(operator: str, sides: list[_Side]) -> Iterator[_Side]:
    """Neighbours that need no statements as one side, as long as only the last of them may fault."""
    run: list[_Side] = []
    for at, side in enumerate(sides):
        if side.before:
            yield from _joined(operator, run)
            run = []
            yield side
            continue
        run.append(side)
        if side.is_risky and at < len(sides) - 1:
            *calm, last = run
            yield from _joined(operator, calm)
            run = []
            yield last
    yield from _joined(operator, run)


def _joined(operator: str, run: list[_Side]) -> Iterator[_Side]:
    if len(run) < 2:
        yield from run
        return
    symbol = ast.And() if operator == "and" else ast.Or()
    code = ast.BoolOp(symbol, [it.piece.node for it in run])
    is_risky = any(it.is_risky for it in run)
    yield _Side((), Piece(code, BOOLEAN, is_risky), is_risky)


def _undecided(operator: str, name: str) -> ast.expr:
    return load(name) if operator == "and" else negated(load(name))


def _absorb(w: Writer, operator: str, sides: list[_Side], name: str) -> None:
    fault = w.names.fresh("fault")
    w.emit(assign(fault, ast.Constant(None)), assign(name, ast.Constant(operator == "and")))
    for at, side in enumerate(sides):
        asked = [_tried(side, name, fault)]
        if not side.is_risky:
            asked = [*side.before, assign(name, side.piece.node)]
        w.emit(*(asked if at == 0 else [when(_undecided(operator, name), asked)]))
    w.emit(_raised(_undecided(operator, name), fault))
    w.is_risky = True


def _tried(side: _Side, name: str, fault: str) -> ast.stmt:
    """The side asked; the first fault is kept, one that nothing absorbs goes on."""
    kept = assign(fault, kit("first", load(fault), load("error")))
    return attempt([*side.before, assign(name, side.piece.node)], "error", [kept])


def _raised(unsettled: ast.expr, fault: str) -> ast.stmt:
    is_kept = negated(is_none(load(fault)))
    return when(ast.BoolOp(ast.And(), [unsettled, is_kept]), [throw(load(fault))])
