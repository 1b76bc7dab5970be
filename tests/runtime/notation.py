"""Expressions as text, through the grammar and the compiler, on both engines."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from vesper.compile.expressions import Sources, lowered
from vesper.lang import grammar, ir
from vesper.lang.program import Answer, Assign, Block, Handler, If, Input, Output, Program, Step
from vesper.lang.types import ANY, Type
from vesper.runtime.interp import Interpreter
from vesper.runtime.python import Python
from vesper.runtime.request import Ended, Running
from vesper.values.encoding import canonical
from vesper.values.value import Value

FAULT = "$fault"
NOTHING: Mapping[str, Any] = {}


class Unreadable(Exception):
    """A text that is no expression."""


def lower(text: str, kinds: Mapping[str, Type] = NOTHING) -> ir.Expr:
    """The expression as engines run it."""
    parsed = grammar.parse(text)
    if parsed.tree is None or parsed.faults:
        raise Unreadable(parsed.faults[0].message)
    numbers = count()
    sources = Sources(
        lambda name: ir.Load(name, kinds[name]) if name in kinds else None,
        {},
        lambda name: f"${name}_{next(numbers)}",
        lambda: ir.Load("$now"),
    )
    return lowered(parsed.tree, sources)


def both(
    blocks: Sequence[Block],
    names: Mapping[str, Value] = NOTHING,
    kinds: Mapping[str, Type] = NOTHING,
) -> list[Value]:
    """What each block of statements sets `found` to, or `{"$fault": code}`; both engines must agree exactly.

    All are steps of one program: a fault goes to a handler, which keeps its code.
    """
    steps: list[Step] = []
    for at, block in enumerate(blocks):
        kept = ir.RecordOf(((FAULT, ir.GetField(ir.Load("$failure"), "code")),))
        caught = Handler(body=(Assign("found", kept),), goes_on=True)
        steps.append(Step(f"step_{at}", f"step_{at}", "compute", block, handlers=(caught,)))
        steps.append(
            Step(f"keep_{at}", f"keep_{at}", "compute", (Assign(f"r{at}", ir.Load("found")),))
        )
    fields = tuple((f"r{at}", ir.Load(f"r{at}")) for at in range(len(blocks)))
    steps.append(Step("done", "done", "return", (Answer("success", fields),)))
    program = Program(
        node_id="expressions_v1", kind="function", intent="", digest="",
        inputs=tuple(Input(it, kinds.get(it, ANY)) for it in names),
        success=tuple(Output(name, ANY) for name, _ in fields), error=(), error_codes=(), body=tuple(steps),
    )  # fmt: skip
    ended = [finished(it.begin(program, names)) for it in (Interpreter(), Python())]
    outputs = [it.output for it in ended]
    assert outputs[0] is not None, ended[0].error
    assert outputs[1] is not None, ended[1].error
    told = [[canonical(it[name]) for name, _ in fields] for it in outputs if it is not None]
    assert told[0] == told[1]
    assert ended[0].operations == ended[1].operations
    return [outputs[0][name] for name, _ in fields]


def finished(running: Running) -> Ended:
    """How a program ends that asks for nothing."""
    try:
        asked = next(running)
    except StopIteration as ended:
        return ended.value
    raise AssertionError(asked)


def value_of(text: str, kinds: Mapping[str, Type] = NOTHING) -> Block:
    """The block that sets `found` to the value of an expression."""
    return (Assign("found", lower(text, kinds)),)


def choice(when: str, then: str, otherwise: str, kinds: Mapping[str, Type] = NOTHING) -> Block:
    """The block that sets `found` to one of two values."""
    return (If(((lower(when, kinds), value_of(then, kinds)),), value_of(otherwise, kinds)),)
