"""Code as text that people like to read: lines that fit, and an empty line before each step.

Nothing of it can change what the code means: what comes out is read again and compared.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

_WIDTH: Final = 99
_INDENT: Final = "    "
_MARK: Final = "at"
"""The name that is set where a step begins."""


def laid_out(module: ast.Module) -> str:
    """The text of a module. ValueError where it would not mean the same, which nothing known does."""
    ast.fix_missing_locations(module)
    text = "\n".join(_module(module)) + "\n"
    if ast.dump(ast.parse(text)) != ast.dump(ast.parse(ast.unparse(module))):
        raise ValueError("the code cannot be written so that it is read as it is")
    return text


def _module(module: ast.Module) -> Iterator[str]:
    before: ast.stmt | None = None
    for it in module.body:
        if isinstance(it, ast.FunctionDef) or isinstance(before, ast.FunctionDef):
            yield from ("", "")
        elif before is not None and type(before) is not type(it):
            yield ""
        yield from _statement(it, "")
        before = it


def _block(body: Sequence[ast.stmt], indent: str) -> Iterator[str]:
    for number, it in enumerate(body):
        if number and (_begins_step(it) or isinstance(it, ast.FunctionDef)):
            yield ""
        if number == 0 and isinstance(it, ast.Expr) and _is_text(it.value):
            yield from _docstring(it.value, indent)
        else:
            yield from _statement(it, indent)


def _statement(it: ast.stmt, indent: str) -> Iterator[str]:
    """A statement with what is inside of it."""
    match it:
        case ast.FunctionDef():
            yield from _head(it, indent)
            yield from _block(it.body, indent + _INDENT)
        case ast.If():
            yield from _choice(it, indent, "if")
        case ast.For(target, over, body):
            yield from _opened(f"for {ast.unparse(target)} in ", over, indent)
            yield from _block(body, indent + _INDENT)
        case ast.While(test, body):
            yield from _opened("while ", test, indent)
            yield from _block(body, indent + _INDENT)
        case ast.Try():
            yield from _attempt(it, indent)
        case _:
            yield from _simple(it, indent)


def _simple(it: ast.stmt, indent: str) -> Iterator[str]:
    """A statement without others inside."""
    match it:
        case ast.Assign([ast.Name(name)], ast.Yield(ast.expr() as value)):
            yield from _long(f"{name} = yield ", value, indent)
        case ast.Expr(ast.Yield(ast.expr() as value)):
            yield from _long("yield ", value, indent)
        case ast.Assign([ast.Name(name)], value):
            yield from _long(f"{name} = ", value, indent)
        case ast.Return(ast.expr() as value):
            yield from _long("return ", value, indent)
        case ast.Raise(ast.expr() as value, None):
            yield from _long("raise ", value, indent)
        case ast.Expr(value) if _is_text(value):
            yield from _docstring(value, indent)
        case ast.Expr(value):
            yield from _long("", value, indent)
        case _:
            yield from (indent + line for line in ast.unparse(it).splitlines())


def _head(it: ast.FunctionDef, indent: str) -> Iterator[str]:
    """`def name(...):`, one parameter a line where they are many."""
    returns = f" -> {ast.unparse(it.returns)}" if it.returns is not None else ""
    parameters = [*_parameters(it.args)]
    first = f"{indent}def {it.name}({', '.join(parameters)}){returns}:"
    if len(first) <= _WIDTH:
        yield first
        return
    yield f"{indent}def {it.name}("
    yield from (f"{indent}{_INDENT}{line}," for line in parameters)
    yield f"{indent}){returns}:"


def _parameters(given: ast.arguments) -> Iterator[str]:
    first = len(given.args) - len(given.defaults)
    for number, it in enumerate(given.args):
        default = given.defaults[number - first] if number >= first else None
        yield _parameter(it, default)
    if given.kwonlyargs:
        yield "*"
    for it, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _parameter(it, default)


def _parameter(it: ast.arg, default: ast.expr | None) -> str:
    text = f"{it.arg}: {ast.unparse(it.annotation)}" if it.annotation is not None else it.arg
    equals = " = " if it.annotation is not None else "="
    return text if default is None else f"{text}{equals}{ast.unparse(default)}"


def _choice(it: ast.If, indent: str, word: str) -> Iterator[str]:
    yield from _opened(f"{word} ", it.test, indent)
    yield from _block(it.body, indent + _INDENT)
    match it.orelse:
        case []:
            pass
        case [ast.If() as other]:
            yield from _choice(other, indent, "elif")
        case _:
            yield f"{indent}else:"
            yield from _block(it.orelse, indent + _INDENT)


def _attempt(it: ast.Try, indent: str) -> Iterator[str]:
    inner = indent + _INDENT
    yield f"{indent}try:"
    yield from _block(it.body, inner)
    for one in it.handlers:
        kind = f" {ast.unparse(one.type)}" if one.type is not None else ""
        yield f"{indent}except{kind}{f' as {one.name}' if one.name else ''}:"
        yield from _block(one.body, inner)
    for word, body in (("else", it.orelse), ("finally", it.finalbody)):
        if body:
            yield f"{indent}{word}:"
            yield from _block(body, inner)


def _opened(before: str, value: ast.expr, indent: str) -> Iterator[str]:
    """The first line of a block."""
    text = _one_line(value)
    if len(indent) + len(before) + len(text) < _WIDTH:
        yield f"{indent}{before}{text}:"
        return
    yield f"{indent}{before}("
    yield from _parted(value, indent + _INDENT, "")
    yield f"{indent}):"


def _long(before: str, value: ast.expr, indent: str) -> Iterator[str]:
    """A statement on one line, or its value taken apart."""
    text = _one_line(value)
    if len(indent) + len(before) + len(text) <= _WIDTH or not _has_parts(value):
        yield f"{indent}{before}{text}"
        return
    if isinstance(value, ast.BoolOp | ast.BinOp | ast.IfExp | ast.Compare):
        yield f"{indent}{before}("
        yield from _parted(value, indent + _INDENT, "")
        yield f"{indent})"
        return
    lines = list(_parted(value, indent, ""))
    yield f"{indent}{before}{lines[0].lstrip()}"
    yield from lines[1:]


def _has_parts(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return bool(value.elts)
    return isinstance(
        value, ast.Call | ast.Dict | ast.List | ast.BoolOp | ast.BinOp | ast.IfExp | ast.Compare
    )


def _parted(value: ast.expr, indent: str, end: str) -> Iterator[str]:
    """The value over several lines, where it does not fit on one."""
    text = _one_line(value)
    inner = indent + _INDENT
    if len(indent) + len(text) + len(end) <= _WIDTH:
        yield f"{indent}{text}{end}"
        return
    match value:
        case ast.Call(function, arguments, words) if arguments or words:
            yield f"{indent}{ast.unparse(function)}("
            for it in arguments:
                yield from _parted(it, inner, ",")
            for it in words:
                yield from _named(f"{it.arg}=", it.value, inner)
            yield f"{indent}){end}"
        case ast.Dict(keys, values):
            yield f"{indent}{{"
            for key, it in zip(keys, values, strict=True):
                yield from _named(f"{ast.unparse(key) if key else '**'}: ", it, inner)
            yield f"{indent}}}{end}"
        case ast.List(items) | ast.Tuple(items) if items:
            opening, closing = "[]" if isinstance(value, ast.List) else "()"
            yield indent + opening
            yield from (line for it in items for line in _parted(it, inner, ","))
            yield f"{indent}{closing}{end}"
        case ast.BoolOp(operator, sides) if not end:
            yield from _sides(sides, "and" if isinstance(operator, ast.And) else "or", indent)
        case _:
            yield f"{indent}{text}{end}"


def _sides(sides: Sequence[ast.expr], word: str, indent: str) -> Iterator[str]:
    for number, it in enumerate(sides):
        text = _one_line(it)
        begin = f"{indent}{word} " if number else indent
        if isinstance(it, ast.BoolOp) and len(begin) + len(text) > _WIDTH:
            yield f"{begin}("
            yield from _parted(it, indent + _INDENT, "")
            yield f"{indent})"
            continue
        text = f"({text})" if isinstance(it, ast.BoolOp | ast.IfExp) else text
        yield f"{begin}{text}"


def _named(name: str, value: ast.expr, indent: str) -> Iterator[str]:
    lines = list(_parted(value, indent, ","))
    lines[0] = indent + name + lines[0].lstrip()
    yield from lines


def _one_line(value: ast.expr) -> str:
    text = ast.unparse(value)
    return f"({text})" if isinstance(value, ast.NamedExpr) else text


def _begins_step(it: ast.stmt) -> bool:
    return (
        isinstance(it, ast.Assign)
        and isinstance(it.targets[0], ast.Name)
        and it.targets[0].id == _MARK
        and not (isinstance(it.value, ast.Constant) and it.value.value is None)
    )


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _docstring(value: ast.expr, indent: str) -> Iterator[str]:
    """A text with its lines as lines, whatever it holds."""
    text = value.value if isinstance(value, ast.Constant) else ""
    lines = "".join(_escaped(it) for it in str(text)).split("\n")
    first, *others = lines
    if others:
        yield f'{indent}"""{first}'
        yield from others[:-1]
        yield f'{others[-1]}"""'
    else:
        yield f'{indent}"""{first}"""'


def _escaped(sign: str) -> str:
    if sign == "\n" or (sign.isprintable() and sign not in '\\"'):
        return sign
    if sign in '\\"':
        return "\\" + sign
    point = ord(sign)
    return f"\\U{point:08x}" if point > 0xFFFF else f"\\u{point:04x}"
