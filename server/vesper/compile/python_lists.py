"""Transforms of lists as Python: comprehensions where the body is one expression, else loops."""

import ast
from collections.abc import Callable, Sequence

from vesper.compile.python_code import (
    Local,
    Piece,
    Writer,
    assign,
    call,
    gathered,
    is_none,
    kit,
    load,
    loop,
    method,
    record,
    store,
    subscript,
    tuple_of,
    when,
)
from vesper.compile.python_kinds import (
    NUMERIC,
    ORDERED,
    bare,
    common,
    field_of,
    is_certain,
    item_of,
    nullable,
)
from vesper.lang import ir
from vesper.lang.ir import Expr
from vesper.lang.parts import names
from vesper.lang.types import ANY, DURATION, INTEGER, TIMESTAMP, Array, RecordType, Type

_ITSELF = frozenset({*NUMERIC, TIMESTAMP, DURATION})


def each(w: Writer, it: ir.Each) -> Piece:
    """A list with what the body gives for each item."""
    over = _charged(w, it.over)
    index = it.index if it.index in names(it.body) else ""
    target, given = _row(w, over, it.name, index)
    with w.inside() as body, w.binding(given):
        found = w.expression(it.body)
    iterated = _iterated(over, index)
    kind = Array(found.kind)
    if not body:
        return Piece(gathered(found.node, target, iterated), kind, found.faults)
    name = _begun(w, "listed")
    body.append(ast.Expr(method(load(name), "append", found.node)))
    w.emit(loop(target, iterated, body))
    w.is_risky = w.is_risky or found.faults
    return Piece(load(name), kind)


def keep(w: Writer, it: ir.Keep) -> Piece:
    """The items for which the body is true."""
    over = _charged(w, it.over)
    index = it.index if it.index in names(it.body) else ""
    target, given = _row(w, over, it.name, index)
    with w.inside() as body, w.binding(given):
        found = w.condition(it.body)
    row = load(given[it.name].name)
    iterated = _iterated(over, index)
    if not body:
        return Piece(gathered(row, target, iterated, found.node), over.kind, found.faults)
    name = _begun(w, "kept")
    body.append(when(found.node, [ast.Expr(method(load(name), "append", row))]))
    w.emit(loop(target, iterated, body))
    w.is_risky = w.is_risky or found.faults
    return Piece(load(name), over.kind)


def fold(w: Writer, it: ir.Fold) -> Piece:
    """The items folded into one value."""
    over = _charged(w, it.over)
    initial = w.expression(it.initial)
    name = w.names.fresh(it.accumulator)
    w.emit(assign(name, initial.node))
    w.is_risky = w.is_risky or initial.faults
    index = it.index if it.index in names(it.body) else ""
    target, given = _row(w, over, it.name, index)
    kind = initial.kind
    while True:
        with w.inside() as body, w.binding({it.accumulator: Local(name, kind), **given}):
            found = w.expression(it.body)
        if (wider := common(kind, found.kind)) == kind:
            break
        kind = wider if wider != nullable(kind) else ANY
    body.append(assign(name, found.node))
    w.is_risky = w.is_risky or found.faults
    w.emit(loop(target, _iterated(over, index), body))
    return Piece(load(name), kind)


def sort(w: Writer, it: ir.Sort) -> Piece:
    """In the order of a key."""
    over = _charged(w, it.over)
    row = w.names.fresh(it.name)
    with w.inside() as body, w.binding({it.name: Local(row, item_of(over.kind))}):
        key = w.expression(it.key)
    is_native = key.kind in NUMERIC or key.kind in ORDERED
    if is_native and not body:
        by = ast.Lambda(_parameters(row), key.node)
        words = [ast.keyword("key", by)]
        if it.descending:
            words.append(ast.keyword("reverse", ast.Constant(True)))
        return Piece(ast.Call(load("sorted"), [over.node], words), over.kind, key.faults)
    keys = _keys(w, over, row, body, key)
    code = kit("in_order_of", keys, over.node, ast.Constant(it.descending))
    return Piece(code, over.kind, True)


def unique(w: Writer, it: ir.Unique) -> Piece:
    """The first item for each value of a key."""
    over = _charged(w, it.over)
    row = w.names.fresh(it.name)
    with w.inside() as body, w.binding({it.name: Local(row, item_of(over.kind))}):
        key = w.expression(it.key)
    keys = _keys(w, over, row, body, key)
    return Piece(kit("first_of_each", keys, over.node), over.kind)


def flatten(w: Writer, it: ir.Flatten) -> Piece:
    """The items of the lists in a list."""
    over = _charged(w, it.over)
    return Piece(kit("flatten", over.node), Array(item_of(item_of(over.kind))), True)


def take(w: Writer, it: ir.Take) -> Piece:
    """The first few items."""
    over, count = w.operands(it.over, it.count)
    kind = over.kind if isinstance(over.kind, Array) else Array(item_of(over.kind))
    return Piece(kit("take", over.node, count.node), kind, True)


def pair(w: Writer, it: ir.Pair) -> Piece:
    """Records of two lists merged where their keys are equal."""
    sides = w.operands(it.left, it.right)
    sides = [w.put("side", one) if one.faults else one for one in sides]
    left, right = map(w.listed, sides)
    w.charge(ast.BinOp(call("len", left.node), ast.Add(), call("len", right.node)))
    keys = (ast.Constant(it.left_key), ast.Constant(it.right_key))
    code = kit("pair", left.node, right.node, *keys, ast.Constant(it.keep_all))
    return Piece(code, Array(ANY), True)


def group(w: Writer, it: ir.Group) -> Piece:
    """Rows in groups of equal keys, with columns worked out for each group."""
    over = _charged(w, it.over)
    rows = w.names.fresh(it.rows)
    if not it.keys:
        w.emit(assign(rows, over.node))
        return _columns(w, it, Local(rows, over.kind), [])
    groups = _grouped(w, it, over)
    name = _begun(w, "grouped")
    item = item_of(over.kind)
    first = subscript(load(rows), ast.Constant(0))
    keys = [(key, *_field(Piece(first, item), key)) for key in it.keys]
    with w.inside() as body:
        found = _columns(w, it, Local(rows, over.kind), keys)
    body.append(ast.Expr(method(load(name), "append", found.node)))
    w.emit(loop(store(rows), method(load(groups), "values"), body))
    w.is_risky = w.is_risky or found.faults
    return Piece(load(name), Array(found.kind))


def _columns(
    w: Writer, it: ir.Group, rows: Local, keys: Sequence[tuple[str, ast.expr, Type, bool]]
) -> Piece:
    """The record of one group."""
    entries = {key: (code, kind) for key, code, kind, _ in keys}
    with w.binding({it.rows: rows}):
        found = w.operands(*(column for _, column in it.columns))
    for (name, _), piece in zip(it.columns, found, strict=True):
        entries[name] = (piece.node, piece.kind)
    kind = RecordType("", tuple((key, of) for key, (_, of) in entries.items()))
    code = record([(key, node) for key, (node, _) in entries.items()])
    return Piece(code, kind, any(one.faults for one in found))


def _grouped(w: Writer, it: ir.Group, over: Piece) -> str:
    """Write the loop that puts each row into its group; the name of the groups."""
    groups, row, rows, key = map(w.names.fresh, ("groups", "row", "rows", "key"))
    item = item_of(over.kind)
    parts = [_identity(*_field(Piece(load(row), item), name)) for name in it.keys]
    code = parts[0][0] if len(parts) == 1 else tuple_of([node for node, _ in parts])
    found = assign(rows, method(load(groups), "get", load(key)))
    new = assign_item(groups, load(key), ast.List([load(row)], ast.Load()))
    add = ast.Expr(method(load(rows), "append", load(row)))
    w.emit(
        assign(groups, ast.Dict([], [])),
        loop(
            store(row),
            over.node,
            [assign(key, code), found, when(is_none(load(rows)), [new], [add])],
        ),
    )
    w.is_risky = w.is_risky or any(faults for _, faults in parts)
    return groups


def assign_item(of: str, at: ast.expr, value: ast.expr) -> ast.Assign:
    """`of[at] = value`."""
    return ast.Assign([ast.Subscript(load(of), at, ast.Store())], value, lineno=0)


def _field(row: Piece, name: str) -> tuple[ast.expr, Type, bool]:
    known = field_of(row.kind, name)
    if isinstance(row.kind, RecordType) and known is not None:
        return subscript(row.node, ast.Constant(name)), known, False
    return kit("field", row.node, ast.Constant(name)), ANY, True


def _identity(code: ast.expr, kind: Type, faults: bool) -> tuple[ast.expr, bool]:
    """A key that is equal for equal values; of one kind, most values are that themselves."""
    is_own = is_certain(bare(kind)) or bare(kind) in _ITSELF
    return (code if is_own else kit("identity", code)), faults


def _keys(w: Writer, over: Piece, row: str, body: list[ast.stmt], key: Piece) -> ast.expr:
    """The key of each item, all worked out before anything is done with them."""
    w.is_risky = w.is_risky or key.faults
    if not body:
        return w.put("keys", Piece(gathered(key.node, store(row), over.node), Array(key.kind))).node
    name = _begun(w, "keys")
    body.append(ast.Expr(method(load(name), "append", key.node)))
    w.emit(loop(store(row), over.node, body))
    return load(name)


def _charged(w: Writer, over: Expr) -> Piece:
    found = w.items(over)
    w.charge_for(found)
    return found


def _begun(w: Writer, wanted: str) -> str:
    name = w.names.fresh(wanted)
    w.emit(assign(name, ast.List([], ast.Load())))
    return name


def _row(w: Writer, over: Piece, name: str, index: str) -> tuple[ast.expr, dict[str, Local]]:
    """What a loop sets, and the names that its body has."""
    given = {name: Local(w.names.fresh(name), item_of(over.kind))}
    target: ast.expr = store(given[name].name)
    if index:
        given[index] = Local(w.names.fresh(index), INTEGER)
        target = ast.Tuple([store(given[index].name), target], ast.Store())
    return target, given


def _iterated(over: Piece, index: str) -> ast.expr:
    return call("enumerate", over.node) if index else over.node


def _parameters(name: str) -> ast.arguments:
    return ast.arguments([], [ast.arg(name)], None, [], [], None, [])


Form = Callable[[Writer, Expr], Piece]
