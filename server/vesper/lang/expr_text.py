"""Expressions written out again: upper-case keywords, one space, brackets only where they count.

Reading the text again gives the same tree, so equal texts mean equal trees; the types a value has by
where it stands (`narrow.py`) are kept by this text.
"""

from typing import assert_never

from vesper.lang import expr

_LEVELS = {"=>": 1, "OR": 2, "AND": 3, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}
_NOT, _COMPARISON, _SUM, _UNARY, _POSTFIX = 4, 5, 6, 8, 9
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r",
                          "\0": "\\0"})  # fmt: skip


def written(node: expr.Expr) -> str:  # noqa: C901 -- one case a kind of expression
    """The expression as text; what is missing is left out."""
    match node:
        case expr.Constant(value):
            return _constant(value)
        case expr.Duration(amount, unit):
            return f"{amount}{unit}"
        case expr.Name(name):
            return name
        case expr.Star():
            return "*"
        case expr.Missing():
            return ""
        case expr.Field(of, name):
            return f"{_inside(of, _POSTFIX)}.{name}"
        case expr.Index(of, at):
            return f"{_inside(of, _POSTFIX)}[{written(at)}]"
        case expr.Call(name, arguments):
            return f"{name}({', '.join(written(it) for it in arguments)})"
        case expr.ListOf(items):
            return f"[{', '.join(written(it) for it in items)}]"
        case expr.Record(entries):
            return "{" + ", ".join(f"{_key(key)}: {written(it)}" for key, it in entries) + "}"
        case expr.Unary("NOT", operand):
            return f"NOT {_inside(operand, _NOT)}"
        case expr.Unary(_, operand):
            return f"-{_inside(operand, _UNARY)}"
        case expr.IsNull(operand, negated):
            return f"{_inside(operand, _SUM)} IS {'NOT ' if negated else ''}NULL"
        case expr.Binary():
            return _binary(node)
        case expr.Quantified(quantifier, name, over, body):
            within = f" IN {_inside(over, _SUM)}" if over is not None else ""
            return f"{quantifier} {name}{within}: {written(body)}"
    assert_never(node)


def _binary(node: expr.Binary) -> str:
    level = _LEVELS.get(node.operator, _COMPARISON)
    # `=>` groups to the right, arithmetic and logic to the left, comparisons not at all.
    left = level + 1 if level in (1, _COMPARISON) else level
    right = level if level == 1 else level + 1
    return f"{_inside(node.left, left)} {node.operator} {_inside(node.right, right)}"


def _inside(node: expr.Expr, least: int) -> str:
    text = written(node)
    return f"({text})" if _level(node) < least else text


def _level(node: expr.Expr) -> int:
    match node:
        case expr.Binary(operator):
            return _LEVELS.get(operator, _COMPARISON)
        case expr.Quantified():
            return 0
        case expr.Unary("NOT"):
            return _NOT
        case expr.Unary():
            return _UNARY
        case expr.IsNull():
            return _COMPARISON
        case _:
            return _POSTFIX


def _constant(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value.translate(_ESCAPES)}'"
        case _:
            return str(value)


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else _constant(key)
