"""Walking and changing statements: what they set, what they evaluate."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from vesper.lang.ir import Expr
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Fail,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Program,
    Statement,
    Step,
    Switch,
)

Change = Callable[[Expr], Expr]


def rewritten(it: Statement, change: Change, block: Callable[[Block], Block]) -> Statement:
    """The statement with its own expressions and the blocks in it changed."""
    match it:
        case Assign(name, value):
            return Assign(name, change(value))
        case If(arms, otherwise):
            changed = tuple((change(condition), block(body)) for condition, body in arms)
            return If(changed, block(otherwise))
        case Switch(on, cases, otherwise):
            changed_cases = tuple((value, block(body)) for value, body in cases)
            return Switch(change(on), changed_cases, block(otherwise))
        case Loop():
            collect = change(it.collect) if it.collect is not None else None
            return replace(it, items=change(it.items), body=block(it.body), collect=collect)
        case Parallel(branches):
            return Parallel(tuple((name, block(body)) for name, body in branches))
        case Perform():
            needed = tuple(map(change, it.capabilities))
            return replace(it, arguments=_changed(it.arguments, change), capabilities=needed)
        case Invoke():
            return replace(it, arguments=_changed(it.arguments, change))
        case Answer(side, fields):
            return Answer(side, _changed(fields, change))
        case Fail(code, message, values):
            return Fail(code, change(message), _changed(values, change))
    assert_never(it)


def expressions(program: Program) -> Iterator[Expr]:
    """Every expression of a program."""
    for clause in (
        *program.constraints, *program.preconditions, *program.postconditions, *program.invariants
    ):  # fmt: skip
        if clause.condition is not None:
            yield clause.condition
    yield from (it.value for it in program.snapshots)
    for read in (*program.entry_reads, *program.exit_reads):
        yield from _own(read)
    yield from _of_block(program.body)
    for handler in program.handlers:
        yield from _of_block((*handler.undo, *handler.body))


def names_set(block: Block) -> Iterator[str]:
    """The names that stand for something of its own anywhere in a block, its loops and its handlers."""
    for it in block:
        match it:
            case Assign(name=name) | Perform(output=name) | Invoke(output=name):
                yield name
            case Loop():
                yield from (it.name, it.index, it.output)
            case Step():
                yield from (read.output for read in it.reads)
            case _:
                pass
        for inner in blocks(it):
            yield from names_set(inner)


def blocks(it: Statement | Step) -> Iterator[Block]:
    """The blocks directly inside a statement or step, those of its handlers last."""
    match it:
        case If(arms, otherwise):
            yield from (body for _, body in arms)
            yield otherwise
        case Switch(_, cases, otherwise):
            yield from (body for _, body in cases)
            yield otherwise
        case Parallel(branches):
            yield from (body for _, body in branches)
        case Loop(body=body):
            yield body
        case Step():
            yield it.body
            for handler in it.handlers:
                yield from (handler.undo, handler.body)
        case _:
            pass


def _changed(given: tuple[tuple[str, Expr], ...], change: Change) -> tuple[tuple[str, Expr], ...]:
    return tuple((name, change(it)) for name, it in given)


def _of_block(block: Block) -> Iterator[Expr]:
    for it in block:
        if isinstance(it, Step):
            for read in it.reads:
                yield from _own(read)
            if it.when is not None:
                yield it.when
            yield from (one.condition for one in it.guards if one.condition is not None)
        else:
            yield from _own(it)
        for inner in blocks(it):
            yield from _of_block(inner)


def _own(it: Statement) -> list[Expr]:
    """The expressions of a statement itself."""
    found: list[Expr] = []

    def note(node: Expr) -> Expr:
        found.append(node)
        return node

    rewritten(it, note, lambda block: block)
    return found
