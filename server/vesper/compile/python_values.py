"""Values and the plain parts of a program as Python that makes them again; text only ever as a literal."""

import ast
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from vesper.compile.python_code import Pattern, kit
from vesper.lang.conversion import convert
from vesper.lang.program import Clause, Program
from vesper.lang.types import RecordType, Type
from vesper.values.moment import write_timestamp

_MICROSECOND: Final = timedelta(microseconds=1)


_NONE: Final[Mapping[str, Type]] = {}


def remade(value: object, named: Mapping[str, Type] = _NONE) -> ast.expr:
    """The expression that gives an equal value; `named` are the types that it may speak of."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return ast.Constant(value)
    match value:
        case Decimal():
            return kit("Decimal", ast.Constant(str(value)))
        case datetime():
            return kit("read_timestamp", ast.Constant(write_timestamp(value)))
        case timedelta():
            micro = ast.keyword("microseconds", ast.Constant(value // _MICROSECOND))
            return ast.Call(kit("timedelta").func, [], [micro])
        case Pattern(text):
            return kit("searcher", ast.Constant(text))
        case _:
            return _composed(value, named)


def _composed(value: object, named: Mapping[str, Type]) -> ast.expr:
    """What is made of other values."""
    match value:
        case list():
            return ast.List([remade(it, named) for it in cast("list[object]", value)], ast.Load())
        case tuple():
            items = cast("tuple[object, ...]", value)
            return ast.Tuple([remade(it, named) for it in items], ast.Load())
        case Mapping():
            entries = cast("Mapping[object, object]", value)
            keys, held = entries.keys(), entries.values()
            return ast.Dict([remade(it, named) for it in keys], [remade(it, named) for it in held])
        case RecordType(_, kinds):
            # What the document writes as a default is read by the field's type, once and for all.
            known = dict(kinds)
            found = [(key, convert(it, known[key], named).value) for key, it in value.defaults]
            return _built(replace(value, defaults=cast("Any", tuple(found))), named)
        case _:
            return _built(value, named)


def skeleton(program: Program) -> Program:
    """What the code of a program looks at when something is wrong: all but its steps and conditions."""

    def words(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
        return tuple(replace(it, condition=None, reason="") for it in clauses)

    return replace(
        program, body=(), prologue=0, handlers=(), snapshots=(), entry_reads=(), exit_reads=(),
        constraints=words(program.constraints), preconditions=words(program.preconditions),
        postconditions=words(program.postconditions), invariants=words(program.invariants),
    )  # fmt: skip


def _built(value: object, named: Mapping[str, Type]) -> ast.expr:
    """A value of one of our own classes, without what it has anyway."""
    if not is_dataclass(value):
        raise TypeError(f"no Python for {type(value).__name__}")
    words: list[ast.keyword] = []
    for it in fields(value):
        held: Any = getattr(value, it.name)
        usual: Any = it.default_factory() if it.default_factory is not MISSING else it.default
        if it.init and (usual is MISSING or held != usual or type(held) is not type(usual)):
            words.append(ast.keyword(it.name, remade(held, named)))
    return ast.Call(kit(type(value).__name__).func, [], words)
