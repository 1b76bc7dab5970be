"""A node as a Python file: what a document says is never code in it."""

import ast
import builtins
import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.compile.documents import document
from tests.runtime.corpus import program as made
from vesper.compile.lower import lower, node_ids
from vesper.compile.optimize import optimized
from vesper.compile.python import written
from vesper.compile.python_file import HEADER, file_of, module_of
from vesper.lang.check import Analysis
from vesper.lang.program import Program
from vesper.runtime import kit, standalone

EXAMPLES = Path(__file__).parents[2] / "examples"
MARK = "PWNED"
ATTACKS = [
    f'"""\nimport builtins; builtins.{MARK} = 1\n"""',
    f"'); import builtins; builtins.{MARK} = 1 #",
    f"\\\nraise SystemExit('{MARK}')\n\\",
    f'\\"""\\{MARK}\\',
    f"{{__import__('builtins').{MARK}}}",
    f"\u202e\u2028\x00\x1b[31m{MARK}\r\n\ud800",
    f"''' {MARK} ''' \\'\\'\\' \\N{{BULLET}} \\u0022 %s {{0}}",
    f"#{MARK}\n# AUTO-GENERATED",
]
"""What a text may try to be instead of a text."""
STRUCTURE = {"operator", "side", "function", "quantifier", "kind", "audit"}
"""Fields whose words the language has, whatever a document says."""
PLAIN_TYPES = {
    "string",
    "integer",
    "decimal",
    "boolean",
    "any",
    "timestamp",
    "duration",
    "bytes",
    "null",
}
ALLOWED = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.For,
    ast.While, ast.If, ast.Raise, ast.Try, ast.ExceptHandler, ast.ImportFrom, ast.alias, ast.Expr, ast.Pass,
    ast.Break, ast.Continue, ast.Nonlocal, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Lambda, ast.IfExp,
    ast.Dict, ast.ListComp, ast.comprehension, ast.Compare, ast.Call, ast.keyword, ast.Constant,
    ast.Attribute, ast.Subscript, ast.Name, ast.List, ast.Tuple, ast.Yield, ast.YieldFrom, ast.NamedExpr,
    ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
BUILT_IN = {
    "all", "any", "dict", "enumerate", "format", "int", "isinstance", "len", "list", "max", "min", "sorted",
    "str", "tuple", "type", "bool", "set", "SystemExit", "__name__",
}  # fmt: skip


def programs() -> Iterator[Any]:
    """Every node of the examples, and some made from seeds."""
    for path in sorted(EXAMPLES.glob("*.vsp")):
        analysis = Analysis(path.read_text(encoding="utf-8"), "vsp")
        for node_id in node_ids(analysis):
            yield pytest.param(lambda it=analysis, name=node_id: lower(it, name), id=node_id)
    for seed in range(12):
        yield pytest.param(lambda seed=seed: made(seed)[0], id=f"seed {seed}")


PROGRAMS = list(programs())


def attacked(value: Any, attack: str, name: str = "") -> Any:
    """The same with the attack in every text that a document may write."""
    if isinstance(value, str):
        is_word = name in STRUCTURE or (name == "name" and value in PLAIN_TYPES | {"array", "set"})
        return value if is_word else f"{value}{attack}"
    if isinstance(value, tuple):
        return tuple(attacked(it, attack, name) for it in cast("tuple[Any, ...]", value))
    if isinstance(value, list):
        return [attacked(it, attack, name) for it in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {attacked(key, attack): attacked(it, attack) for key, it in entries}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            it.name: attacked(getattr(value, it.name), attack, it.name) for it in fields(value)
        }
        return replace(value, **changes)
    return value


@pytest.mark.parametrize(
    ("program", "attack"),
    [(it.values[0], "".join(ATTACKS)) for it in PROGRAMS]
    + [(it.values[0], attack) for it in PROGRAMS[::11] for attack in ATTACKS],
)
def test_a_text_of_a_document_is_a_literal_and_never_code(
    program: Callable[[], Program], attack: str
):
    text = file_of(attacked(program(), attack))
    assert text.startswith(HEADER)
    tree = ast.parse(text)
    assert {type(it).__name__ for it in ast.walk(tree) if not isinstance(it, ALLOWED)} == set()
    for it in ast.walk(tree):
        words = [getattr(it, name, None) or "" for name in ("id", "attr", "arg", "name")]
        assert all(word.isascii() and (not word or word.isidentifier()) for word in words)
        assert not (isinstance(it, ast.Attribute) and it.attr.startswith("_"))
    stored = {
        it.id
        for it in ast.walk(tree)
        if isinstance(it, ast.Name) and not isinstance(it.ctx, ast.Load)
    }
    stored |= {it.arg for it in ast.walk(tree) if isinstance(it, ast.arg)}
    stored |= {it.name for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)}
    stored |= {it.name for it in ast.walk(tree) if isinstance(it, ast.ExceptHandler) and it.name}
    loaded = {it.id for it in ast.walk(tree) if isinstance(it, ast.Name)} - stored
    assert loaded <= BUILT_IN | {"kit", "standalone"}
    names: dict[str, Any] = {"__name__": "generated"}
    exec(
        compile(
            text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass"), "it", "exec"
        ),
        names,
    )
    assert not hasattr(builtins, MARK)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_text_of_a_file_is_read_as_what_was_built(program: Callable[[], Program]):
    it = optimized(program()).program
    built = ast.fix_missing_locations(module_of(it))
    assert ast.dump(ast.parse(file_of(it))) == ast.dump(ast.parse(ast.unparse(built)))
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(file_of(it), "it", "exec"), names)
    for key, value in written(it).constants.items():
        if key.startswith(("TYPE", "RETRY", "NUMBER", "ITEMS", "RECORD", "MOMENT", "UNIT")):
            assert names[key] == value
            assert repr(names[key]) == repr(value)


ODD_NAMES = [
    "class", "None", "self", "kit", "import", "run", "given", "site", "ops", "at", "broken", "match", "type",
    "_", "print", "NODE", "standalone", "error", "len", "async", "lambda", "True_", "fits", "Value", "x__y",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_input_may_be_called_anything_that_the_language_allows(name: str):
    text = document(
        f"""
        - step: {json.dumps(name)}
          operation: arithmetic
          expression: "{name} * 2"
          output: {name}_2
        - step: done
          operation: return
          return_success: {{result: "{{{name}_2}}"}}
        """,
        outputs="result: integer",
        inputs=f"{json.dumps(name)}: integer",
    )
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(file_of(lower(text)), "it", "exec"), names)
    assert names["run"]({name: 21}).output == {"result": 42}


def test_a_pure_node_is_a_function_with_types_and_its_intent():
    text = (EXAMPLES / "greeting.vsp").read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(file_of(lower(text)), "it", "exec"), names)
    greeting = names["greeting_v1"]
    assert greeting(name="Ada") == {"greeting": "Hello, Ada!"}
    assert greeting.__doc__.startswith("Greet a person by name, in the language they like")
    assert greeting.__annotations__ == {
        "name": "str",
        "language": "str",
        "return": "dict[str, kit.Value]",
    }
    with pytest.raises(standalone.NodeError) as raised:
        greeting(name=" ")
    assert raised.value.code == "name_missing"


def test_a_node_with_effects_takes_a_handler_that_answers_them():
    text = document(
        """
        - step: tell
          operation: log
          message: "about {a}"
        - step: done
          operation: return
          return_success: {result: "{a}"}
        """,
        outputs="result: integer",
        security="capabilities_required: [log.write]",
    )
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(file_of(lower(text)), "it", "exec"), names)
    asked: list[Any] = []
    assert names["it_v1"](asked.append, a=3) == {"result": 3}
    assert [it.operation for it in asked] == ["log"]
    assert isinstance(asked[0], kit.Effect)
