"""How a run takes its inputs in, as Python: what is a value of its type already is looked at in place."""

import ast
from collections.abc import Mapping

from vesper.compile.python_code import (
    Writer,
    all_of,
    assign,
    attempt,
    call,
    compare,
    is_none,
    kit,
    load,
    method,
    negated,
    of_kit,
    store,
    subscript,
    when,
)
from vesper.compile.python_expressions import constant
from vesper.compile.python_kinds import is_same, kept, kind_of, nullable
from vesper.lang.program import Input, Program
from vesper.lang.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    DURATION,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Enum,
    Nullable,
    RecordType,
    Type,
    settled,
)
from vesper.values.value import INT_MAX, INT_MIN

_DEEPEST = 4


def take_inputs(w: Writer, program: Program) -> None:
    """Write how the inputs are taken in: in place where all of them fit, else with all that is wrong told."""
    called = {it.name: w.set_name(it.name, _kind(it, program)) for it in program.inputs}
    slow = _convert(program, called)
    tests = [_test(w, it, called[it.name], program.named) for it in program.inputs]
    if any(test is None for test in tests):
        w.emit(*slow)
        return
    if not tests:
        w.emit(when(load("given"), slow))
        return
    fast = _present(program)
    for it, test in zip(program.inputs, tests, strict=True):
        if test is not None:
            fast.append(assign(called[it.name], _given(w, it)))
    known = [test for test in tests if test is not None]
    fast.append(assign("fits", all_of([load("fits"), *known])))
    w.emit(
        attempt(fast, "", [assign("fits", ast.Constant(False))]), when(negated(load("fits")), slow)
    )


def _kind(it: Input, program: Program) -> Type:
    found = kept(it.type, program.named)
    if it.required:
        return found
    if it.default is None:
        return nullable(found)
    return found if is_same(kind_of(it.default), it.type, program.named) else ANY


def _convert(program: Program, called: Mapping[str, str]) -> list[ast.stmt]:
    """Every input converted to its type, and what is wrong told."""
    problems = ast.Attribute(load("taken"), "problems", ast.Load())
    values = ast.Attribute(load("taken"), "values", ast.Load())
    refused = ast.Return(kit("refused_inputs", problems))
    return [
        assign("taken", kit("take_inputs", load("NODE"), load("given"))),
        when(problems, [refused]),
        *(
            assign(name, subscript(values, ast.Constant(key)))
            for key, name in called.items()
        ),
    ]  # fmt: skip


def _present(program: Program) -> list[ast.stmt]:
    """Whether there is no input that the program does not have."""
    count: ast.expr = ast.Constant(sum(it.required for it in program.inputs))
    for it in program.inputs:
        if not it.required:
            is_there = compare(ast.Constant(it.name), ast.In(), load("given"))
            count = ast.BinOp(count, ast.Add(), is_there)
    return [assign("fits", compare(call("len", load("given")), ast.Eq(), count))]


def _given(w: Writer, it: Input) -> ast.expr:
    if it.required:
        return subscript(load("given"), ast.Constant(it.name))
    default = constant(w, it.default)
    return method(load("given"), "get", ast.Constant(it.name), default)


def _test(w: Writer, it: Input, name: str, named: Mapping[str, Type]) -> ast.expr | None:
    """Whether a value is one of the type as it is; None for types that are looked at one by one."""
    kind = settled(it.type, named)
    if kind == DECIMAL:
        # Made plain as it is looked at: without the sign of a zero, exact or an exception.
        plain = ast.NamedExpr(store(name), kit("plus", load(name)))
        found: ast.expr | None = all_of(
            [_is_a(load(name), of_kit("Decimal")), method(plain, "is_finite")]
        )
    else:
        found = is_value(w, load(name), it.type, named)
    if found is None or it.required or it.default is not None or isinstance(kind, Nullable):
        return found
    # Null is what is there when nothing is given, and no value of the type when it is.
    absent = compare(ast.Constant(it.name), ast.NotIn(), load("given"))
    return ast.BoolOp(ast.Or(), [found, all_of([is_none(load(name)), absent])])


def is_value(
    w: Writer, of: ast.expr, declared: Type, named: Mapping[str, Type], depth: int = 0
) -> ast.expr | None:
    """The test whether a value is one of a type, with nothing to convert."""
    kind = settled(declared, named)
    if depth > _DEEPEST:
        return None
    match kind:
        case Nullable(inner):
            found = is_value(w, of, inner, named, depth)
            return None if found is None else ast.BoolOp(ast.Or(), [is_none(of), found])
        case Array(item, "array"):
            return _is_list(w, of, item, named, depth)
        case RecordType(_, fields):
            return _is_record(w, of, fields, named, depth)
        case Enum(words):
            among = tuple_of_words(words)
            is_word = compare(of, ast.In(), among) if words else method(of, "isascii")
            return all_of([_is_a(of, load("str")), is_word])
        case _:
            return _is_plain(of, kind)


def tuple_of_words(words: tuple[str, ...]) -> ast.expr:
    """The words of an enum."""
    return ast.Tuple([ast.Constant(it) for it in words], ast.Load())


def _is_a(of: ast.expr, kind: ast.expr) -> ast.expr:
    return compare(call("type", of), ast.Is(), kind)


def _is_plain(of: ast.expr, kind: Type) -> ast.expr | None:
    """Numbers, texts, moments."""
    if kind == STRING:
        return all_of([_is_a(of, load("str")), method(of, "isascii")])
    if kind == INTEGER:
        low, high = ast.Constant(INT_MIN), ast.Constant(INT_MAX)
        within = ast.Compare(low, [ast.LtE(), ast.LtE()], [of, high])
        return all_of([_is_a(of, load("int")), within])
    if kind == DECIMAL:
        is_whole = negated(is_none(kit("plain", of)))
        no_minus = ast.BoolOp(ast.Or(), [of, negated(method(of, "is_signed"))])
        return all_of([_is_a(of, of_kit("Decimal")), method(of, "is_finite"), is_whole, no_minus])
    if kind == BOOLEAN:
        return _is_a(of, load("bool"))
    if kind == TIMESTAMP:
        zone = compare(ast.Attribute(of, "tzinfo", ast.Load()), ast.Is(), of_kit("UTC"))
        return all_of([_is_a(of, of_kit("datetime")), zone])
    if kind == DURATION:
        return _is_a(of, of_kit("timedelta"))
    return None


def _is_list(
    w: Writer, of: ast.expr, item: Type, named: Mapping[str, Type], depth: int
) -> ast.expr | None:
    name = w.names.fresh("one")
    test = is_value(w, load(name), item, named, depth + 1)
    if test is None:
        return None
    each = ast.ListComp(test, [ast.comprehension(store(name), of, [], 0)])
    alike = compare(ast.Constant(False), ast.NotIn(), each)
    return all_of([_is_a(of, load("list")), alike])


def _is_record(
    w: Writer, of: ast.expr, fields: tuple[tuple[str, Type], ...], named: Mapping[str, Type], depth: int
) -> ast.expr | None:  # fmt: skip
    size = compare(call("len", of), ast.Eq(), ast.Constant(len(fields)))
    tests: list[ast.expr] = [_is_a(of, load("dict")), size]
    for key, kind in fields:
        name = w.names.fresh(key)
        found = is_value(w, load(name), kind, named, depth + 1)
        if found is None or key == "...":
            return None
        tests.append(_fetched(found, name, subscript(of, ast.Constant(key))))
    return all_of(tests)


def _fetched(test: ast.expr, name: str, of: ast.expr) -> ast.expr:
    """The test, with the value put into its name where it is looked at first."""
    waiting = [of]

    class Fetching(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id != name or not waiting:
                return node
            return ast.NamedExpr(store(name), waiting.pop())

    return Fetching().visit(test)
