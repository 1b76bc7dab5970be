"""A program as a Python file of its own, which needs `vesper.runtime` and nothing else."""

import ast
import hashlib
import textwrap
from collections.abc import Iterator
from typing import Final

from vesper.compile.python import Code, written
from vesper.compile.python_code import Names, assign, call, compare, load, of_kit
from vesper.compile.python_layout import laid_out
from vesper.compile.python_values import remade, skeleton
from vesper.lang.program import Input, Program
from vesper.lang.types import Array, Enum, MapType, Nullable, Primitive, RecordType, Type, settled

HEADER: Final = "# AUTO-GENERATED - DO NOT EDIT\n"
_TYPES: Final = {
    "string": "str", "integer": "int", "boolean": "bool", "bytes": "bytes", "decimal": "kit.Decimal",
    "timestamp": "kit.datetime", "duration": "kit.timedelta", "null": "None",
}  # fmt: skip


def file_of(program: Program) -> str:
    """The text of the file; its second line is the digest of all below."""
    body = laid_out(module_of(program))
    return f"{HEADER}# digest {_digest(body)}\n{body}"


def is_as_written(text: str) -> bool:
    """Whether a text is a file that `file_of` gave, and nobody has edited it since."""
    header, _, rest = text.partition("# digest ")
    digest, _, body = rest.partition("\n")
    return header == HEADER and digest == _digest(body)


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def module_of(program: Program) -> ast.Module:
    """The same as a tree."""
    code = written(program)
    names = Names()
    body: list[ast.stmt] = [
        ast.Expr(ast.Constant(_module_text(program))),
        ast.ImportFrom("__future__", [ast.alias("annotations")], 0),
        ast.ImportFrom("vesper.runtime", [ast.alias("kit"), ast.alias("standalone")], 0),
    ]
    body += [assign(name, remade(value, program.named)) for name, value in code.constants.items()]
    body.append(assign("NODE", remade(skeleton(program), program.named)))
    body.append(_annotated(code))
    body.append(_called(program, code, names))
    body.append(_as_command(program, code))
    return ast.Module(body, [])


def _module_text(program: Program) -> str:
    intent = " ".join(program.intent.split())
    return f"{intent}\n\nThe node {program.node_id}, made by `vesper compile`.\n"


def _annotated(code: Code) -> ast.FunctionDef:
    """The function with the types of what goes in and comes out."""
    function = code.function
    what, site = function.args.args
    what.annotation = ast.parse("kit.Mapping[str, kit.Value]", mode="eval").body
    site.annotation = load("str")
    function.args.defaults = [ast.Constant("")]
    function.returns = of_kit("Ended" if code.is_pure else "Running")
    text = "What a run does; it ends with an answer or an error, and raises neither."
    if not code.is_pure:
        text = "What a run asks for, one request after the other, and how it ends."
    function.body.insert(0, ast.Expr(ast.Constant(text)))
    return function


def _called(program: Program, code: Code, names: Names) -> ast.FunctionDef:
    """The node as a function that takes its inputs by name and returns its success."""
    called = {it.name: names.fresh(it.name) for it in program.inputs}
    ordered = sorted(program.inputs, key=lambda it: not it.required)
    given = ast.Dict(
        [ast.Constant(it.name) for it in program.inputs],
        [load(called[it.name]) for it in program.inputs],
    )
    first = (
        []
        if code.is_pure
        else [ast.arg("handler", ast.parse("standalone.Handler", mode="eval").body)]
    )
    arguments = ast.arguments(
        [],
        first,
        None,
        [ast.arg(called[it.name], _hint(it.type, program)) for it in ordered],
        [None if it.required else _default(it) for it in ordered],
        None,
        [],
    )
    ended: ast.expr = call("run", given)
    if not code.is_pure:
        ended = _standalone("drive", ended, load("handler"))
    body: list[ast.stmt] = [
        ast.Expr(ast.Constant("\n".join(_about(program, code, called)))),
        ast.Return(_standalone("output", ended)),
    ]
    returns = ast.parse("dict[str, kit.Value]", mode="eval").body
    return ast.FunctionDef(names.fresh(program.node_id), arguments, body, [], returns, lineno=0)


def _default(it: Input) -> ast.expr:
    return remade(it.default)


def _about(program: Program, code: Code, called: dict[str, str]) -> Iterator[str]:
    """The docstring: the intent, what goes in, what comes out."""
    yield " ".join(program.intent.split())
    if not code.is_pure:
        yield ""
        yield "    `handler` answers what the run asks for: effects, and calls of other nodes."
    if any(it.description for it in program.inputs):
        yield ""
    for it in program.inputs:
        if it.description:
            said = f"{called[it.name]}: {' '.join(it.description.split())}"
            yield textwrap.fill(said, 88, initial_indent="    ", subsequent_indent="        ")
    yield ""
    yield "    An error of the node is raised as `standalone.NodeError`."
    yield "    "


def _as_command(program: Program, code: Code) -> ast.If:
    """`python file.py amount=99.90`."""
    test = compare(load("__name__"), ast.Eq(), ast.Constant("__main__"))
    leave = ast.Raise(call("SystemExit", _standalone("main", load("NODE"), load("run"))), None)
    return ast.If(test, [leave], [])


def _standalone(name: str, *given: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(load("standalone"), name, ast.Load()), list(given), [])


def _hint(kind: Type, program: Program) -> ast.expr:
    """The type as Python has it."""
    return ast.parse(_hinted(kind, program), mode="eval").body


def _hinted(kind: Type, program: Program, depth: int = 0) -> str:
    match settled(kind, program.named):
        case Primitive(name):
            return _TYPES.get(name, "kit.Value")
        case Enum():
            return "str"
        case Nullable(of):
            return f"{_hinted(of, program, depth)} | None"
        case Array(item) if depth < 3:
            return f"list[{_hinted(item, program, depth + 1)}]"
        case MapType(_, value) if depth < 3:
            return f"dict[str, {_hinted(value, program, depth + 1)}]"
        case RecordType():
            return "dict[str, kit.Value]"
        case _:
            return "kit.Value"
