"""The definitional interpreter: what a program means, written for reading.

`interp_expr` has the meaning of expressions, `interp_flow` that of steps. Here is the order of a run:
inputs, what must hold before, the flow, its answer, what must hold after.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from vesper.lang.conversion import Problem
from vesper.lang.ir import Expr, Result, Succeeded
from vesper.lang.parts import names, walk
from vesper.lang.program import Clause, Perform, Program
from vesper.runtime.ending import (
    Answered,
    breach,
    breaches_told,
    declared_error,
    failure_told,
    fallen_off,
    fault_failure,
    problems_told,
    take_answer,
    take_inputs,
)
from vesper.runtime.engine import Watcher
from vesper.runtime.interp_expr import Setting, evaluate
from vesper.runtime.interp_flow import Flow, Place, perform
from vesper.runtime.meter import FINAL, Meter
from vesper.runtime.request import Breach, Ended, Failure, Request, Running
from vesper.runtime.watching import Unwatched
from vesper.values.access import truth
from vesper.values.value import Fault, Value

Kind = Literal["constraint", "precondition", "postcondition", "invariant"]
Asking = Generator[Request, Value, None]


class Interpreter:
    """The engine `interp`."""

    name = "interp"

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        """See `vesper.runtime.engine.Engine`."""
        return _Run(program, site, watcher or Unwatched()).run(inputs)


@dataclass
class _Judged:
    """What came of the clauses so far."""

    checked: set[int] = field(default_factory=set[int])
    violated: list[Breach] = field(default_factory=list[Breach])
    unchecked: dict[str, None] = field(default_factory=dict[str, None])


class _Run:
    def __init__(self, program: Program, site: str, watcher: Watcher) -> None:
        self._program = program
        self._watcher = watcher
        self._meter = Meter(program.limits.operations)
        self._names: dict[str, Value] = {}
        self._place = Place(self._names, self._meter, site)
        self._flow = Flow(program, watcher)
        self._judged = _Judged()
        self._unknown: set[str] = set()
        """Names of facts that nobody reports."""
        self._faults: dict[str, Fault] = {}

    def run(self, inputs: Mapping[str, Value]) -> Running:
        """The whole run. Whatever fails in it, and nothing handled, is its error."""
        try:
            return (yield from self._run(inputs))
        except Failure as failure:
            return self._ended(failure_told(failure, self._program))
        except Fault as fault:
            return self._ended(failure_told(fault_failure(fault, self._place.site), self._program))

    def _run(self, inputs: Mapping[str, Value]) -> Running:
        taken = take_inputs(self._program, inputs)
        if taken.problems:
            return self._ended(problems_told("input_invalid", taken.problems))
        self._names.update(taken.values)
        yield from self._read(self._program.entry_reads, "entry")
        self._judge_entry()
        if self._judged.violated:
            return (yield from self._prologue())
        self._take_snapshots()
        answer = yield from self._flow.whole(self._program.body, self._place)
        if answer is None:
            found = fallen_off(self._program, self._names)
            if not isinstance(found, Answered):
                return self._ended(found)
            answer = found
        return (yield from self._settle(answer))

    def _prologue(self) -> Running:
        """The caller broke a clause; an error that a leading validation answers with comes before that."""
        validations = self._program.body[: self._program.prologue]
        try:
            answer = yield from self._flow.whole(validations, self._place)
        except Failure as failure:
            if failure.final:
                raise
            answer = None
        if answer is None or answer.side == "success":
            return self._ended(breaches_told("precondition_violated", self._judged.violated))
        taken = take_answer(self._program, answer)
        return self._answered(Answered("error", taken.values), taken.problems)

    def _settle(self, answer: Answered) -> Running:
        taken = take_answer(self._program, answer)
        answer = Answered(answer.side, taken.values)
        if not taken.problems:
            yield from self._read(self._program.exit_reads, "exit")
            self._judge_exit(answer)
            if self._judged.violated:
                return self._ended(breaches_told("postcondition_violated", self._judged.violated))
        return self._answered(answer, taken.problems)

    def _answered(self, answer: Answered, problems: tuple[Problem, ...]) -> Ended:
        if problems:
            return self._ended(problems_told("output_invalid", problems))
        if answer.side == "error":
            return replace(self._ended(declared_error(answer.fields)), declared=True)
        return replace(self._ended(None), output=dict(answer.fields))

    def _ended(self, error: dict[str, Value] | None) -> Ended:
        judged = self._judged
        return Ended(
            error=error,
            checked=len(judged.checked),
            violated=tuple(judged.violated),
            unchecked=tuple(dict.fromkeys((*judged.unchecked, *self._flow.unchecked))),
            operations=self._meter.spent,
        )

    def _read(self, reads: tuple[Perform, ...], site: str) -> Asking:
        """The clock and facts; a fact that nobody reports leaves its clauses unchecked."""
        place = replace(self._place, site=f"{self._place.site}{site}")
        for it in reads:
            try:
                yield from perform(it, place)
                self._unknown.discard(it.output)
            except Failure as failure:
                if "fact_unknown" not in failure.codes:
                    failure.details = {"step": place.site, **failure.details}
                    raise
                self._unknown.add(it.output)

    def _take_snapshots(self) -> None:
        for it in self._program.snapshots:
            try:
                self._names[it.name] = self._place.value(it.value)
            except Fault as fault:
                if fault.code in FINAL:
                    raise
                self._faults[it.name] = fault

    def _judge_entry(self) -> None:
        for it in self._program.constraints:
            self._judge(it, "constraint", None)
        for it in self._program.preconditions:
            self._judge(it, "precondition", None)
        given = {it.name for it in self._program.inputs}
        given.update(it.output for it in self._program.entry_reads)
        for it in self._program.invariants:
            if it.condition is not None and needs_only(it.condition, given):
                self._judge(it, "invariant", None)

    def _judge_exit(self, answer: Answered) -> None:
        is_success = answer.side == "success"
        for it in self._program.postconditions:
            if it.on_error or is_success:
                self._judge(it, "postcondition", answer)
        for it in self._program.invariants:
            if it.on_error or is_success:
                self._judge(it, "invariant", answer)

    def _judge(self, clause: Clause, kind: Kind, answer: Answered | None) -> None:
        """Evaluate one clause and keep what came of it."""
        if clause.condition is None or not self._unknown.isdisjoint(names(clause.condition)):
            self._judged.unchecked[clause.text] = None
            return
        scope = self._scope_of(clause, answer)
        try:
            setting = Setting(scope, self._meter, self._faults, answer)
            verdict: bool | Fault = truth(evaluate(clause.condition, setting))
        except Fault as fault:
            if fault.code in FINAL:
                raise
            verdict = fault
        self._watcher.judged(clause, scope, verdict)
        self._judged.checked.add(id(clause))
        if verdict is not True:
            wanted = dict.fromkeys((*clause.names, clause.about))
            values = {name: scope[name] for name in wanted if name in scope}
            self._judged.violated.append(breach(clause, kind, verdict, values))

    def _scope_of(self, clause: Clause, answer: Answered | None) -> Mapping[str, Value]:
        """The names of the flow; those that a clause tells of and only the answer has are added."""
        if answer is None:
            return self._names
        wanted = [*clause.names, clause.about]
        given = {name: answer.fields[name] for name in wanted if name in answer.fields}
        if clause.about in given:
            return {**self._names, **given}
        return {**given, **self._names}


def needs_only(condition: Expr, given: "set[str]") -> bool:
    """Whether a clause needs no more than these names, so that it can be asked before the flow."""
    asks_answer = any(isinstance(it, Result | Succeeded) for it in walk(condition))
    return not asks_answer and set(names(condition)) <= given
