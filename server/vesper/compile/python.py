"""A program made into Python: one function that takes inputs and comes to how the run ended.

A program that asks for nothing is a plain function, any other a generator of requests. The module has
`NODE`, what the function looks at when something is wrong, and in the observed form `STEPS`.
"""

import ast
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from vesper.compile.python_clauses import Clauses, judge_entry
from vesper.compile.python_code import (
    Writer,
    assign,
    attempt,
    call,
    kit,
    load,
    of_kit,
    tuple_of,
    when,
)
from vesper.compile.python_endings import Endings
from vesper.compile.python_expressions import FORMS
from vesper.compile.python_flow import (
    Flow,
    Place,
    statement,
    write_answer,
    write_assign,
    write_fail,
    write_if,
    write_invoke,
    write_perform,
    write_switch,
)
from vesper.compile.python_inputs import take_inputs
from vesper.compile.python_loops import write_loop, write_parallel
from vesper.compile.python_steps import write_guarded, write_step
from vesper.lang.program import (
    Answer,
    Assign,
    Fail,
    If,
    Invoke,
    Loop,
    Parallel,
    Perform,
    Program,
    Snapshot,
    Step,
    Switch,
    steps_of,
)

_WRITERS: Final = {
    Assign: write_assign, If: write_if, Switch: write_switch, Loop: write_loop, Parallel: write_parallel,
    Perform: write_perform, Invoke: write_invoke, Answer: write_answer, Fail: write_fail, Step: write_step,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """What a program was made into."""

    function: ast.FunctionDef
    """`run(given, site)`, and `watcher` behind them in the observed form."""
    constants: dict[str, object]
    """What the module's names hold that the function uses."""
    steps: tuple[Step, ...]
    """In the observed form: `STEPS`."""
    is_pure: bool
    """Whether the function is a plain one."""


def written(program: Program, *, is_watched: bool = False) -> Code:
    """The function of a program; with `is_watched` one that tells a watcher what it does."""
    w = Writer(FORMS, limit=program.limits.operations)
    facts = frozenset(
        it.output for it in (*program.entry_reads, *program.exit_reads) if it.operation == "fact"
    )
    steps = [*steps_of(program)]
    may_skip = any(it.condition is None for step in steps for it in step.guards)
    clauses = Clauses(program, facts, may_skip)
    endings = Endings(program, clauses)
    paths = Counter(it.path for it in steps)
    twice = frozenset(path for path, count in paths.items() if count > 1)
    flow = Flow(program, w, _WRITERS, endings.settle, endings.settle_any, is_watched, twice)
    with w.inside() as body:
        _run(flow, endings)
    return Code(_function(flow, clauses, body), w.constants, tuple(flow.steps), not flow.asks)


def _run(flow: Flow, endings: Endings) -> None:
    """What a run does, in order."""
    w, program = flow.w, flow.program
    take_inputs(w, program)
    endings.reads(flow, program.entry_reads, "entry")
    judge_entry(flow, endings.clauses)
    flow.is_prologue = bool(
        program.constraints or program.preconditions or endings.clauses.at_entry
    )
    _snapshots(flow, program.snapshots)
    for number, it in enumerate(program.body):
        if number == program.prologue:
            _end_prologue(flow, endings)
        if flow.is_dead:
            return
        if program.handlers:
            write_guarded(flow, it, Place(is_loose=True))
        else:
            statement(flow, it, Place(is_loose=True))
    if program.prologue >= len(program.body):
        _end_prologue(flow, endings)
    if not flow.is_dead:
        w.emit(assign("at", ast.Constant(None)))
        endings.fall_off(flow)


def _end_prologue(flow: Flow, endings: Endings) -> None:
    """Nothing behind the leading validations runs when the caller broke a clause."""
    if flow.is_prologue and not flow.is_dead:
        flow.w.emit(when(load("broken"), [endings.refused(flow)]))
        for it in flow.program.snapshots:
            flow.w.scope[it.name] = replace(flow.w.scope[it.name], is_sure=True)
    flow.is_prologue = False


def _snapshots(flow: Flow, snapshots: tuple[Snapshot, ...]) -> None:
    w = flow.w
    if not snapshots:
        return
    with w.inside() as code:
        for it in snapshots:
            outer, w.is_risky = w.is_risky, False
            with w.inside() as before:
                piece = w.expression(it.value)
            is_risky, w.is_risky = w.is_risky or piece.faults, outer
            name = w.set_name(it.name, piece.kind, is_sure=not flow.is_prologue)
            if flow.is_prologue:
                w.frame.unset[name] = None
            asked = [*before, assign(name, piece.node)]
            if not is_risky:
                w.emit(*asked)
                continue
            w.scope[it.name] = replace(w.scope[it.name], is_held=True)
            w.emit(attempt(asked, "error", [assign(name, kit("verdict", load("error")))]))
    w.emit(when(ast.UnaryOp(ast.Not(), load("broken")), code))


def _function(flow: Flow, clauses: Clauses, body: list[ast.stmt]) -> ast.FunctionDef:
    """The function around what a run does: whatever fails in it, and nothing handled, is its error."""
    nothing: list[ast.expr] = []
    first: list[ast.stmt] = [assign("ops", ast.Constant(0)), assign("at", ast.Constant(None))]
    is_open = clauses.is_open
    first.append(assign("unchecked", ast.List(nothing, ast.Load()) if is_open else tuple_of([])))
    first.append(assign("broken", ast.List([], ast.Load())))
    checked: ast.expr = load("checked")
    if is_open:
        first += [assign("judged", call("set")), assign("unknown", call("set"))]
        checked = call("len", load("judged"))
    else:
        first.append(assign("checked", ast.Constant(0)))
    unchecked: ast.expr = load("unchecked")
    if is_open or clauses.may_skip:
        first.append(assign("skipped", ast.List([], ast.Load())))
        unchecked = kit("once", unchecked, load("skipped"))
    if flow.counts:
        first.append(assign("times", ast.Dict([], [])))
    tally = tuple_of([checked, load("broken"), unchecked, load("ops")])
    told = [load("error"), load("site"), load("at"), tally]
    rescue = ast.ExceptHandler(
        of_kit("ENDINGS"), "error", [ast.Return(kit("ended_by", load("NODE"), *told))]
    )
    names = ["given", "site", *(["watcher"] if flow.is_watched else [])]
    given = ast.arguments([], [ast.arg(it) for it in names], None, [], [], None, [])
    whole = ast.Try(body, [rescue], [], [])
    code: list[ast.stmt] = [*first, *flow.w.frame.beginning(), whole]
    return ast.FunctionDef("run", given, code, [], lineno=0)
