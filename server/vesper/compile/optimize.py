"""Programs made shorter without a change in what they give: what is known, never reached or never used.

What may be left out of most runs, but not of one whose caller broke the contract, is marked instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from vesper.compile.blocks import expressions, names_set, rewritten
from vesper.compile.constants import folded, is_free, is_sure
from vesper.compile.implied import Known, Source
from vesper.lang import ir
from vesper.lang.parts import names
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Clause,
    Guard,
    Handler,
    If,
    Program,
    Statement,
    Step,
    Switch,
)
from vesper.values.compare import equal


class Removal(NamedTuple):
    """What is left out, or need not be asked again: the line it stands at, from 0, and why."""

    line: int
    what: str
    why: str

    @property
    def words(self) -> str:
        """The whole, for people."""
        return f"line {self.line + 1}: {self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class Optimized:
    """A program that gives the same, and what was done to it."""

    program: Program
    removed: tuple[Removal, ...]


def optimized(program: Program) -> Optimized:
    """The program in its shortest form."""
    work = _Work(program)
    found = work.run()
    return Optimized(found, tuple(sorted(work.removed)))


class _Work:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._changing = frozenset(names_set(program.body)) | {
            name for it in program.handlers for name in names_set((*it.undo, *it.body))
        }
        self.removed: list[Removal] = []

    def run(self) -> Program:
        """Everything in order: constants first, since they decide what is reached and what is used."""
        program = self._program
        constraints = tuple(map(_folded_clause, program.constraints))
        preconditions = tuple(map(_folded_clause, program.preconditions))
        known, lasting = Known(), Known()
        for it in constraints:
            self._learn(it, known, lasting)
        preconditions = tuple(self._implied(it, known, lasting) for it in preconditions)
        body = self._block(program.body, lasting, program.prologue)
        handlers = tuple(self._handler(it) for it in program.handlers)
        program = replace(
            program,
            body=self._reached(body),
            handlers=handlers,
            constraints=constraints,
            preconditions=preconditions,
            postconditions=tuple(map(_folded_clause, program.postconditions)),
            invariants=tuple(map(_folded_clause, program.invariants)),
        )
        return self._used(program)

    def _learn(self, clause: Clause, known: Known, lasting: Known) -> None:
        if clause.condition is not None:
            source = Source(clause.text, clause.line)
            known.learn(clause.condition, source)
            lasting.learn(clause.condition, source, self._changing)

    def _implied(self, clause: Clause, known: Known, lasting: Known) -> Clause:
        """A precondition that clauses before it make sure is asked only where one of them is breached."""
        source = _why(known, clause.condition)
        self._learn(clause, known, lasting)
        if source is None:
            return clause
        self._tell(
            clause.line, f"the precondition `{clause.text}`", f"{_said(source)} makes it sure"
        )
        return replace(clause, implied=True)

    def _block(self, block: Block, known: Known, prologue: int = 0) -> Block:
        found: list[Statement | Step] = []
        for place, it in enumerate(block):
            if isinstance(it, Step):
                found += self._step(it, known, place < prologue)
            else:
                found += self._statement(it, known)
        return tuple(found)

    def _step(self, step: Step, known: Known, is_first: bool) -> Iterator[Step]:
        when = folded(step.when) if step.when is not None else None
        if isinstance(when, ir.Const) and when.value is False and not (step.reads or is_first):
            self._tell(step.line, f"the step `{step.name}`", "its `when` never holds")
            return
        if isinstance(when, ir.Const) and when.value is True:
            when = None
        guards = tuple(it for one in step.guards for it in self._guard(one, step, known, is_first))
        yield replace(
            step,
            when=when,
            guards=guards,
            body=self._block(step.body, known),
            handlers=tuple(map(self._handler, step.handlers)),
        )

    def _guard(self, guard: Guard, step: Step, known: Known, is_first: bool) -> Iterator[Guard]:
        condition = folded(guard.condition) if guard.condition is not None else None
        if condition is None:
            yield guard
            return
        what = f"the guard `{guard.text}`"
        if isinstance(condition, ir.Const) and condition.value is True:
            self._tell(step.line, what, "it always holds")
            return
        source = _why(known, condition)
        if source is not None:
            self._tell(step.line, what, f"{_said(source)} makes it sure")
            if is_first:
                # When the caller broke the contract, this is what gives the breach its own error.
                yield Guard(guard.text, condition, implied=True)
            return
        yield Guard(guard.text, condition)

    def _statement(self, it: Statement, known: Known) -> Iterator[Statement | Step]:
        it = rewritten(it, folded, lambda block: self._block(block, known))
        match it:
            case If(arms, otherwise):
                yield from _decided(arms, otherwise)
            case Switch(ir.Const(on), cases, otherwise):
                yield from next((body for value, body in cases if equal(on, value)), otherwise)
            case _:
                yield it

    def _handler(self, it: Handler) -> Handler:
        return replace(it, undo=self._block(it.undo, Known()), body=self._block(it.body, Known()))

    def _reached(self, body: Block) -> Block:
        """The flow up to the step that surely ends it."""
        if any(it.goes_on for it in self._program.handlers):
            return body
        for place, it in enumerate(body):
            if isinstance(it, Step) and _ends(it):
                for behind in body[place + 1 :]:
                    if isinstance(behind, Step):
                        why = f"the flow ends with `{it.name}`"
                        self._tell(behind.line, f"the step `{behind.name}`", why)
                return body[: place + 1]
        return body

    def _used(self, program: Program) -> Program:
        """Without the steps whose value nobody needs, and which could not have failed."""
        while True:
            used = {name for it in expressions(program) for name in names(it)}
            used |= {it.name for it in program.success}
            known = {it.name for it in program.inputs}
            kept: list[Statement | Step] = []
            for it in program.body:
                name = _only_name(it)
                if name and name not in used and _is_idle(it, frozenset(known)):
                    line = it.line if isinstance(it, Step) else 0
                    self._tell(line, f"the step that sets `{name}`", "nothing needs it")
                    continue
                kept.append(it)
                if name and not any(one.goes_on for one in program.handlers):
                    known.add(name)
            if len(kept) == len(program.body):
                return program
            program = replace(program, body=tuple(kept))

    def _tell(self, line: int, what: str, why: str) -> None:
        self.removed.append(Removal(line, what, why))


def _folded_clause(clause: Clause) -> Clause:
    if clause.condition is None:
        return clause
    return replace(clause, condition=folded(clause.condition))


def _decided(
    arms: tuple[tuple[ir.Expr, Block], ...], otherwise: Block
) -> Iterator[Statement | Step]:
    """A condition that is known takes its branch, or leaves it out."""
    kept: list[tuple[ir.Expr, Block]] = []
    for condition, body in arms:
        if isinstance(condition, ir.Const) and condition.value is True:
            otherwise = body
            break
        if not (isinstance(condition, ir.Const) and condition.value is False):
            kept.append((condition, body))
    if kept:
        yield If(tuple(kept), otherwise)
    else:
        yield from otherwise


def _ends(step: Step) -> bool:
    is_plain = step.when is None and not any(it.goes_on for it in step.handlers)
    return is_plain and bool(step.body) and isinstance(step.body[-1], Answer)


def _only_name(it: Statement | Step) -> str:
    """The name that a step sets whenever the flow goes on behind it, where that is all that it does."""
    match it:
        case Step(body=(Assign(name=name),), when=None) if not any(x.goes_on for x in it.handlers):
            return name
        case _:
            return ""


def _is_idle(it: Statement | Step, known: frozenset[str]) -> bool:
    if not isinstance(it, Step) or it.guards or it.reads:
        return False
    return all(isinstance(one, Assign) and is_sure(one.value, known) for one in it.body)


def _why(known: Known, condition: ir.Expr | None) -> Source | None:
    """What makes a condition sure. One that costs operations is asked all the same: they are counted."""
    return known.why(condition) if condition is not None and is_free(condition) else None


def _said(source: Source) -> str:
    return f"`{source.text}` in line {source.line + 1}"
