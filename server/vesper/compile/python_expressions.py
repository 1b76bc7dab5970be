"""Expressions as Python: plain operators where kinds make that exactly right, else what `kit` has.

Statements that an expression needs first (loops, what absorbs a fault, the budget) go into the block at hand.
"""

import ast
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from vesper.compile.python_calls import called
from vesper.compile.python_code import (
    Local,
    Pattern,
    Piece,
    Writer,
    call,
    compare,
    is_none,
    kit,
    load,
    negated,
    record,
    store,
    subscript,
    without_minus,
)
from vesper.compile.python_kinds import (
    are_equatable,
    are_numbers,
    are_ordered,
    bare,
    common,
    field_of,
    item_of,
    kind_of,
)
from vesper.compile.python_lists import each, flatten, fold, group, keep, pair, sort, take, unique
from vesper.compile.python_logic import logic, quantified
from vesper.lang import ir
from vesper.lang.ir import Expr
from vesper.lang.pattern import parse
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    INTEGER,
    NULL,
    STRING,
    Array,
    MapType,
    Nullable,
    RecordType,
)
from vesper.values.value import Value


def constant(w: Writer, value: Value) -> ast.expr:
    """The code of a value that is known."""
    if value is None or isinstance(value, bool | int | str | bytes):
        return ast.Constant(value)
    match value:
        case Decimal():
            return w.constant("number", value)
        case datetime() | timedelta():
            return w.constant("moment", value)
        case list():
            return w.constant("items", value) if value else ast.List([], ast.Load())
        case _:
            return w.constant("record", value)


def _const(w: Writer, it: ir.Const) -> Piece:
    return Piece(constant(w, it.value), kind_of(it.value))


def _load(w: Writer, it: ir.Load) -> Piece:
    found = w.scope.get(it.name)
    return (
        _held(w, found, it.name)
        if found
        else Piece(kit("unknown", ast.Constant(it.name)), ANY, True)
    )


def _held(w: Writer, found: Local, name: str) -> Piece:
    code = load(found.name)
    if found.is_held:
        return Piece(kit("released", code), found.kind, True)
    if found.is_sure:
        return Piece(code, found.kind)
    if found.frame is not None:
        found.frame.unset[found.name] = None
    return Piece(kit("known", code, ast.Constant(name)), found.kind, True)


def _result(w: Writer, it: ir.Result) -> Piece:
    found = w.result.get(f"{it.side}.{it.name}")
    if found is None:
        return Piece(kit("no_result", ast.Constant(it.name)), ANY, True)
    return _field_set(w, found, it.name)


def _field_set(w: Writer, found: Local, name: str) -> Piece:
    if found.is_sure:
        return Piece(load(found.name), found.kind)
    return Piece(kit("result", load(found.name), ast.Constant(name)), found.kind, True)


def _succeeded(w: Writer, _it: ir.Succeeded) -> Piece:
    return Piece(ast.Constant("success" in w.result), BOOLEAN)


def _get_field(w: Writer, it: ir.GetField) -> Piece:
    of = w.expression(it.of)
    return field_piece(w, of, it.name)


def field_piece(w: Writer, of: Piece, name: str) -> Piece:
    """A field of a record, or of the records of a list."""
    key = ast.Constant(name)
    match of.kind:
        case RecordType() | MapType():
            known = field_of(of.kind, name)
            kind = known or (of.kind.value if isinstance(of.kind, MapType) else ANY)
            return Piece(subscript(of.node, key), kind, of.faults or known is None)
        case Array(RecordType() as item) if (known := field_of(item, name)) is not None:
            of = w.put("items", of)
            row = w.names.fresh("row")
            listed = ast.ListComp(
                subscript(load(row), key), [ast.comprehension(store(row), of.node, [], 0)]
            )
            return Piece(listed, Array(known))
        case _:
            return Piece(kit("field", of.node, key), field_of(of.kind, name) or ANY, True)


def _get_item(w: Writer, it: ir.GetItem) -> Piece:
    of, at = w.operands(it.of, it.at)
    key = at.node.value if isinstance(at.node, ast.Constant) else None
    if isinstance(of.kind, RecordType | MapType) and isinstance(key, str) and len(key) <= 60:
        return field_piece(w, of, key)
    kind = item_of(of.kind) if isinstance(bare(of.kind), Array | MapType) else ANY
    return Piece(kit("item", of.node, at.node), kind, True)


def _negate(w: Writer, it: ir.Negate) -> Piece:
    of = w.expression(it.operand)
    if of.kind == DECIMAL:
        return Piece(kit("negate_exactly", of.node), DECIMAL, True)
    return Piece(kit("negate", of.node), INTEGER if of.kind == INTEGER else ANY, True)


def _not(w: Writer, it: ir.Not) -> Piece:
    of = w.condition(it.operand)
    return Piece(negated(of.node), BOOLEAN, of.faults)


def _arithmetic(w: Writer, it: ir.Arithmetic) -> Piece:
    left, right = w.operands(it.left, it.right)
    if left.kind == right.kind == INTEGER and it.operator in _INTEGER:
        whole = ast.BinOp(left.node, _INTEGER[it.operator](), right.node)
        return Piece(kit("integer", whole), INTEGER, True)
    if left.kind == right.kind == STRING and it.operator == "+":
        both = ast.BinOp(left.node, ast.Add(), right.node)
        return Piece(kit("kept_text", both), STRING, True)
    if are_numbers(left.kind, right.kind):
        return _numeric(w, it.operator, left, right)
    if it.operator == "+" and isinstance(left.kind, Array) and isinstance(right.kind, Array):
        both = ast.BinOp(left.node, ast.Add(), right.node)
        return Piece(kit("kept_list", both), common(left.kind, right.kind), True)
    return Piece(kit(_GENERAL[it.operator], left.node, right.node), ANY, True)


def _numeric(w: Writer, operator: str, left: Piece, right: Piece) -> Piece:
    kind = DECIMAL if operator == "/" or DECIMAL in (left.kind, right.kind) else INTEGER
    if DECIMAL not in (left.kind, right.kind) or operator in "/%":
        name = "divide" if operator == "/" else "remainder"
        return Piece(kit(name, left.node, right.node), kind, True)
    if operator in "+-":
        name = "add" if operator == "+" else "subtract"
        return Piece(kit(f"{name}_exactly", left.node, right.node), DECIMAL, True)
    found = kit("multiply_exactly", left.node, right.node)
    if _is_positive(w, left) or _is_positive(w, right):
        return Piece(found, DECIMAL, True)
    return Piece(without_minus(w, found), DECIMAL, True)


def _is_positive(w: Writer, piece: Piece) -> bool:
    """Whether it is a number above zero: times that, nothing becomes a negative zero."""
    value = getattr(piece.node, "value", None)
    if isinstance(piece.node, ast.Name):
        value = w.constants.get(piece.node.id)
    return isinstance(value, int | Decimal) and value > 0


def _compare(w: Writer, it: ir.Compare) -> Piece:
    left, right = w.operands(it.left, it.right)
    faults = left.faults or right.faults
    if it.operator in ("==", "!="):
        return equality(w, left, right, is_equal=it.operator == "==")
    if are_ordered(left.kind, right.kind):
        return Piece(compare(left.node, _ORDER[it.operator](), right.node), BOOLEAN, faults)
    return Piece(kit(_ORDER_NAMES[it.operator], left.node, right.node), BOOLEAN, True)


def equality(w: Writer, left: Piece, right: Piece, *, is_equal: bool) -> Piece:
    """Whether two values are equal, or are not."""
    faults = left.faults or right.faults
    if NULL in (left.kind, right.kind):
        of = right if left.kind == NULL else left
        if left.kind == NULL or not left.faults:
            found = null_test(w, of)
            return found if is_equal else Piece(negated(found.node), BOOLEAN, found.faults)
    if are_equatable(left.kind, right.kind):
        operator = ast.Eq() if is_equal else ast.NotEq()
        return Piece(compare(left.node, operator, right.node), BOOLEAN, faults)
    code = kit("equal", left.node, right.node)
    return Piece(code if is_equal else negated(code), BOOLEAN, faults)


def _contains(w: Writer, it: ir.Contains) -> Piece:
    item, of = w.operands(it.item, it.of)
    faults = item.faults or of.faults
    is_list = isinstance(of.kind, Array) and are_equatable(item.kind, of.kind.item)
    is_text = item.kind == of.kind == STRING
    is_key = isinstance(of.kind, RecordType | MapType) and item.kind == STRING
    if is_list or is_text or is_key:
        return Piece(compare(item.node, ast.In(), of.node), BOOLEAN, faults)
    faults = faults or not isinstance(of.kind, Array | RecordType | MapType)
    return Piece(kit("within", item.node, of.node), BOOLEAN, faults)


def _matches(w: Writer, it: ir.Matches) -> Piece:
    text, pattern = w.operands(it.text, it.pattern)
    if text.kind == STRING and isinstance(it.pattern, ir.Const):
        known = it.pattern.value
        if isinstance(known, str) and parse(known).part is not None:
            ready = w.constant("pattern", Pattern(known))
            found = negated(is_none(ast.Call(ready, [text.node], [])))
            return Piece(found, BOOLEAN, text.faults)
    return Piece(kit("matches", text.node, pattern.node), BOOLEAN, True)


def _is_null(w: Writer, it: ir.IsNull) -> Piece:
    return null_test(w, w.expression(it.operand))


def null_test(w: Writer, of: Piece) -> Piece:
    """Whether a value is null; what surely is none is asked for nothing but its faults."""
    if of.kind in (ANY, NULL) or isinstance(of.kind, Nullable):
        return Piece(is_none(of.node), BOOLEAN, of.faults)
    if of.faults:
        w.put("part", of)
    return Piece(ast.Constant(False), BOOLEAN)


def _list_of(w: Writer, it: ir.ListOf) -> Piece:
    found = w.operands(*it.items)
    kind = Array(common(*(one.kind for one in found)))
    return Piece(ast.List([one.node for one in found], ast.Load()), kind, _any_faults(found))


def _record_of(w: Writer, it: ir.RecordOf) -> Piece:
    keys = [key for key, _ in it.entries]
    found = w.operands(*(inner for _, inner in it.entries))
    kinds = dict(zip(keys, (one.kind for one in found), strict=True))
    code = record([(key, one.node) for key, one in zip(keys, found, strict=True)])
    return Piece(code, RecordType("", tuple(kinds.items())), _any_faults(found))


def _text(w: Writer, it: ir.Text) -> Piece:
    found = w.operands(*it.parts)
    parts = [printed(one) for one in found]
    if not parts:
        return Piece(ast.Constant(""), STRING)
    code = parts[0]
    for part in parts[1:]:
        code = ast.BinOp(code, ast.Add(), part)
    if all(isinstance(it, ir.Const) for it in it.parts):
        return Piece(code, STRING, _any_faults(found))
    return Piece(kit("kept_text", code), STRING, True)


def printed(piece: Piece) -> ast.expr:
    """The value as a template prints it."""
    match piece.kind:
        case kind if kind == STRING:
            return piece.node
        case kind if kind == INTEGER:
            return call("str", piece.node)
        case kind if kind == DECIMAL:
            return call("format", piece.node, ast.Constant("f"))
        case _:
            return kit("printed", piece.node)


def _call(w: Writer, it: ir.Call) -> Piece:
    return called(w, it.function, w.operands(*it.arguments))


def _any_faults(pieces: list[Piece]) -> bool:
    return any(it.faults for it in pieces)


_INTEGER: Final[Mapping[str, type[ast.operator]]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}
_GENERAL: Final = {"+": "add", "-": "minus", "*": "multiply", "/": "over", "%": "remainder"}
_ORDER: Final[Mapping[str, type[ast.cmpop]]] = {
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_ORDER_NAMES: Final = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
FORMS: Final[Mapping[type[Expr], Callable[[Writer, Any], Piece]]] = {
    ir.Const: _const, ir.Load: _load, ir.Result: _result, ir.Succeeded: _succeeded,
    ir.GetField: _get_field, ir.GetItem: _get_item, ir.Negate: _negate, ir.Not: _not,
    ir.Arithmetic: _arithmetic, ir.Compare: _compare, ir.Contains: _contains, ir.Matches: _matches,
    ir.Logic: logic, ir.IsNull: _is_null, ir.Call: _call, ir.ListOf: _list_of, ir.RecordOf: _record_of,
    ir.Quantified: quantified, ir.Text: _text, ir.Each: each, ir.Keep: keep, ir.Fold: fold,
    ir.Sort: sort, ir.Unique: unique, ir.Flatten: flatten, ir.Take: take, ir.Pair: pair,
    ir.Group: group,
}  # fmt: skip
