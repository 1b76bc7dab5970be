"""What must hold before and after a run, as Python."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from vesper.compile.python_code import (
    Local,
    Writer,
    assign,
    attempt,
    compare,
    kit,
    load,
    method,
    negated,
    of_kit,
    subscript,
    tuple_of,
    when,
)
from vesper.compile.python_flow import Flow, told, watch
from vesper.lang.ir import Expr, Result, Succeeded
from vesper.lang.parts import names, walk
from vesper.lang.program import Clause, Program

Kind = Literal["constraint", "precondition", "postcondition", "invariant"]
_SECTIONS = {
    "constraint": "constraints", "precondition": "preconditions", "postcondition": "postconditions",
    "invariant": "invariants",
}  # fmt: skip


@dataclass(slots=True)
class Clauses:
    """The clauses of one program, and how far they have been asked where code is written."""

    program: Program
    facts: frozenset[str]
    """Names of facts that perhaps nobody reports: what a clause comes to is then known at run time only."""
    may_skip: bool = False
    """Whether a step has a guard that nobody can check."""
    checked: int = 0
    unchecked: tuple[str, ...] = ()
    at_entry: set[int] = field(default_factory=set[int])
    """Invariants asked before the flow."""

    @property
    def is_open(self) -> bool:
        """Whether it depends on the run which clauses are asked."""
        return bool(self.facts)


def judge_entry(flow: Flow, clauses: Clauses) -> None:
    """Write the tests of what must hold before the flow."""
    program = clauses.program
    for number, it in enumerate(program.constraints):
        judge(flow, clauses, it, ("constraint", number))
    for number, it in enumerate(program.preconditions):
        judge(flow, clauses, it, ("precondition", number))
    given = {it.name for it in program.inputs} | {it.output for it in program.entry_reads}
    for number, it in enumerate(program.invariants):
        if it.condition is not None and _needs_only(it.condition, given):
            clauses.at_entry.add(number)
            judge(flow, clauses, it, ("invariant", number))
    progress(flow.w, clauses)


def judge_exit(flow: Flow, clauses: Clauses, side: str, given: Mapping[str, Local]) -> None:
    """Write the tests of what must hold after it, for an answer of a side with these fields."""
    program = clauses.program
    for number, it in enumerate(program.postconditions):
        if it.on_error or side == "success":
            _judge_answer(flow, clauses, it, ("postcondition", number), given)
    for number, it in enumerate(program.invariants):
        if it.on_error or side == "success":
            counts = number not in clauses.at_entry
            _judge_answer(flow, clauses, it, ("invariant", number), given, counts=counts)


def asks_after(program: Program, side: str) -> bool:
    """Whether anything must hold after an answer of that side."""
    return any(
        it.on_error or side == "success" for it in (*program.postconditions, *program.invariants)
    )


def _judge_answer(
    flow: Flow, clauses: Clauses, it: Clause, which: tuple[Kind, int], given: Mapping[str, Local],
    *, counts: bool = True,
) -> None:  # fmt: skip
    """A clause over an answer: names that it tells of may be those of the answer."""
    w = flow.w
    wanted = {name: given[name] for name in (*it.names, it.about) if name in given}
    for name in [*wanted]:
        held = w.scope.get(name)
        if name == it.about or held is None:
            continue
        if held.is_sure:
            del wanted[name]
            continue
        either = w.names.fresh(name)
        if held.frame is not None:
            held.frame.unset[held.name] = None
        test = compare(load(held.name), ast.Is(), of_kit("UNSET"))
        w.emit(assign(either, ast.IfExp(test, load(wanted[name].name), load(held.name))))
        wanted[name] = Local(either)
    with w.binding(wanted):
        judge(flow, clauses, it, which, counts=counts)


def judge(
    flow: Flow, clauses: Clauses, it: Clause, which: tuple[Kind, int], *, counts: bool = True
) -> None:
    """Write the test of one clause."""
    w = flow.w
    if it.condition is None:
        clauses.unchecked = tuple(dict.fromkeys((*clauses.unchecked, it.text)))
        if clauses.is_open:
            w.emit(_noted("unchecked", ast.Constant(it.text)))
        return
    spends, w.spends = w.spends, False
    with w.inside() as code:
        _test(flow, it, which)
    if not clauses.is_open:
        if it.implied and not w.spends and not flow.is_watched:
            # What clauses before make sure of is asked only where one of them is broken.
            code = [when(load("broken"), code)]
        if w.spends:
            progress(w, clauses)
        clauses.checked += counts
        w.emit(*code)
    else:
        identity = ast.Constant(f"{which[0]} {which[1]}")
        code.append(ast.Expr(method(load("judged"), "add", identity)))
        facts = sorted(clauses.facts & set(names(it.condition)))
        tests: list[ast.expr] = [
            compare(ast.Constant(name), ast.In(), load("unknown")) for name in facts
        ]
        unasked = [_noted("unchecked", ast.Constant(it.text))]
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        w.emit(*([when(test, unasked, code)] if tests else code))
    w.spends = w.spends or spends


def progress(w: Writer, clauses: Clauses) -> None:
    """Write how many clauses have been asked, for a run that ends here."""
    if not clauses.is_open:
        texts: list[ast.expr] = [ast.Constant(it) for it in clauses.unchecked]
        w.emit(
            assign("checked", ast.Constant(clauses.checked)), assign("unchecked", tuple_of(texts))
        )


def _test(flow: Flow, it: Clause, which: tuple[Kind, int]) -> None:
    w = flow.w
    kind, number = which
    assert it.condition is not None
    clause = subscript(
        ast.Attribute(load("NODE"), _SECTIONS[kind], ast.Load()), ast.Constant(number)
    )
    outer, w.is_risky = w.is_risky, False
    with w.inside() as before:
        piece = w.condition(it.condition)
    is_risky, w.is_risky = w.is_risky or piece.faults, outer
    values = told(w, tuple(name for name in (*it.names, it.about) if name))

    def refused(verdict: ast.expr) -> ast.stmt:
        found = kit("breach", clause, ast.Constant(kind), verdict, values)
        return ast.Expr(method(load("broken"), "append", found))

    if flow.is_watched:
        _watched_test(flow, clause, [*before, assign("verdict", piece.node)], refused)
    elif not is_risky:
        w.emit(*before, when(negated(piece.node), [refused(ast.Constant(False))]))
    else:
        holds = w.names.fresh("holds")
        rescue = [refused(kit("verdict", load("error")))]
        asked = [*before, assign(holds, piece.node)]
        refusal = when(negated(load(holds)), [refused(ast.Constant(False))])
        tried = attempt(asked, "error", rescue)
        tried.orelse = [refusal]
        w.emit(tried)


def _watched_test(
    flow: Flow, clause: ast.expr, asked: list[ast.stmt], refused: Callable[[ast.expr], ast.stmt]
) -> None:
    w = flow.w
    w.emit(attempt(asked, "error", [assign("verdict", kit("verdict", load("error")))]))
    watch(flow, "judged", clause, told(w, tuple(w.scope)), load("verdict"))
    is_broken = compare(load("verdict"), ast.IsNot(), ast.Constant(True))
    w.emit(when(is_broken, [refused(load("verdict"))]))


def _noted(name: str, what: ast.expr) -> ast.stmt:
    return ast.Expr(method(load(name), "append", what))


def _needs_only(condition: Expr, given: set[str]) -> bool:
    """Whether a clause needs no more than these names, so that it can be asked before the flow."""
    asks_answer = any(isinstance(it, Result | Succeeded) for it in walk(condition))
    return not asks_answer and set(names(condition)) <= given
