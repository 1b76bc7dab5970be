"""Programs written by hand, and the smallest thing that can answer what they ask for."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, cast

from vesper.lang import ir
from vesper.lang.program import Clause, Guard, Input, Output, Perform, Program, Step
from vesper.lang.types import ANY, INTEGER, STRING
from vesper.runtime.interp import Interpreter
from vesper.runtime.python import Python
from vesper.runtime.request import Effect, Ended, Failure, Fork, Invocation, Running
from vesper.values.encoding import canonical
from vesper.values.value import Fault


def n(name: str) -> ir.Load:
    return ir.Load(name)


def c(value: Any) -> ir.Const:
    return ir.Const(value)


def op(left: ir.Expr, operator: Any, right: ir.Expr) -> ir.Expr:
    if operator in ("and", "or"):
        return ir.Logic(operator, left, right)
    if operator in ("+", "-", "*", "/", "%"):
        return ir.Arithmetic(operator, left, right)
    return ir.Compare(operator, left, right)


FAULTY = ir.Arithmetic("/", ir.Const(1), ir.Const(0))
TRUE, FALSE = c(True), c(False)


def step(path: str, *body: Any, **given: Any) -> Step:
    return Step(path, path.rsplit("/", maxsplit=1)[-1], "compute", body, **given)


def perform(operation: str, output: str = "", kind: Any = "read", **arguments: ir.Expr) -> Perform:
    return Perform(operation, kind, tuple(arguments.items()), output=output)


def clause(text: str, condition: ir.Expr | None, *names: str, **given: Any) -> Clause:
    return Clause(text, condition, names=names, **given)


def guard(text: str, condition: ir.Expr | None) -> Guard:
    return Guard(text, condition)


def program(*body: Any, inputs: str = "", success: str = "", **given: Any) -> Program:
    """Inputs and success fields are integers named with spaces between; `name?` is no must."""
    return Program(
        node_id="sample_v1", kind="function", intent="", digest="",
        inputs=tuple(Input(it.rstrip("?"), INTEGER, not it.endswith("?")) for it in inputs.split()),
        success=tuple(Output(it.rstrip("?"), ANY, not it.endswith("?")) for it in success.split()),
        error=(Output("error_code", STRING), Output("message", STRING)),
        error_codes=given.pop("error_codes", ()), body=body, **given,
    )  # fmt: skip


class World:
    """Answers effects by their site, in memory; what it was asked for stands in `asked`."""

    def __init__(
        self,
        answers: Mapping[str, Any] | None = None,
        default: Callable[[Effect], Any] | None = None,
    ) -> None:
        self.answers = dict(answers or {})
        self.default = default
        self.asked: list[Effect] = []
        self.called: list[Invocation] = []

    def perform(self, request: Effect | Invocation) -> Any:
        if isinstance(request, Effect):
            self.asked.append(request)
        else:
            self.called.append(request)
        if request.site not in self.answers and self.default and isinstance(request, Effect):
            return self.default(request)
        answer = self.answers.get(request.site)
        if isinstance(answer, Failure):
            raise Failure(answer.codes, answer.message, answer.details, answer.final)
        return answer

    def drive(self, running: Running) -> Ended:
        value: Any = None
        failure: Failure | None = None
        while True:
            try:
                request = running.throw(failure) if failure else running.send(value)
            except StopIteration as ended:
                return ended.value
            value, failure = None, None
            try:
                value = self.fork(request) if isinstance(request, Fork) else self.perform(request)
            except Failure as it:
                failure = it

    def fork(self, fork: Fork) -> Any:
        ended: list[Any] = []
        failures: list[Failure] = []
        for branch in fork.branches:
            try:
                ended.append(self.drive(branch()))
            except Failure as it:
                failures.append(it)
        if failures:
            raise failures[0]
        return ended

    @property
    def sites(self) -> list[str]:
        return [it.site for it in self.asked]


class Log:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def entered(self, step: Step, site: str, scope: Mapping[str, Any]) -> None:
        self.said.append(("entered", step.path, site, dict(scope)))

    def left(
        self, step: Step, site: str, scope: Mapping[str, Any], failure: Failure | None
    ) -> None:
        failed = failure and (failure.codes, failure.message, dict(failure.details))
        self.said.append(("left", step.path, site, dict(scope), failed))

    def judged(self, clause: Clause, scope: Mapping[str, Any], verdict: bool | Fault) -> None:
        found = verdict.code if isinstance(verdict, Fault) else verdict
        self.said.append(("judged", clause.text, dict(scope), found))


def run(
    it: Program, inputs: Mapping[str, Any] | None = None, world: World | None = None, **given: Any
) -> Ended:
    """How the interpreter ends; the other engine must ask for the same, end the same, and let the
    same be watched."""
    world = world or World()
    copies = [World(world.answers, world.default) for _ in range(3)]
    ended = world.drive(Interpreter().begin(it, inputs or {}, **given))
    if "watcher" in given:
        return ended
    python, watching = Python(), (Log(), Log())
    others = [
        copies[0].drive(python.begin(it, inputs or {}, **given)),
        copies[1].drive(python.begin(it, inputs or {}, watcher=watching[0], **given)),
        copies[2].drive(Interpreter().begin(it, inputs or {}, watcher=watching[1], **given)),
    ]
    for other, copy in zip(others, copies, strict=True):
        assert told(other) == told(ended)
        assert (copy.asked, copy.called) == (world.asked, world.called)
    assert watching[0].said == watching[1].said
    return ended


def told(ended: Ended) -> bytes:
    """All of how a run ended, exactly."""
    return canonical(
        cast(
            "Any",
            asdict(ended)
            | {"violated": [asdict(it) for it in ended.violated], "unchecked": [*ended.unchecked]},
        )
    )


def code_of(ended: Ended) -> Any:
    return ended.error and ended.error["code"]
