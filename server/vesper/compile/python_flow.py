"""Steps and statements as Python: one function, a step after the other, effects as `yield`."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vesper.compile.python_code import (
    Local,
    Piece,
    Writer,
    assign,
    attempt,
    kit,
    load,
    negated,
    of_kit,
    record,
    throw,
    tuple_of,
    when,
)
from vesper.compile.python_expressions import constant, equality, printed
from vesper.compile.python_kinds import kind_of
from vesper.compile.python_scope import Scope, merged
from vesper.lang.ir import Expr
from vesper.lang.parts import names
from vesper.lang.program import (
    Answer,
    Assign,
    Block,
    Fail,
    Guard,
    If,
    Invoke,
    Loop,
    Perform,
    Program,
    Retry,
    Statement,
    Step,
    Switch,
)
from vesper.lang.types import ANY


@dataclass(frozen=True, slots=True)
class Site:
    """Where code runs, as effects and errors tell it: a text, behind what a loop or a retry has made."""

    text: str = ""
    base: str = ""
    """The local that holds the beginning, where that is known at run time only."""

    def behind(self, text: str) -> "Site":
        """A place inside."""
        return Site(self.text + text, self.base)

    @property
    def code(self) -> ast.expr:
        """The site without what is before all sites of the run."""
        if not self.base:
            return ast.Constant(self.text)
        if not self.text:
            return load(self.base)
        return ast.BinOp(load(self.base), ast.Add(), ast.Constant(self.text))

    @property
    def full(self) -> ast.expr:
        """The whole site."""
        if not self.base and not self.text:
            return load("site")
        return ast.BinOp(load("site"), ast.Add(), self.code)


class Reached(dict[str, Local]):
    """The scope at the end of a way, and how many operations it has taken if that is known."""

    def __init__(self, scope: Scope, ops: int | None) -> None:
        super().__init__(scope)
        self.ops = ops


def same(scope: Scope) -> Scope:
    """The scope itself."""
    return scope


def after(
    first: Callable[[Scope], Scope], then: Callable[[Scope], Scope]
) -> Callable[[Scope], Scope]:
    """Both, one after the other."""
    return lambda scope: then(first(scope))


@dataclass(frozen=True, slots=True)
class Left:
    """A step that a watcher is told the end of."""

    step: ast.expr
    site: Site
    failed: str = ""
    """The name of what it failed with, if it did."""
    view: Callable[[Scope], Scope] = same
    """Which names it has, of those in scope inside."""

    def seen(self, view: Callable[[Scope], Scope]) -> "Left":
        """The same from further inside."""
        return replace(self, view=after(view, self.view))


@dataclass(frozen=True, slots=True)
class Place:
    """What a block is inside of."""

    site: Site = Site()
    path: str = ""
    step: Step | None = None
    at: Site | None = None
    """What `at` holds while the statements of the block itself run."""
    outside: Site | None = None
    """Which step a failed effect of the block itself is told of, where that is not `at`."""
    is_loose: bool = False
    """Whether the block belongs to no step directly."""
    is_guarded: bool = False
    """Whether a handler of a step would see what fails here."""
    left: "tuple[Left, ...]" = ()
    """The steps around, innermost first, for a watcher."""
    view: Callable[[Scope], Scope] = same
    """The names of the whole flow, of those in scope here."""

    def site_of(self, path: str) -> Site:
        """The site of a step inside."""
        return self.site.behind(path.removeprefix(self.path))


Settling = Callable[["Flow", Answer, list[Piece], Place], None]
SettlingAny = Callable[["Flow", list[Answer], Place], None]


@dataclass(slots=True)
class Flow:
    """The flow of one program while it is written."""

    program: Program
    w: Writer
    writers: "Mapping[type[Statement | Step], Callable[[Flow, Any, Place], None]]"
    """How each form of statement is written."""
    settle: Settling
    """Writes what happens to an answer, up to `return`."""
    settle_any: SettlingAny
    """The same for one of several, which `answer` holds."""
    is_watched: bool = False
    twice: frozenset[str] = frozenset()
    """Paths that several steps have."""
    asks: bool = False
    """Whether something was written that asks for an effect."""
    counts: bool = False
    """Whether sites are counted, so that none comes twice."""
    is_prologue: bool = False
    """Whether what is written runs even when the caller broke a clause."""
    skips: bool = False
    """Whether guards are passed over that nobody can check."""
    branch: "list[Answer] | None" = None
    """In a branch of a fork: the answers in it."""
    is_dead: bool = False
    """Whether what would be written now is never reached."""
    steps: list[Step] = field(default_factory=list[Step])


def block(flow: Flow, statements: Block, place: Place) -> None:
    """Write the statements in order, up to one that ends the flow."""
    for number, it in enumerate(statements):
        if flow.is_dead:
            return
        if number and place.at is not None and _moves(statements[number - 1]):
            flow.w.emit(assign("at", place.at.code))
        statement(flow, it, place)


def statement(flow: Flow, it: "Statement | Step", place: Place) -> None:
    """Write one statement."""
    flow.writers[type(it)](flow, it, place)


def inner(
    flow: Flow, write: Callable[[], None], blocks: int = 1
) -> tuple[list[ast.stmt], Scope | None]:
    """What is written in a way that is taken perhaps: its code, and the scope at its end if it has one."""
    w = flow.w
    scope, w.scope = w.scope, dict(w.scope)
    ops = w.ops
    flow.is_dead = False
    with w.inside(blocks) as code:
        write()
    ended = reached(flow)
    w.scope, w.ops, flow.is_dead = scope, ops, False
    return code, ended


def reached(flow: Flow) -> Scope | None:
    """What is known at the end of a way; None where nobody gets there."""
    return None if flow.is_dead else Reached(flow.w.scope, flow.w.ops)


def joined(flow: Flow, *ends: Scope | None) -> None:
    """Go on behind several ways."""
    alive = [it for it in ends if it is not None]
    flow.is_dead = not alive
    if not alive:
        return
    taken = {it.ops if isinstance(it, Reached) else flow.w.ops for it in alive}
    flow.w.ops = taken.pop() if len(taken) == 1 else None
    flow.w.scope = dict(merged(alive))


def charge_step(flow: Flow) -> None:
    """Write that a step is one operation."""
    flow.w.charge(1)


def guard(flow: Flow, it: Guard, place: Place) -> None:
    """Write the test of a guard."""
    w = flow.w
    if it.condition is None:
        flow.skips = True
        w.emit(
            ast.Expr(
                ast.Call(
                    ast.Attribute(load("skipped"), "append", ast.Load()),
                    [ast.Constant(it.text)],
                    [],
                )
            )
        )
        return
    spends, w.spends = w.spends, False
    with w.inside() as code:
        _guard(flow, it, it.condition, place)
    if it.implied and not w.spends and not flow.is_watched:
        # It holds wherever the caller kept the contract.
        code = [when(load("broken"), code)] if flow.is_prologue else []
    w.spends = w.spends or spends
    w.emit(*code)


def _guard(flow: Flow, it: Guard, condition: Expr, place: Place) -> None:
    w = flow.w
    outer, w.is_risky = w.is_risky, False
    with w.inside() as before:
        piece = w.condition(condition)
    is_risky, w.is_risky = w.is_risky or piece.faults, outer
    values = told(w, tuple(it for it in names(condition) if not it.startswith("$")))

    def refused(verdict: ast.expr) -> ast.stmt:
        return throw(kit("guard_failed", ast.Constant(it.text), verdict, values, place.site.full))

    if not is_risky:
        w.emit(*before, when(negated(piece.node), [refused(ast.Constant(False))]))
        return
    holds = w.names.fresh("holds")
    rescue = [refused(kit("verdict", load("error")))]
    w.emit(
        attempt([*before, assign(holds, piece.node)], "error", rescue),
        when(negated(load(holds)), [refused(ast.Constant(False))]),
    )


def told(w: Writer, wanted: tuple[str, ...]) -> ast.expr:
    """The values of names, for whoever must know why something failed."""
    found = [(name, w.scope[name]) for name in dict.fromkeys(wanted) if name in w.scope]
    for _, local in found:
        if not local.is_sure and local.frame is not None:
            local.frame.unset[local.name] = None
    values = record([(name, load(local.name)) for name, local in found])
    is_plain = all(local.is_sure and not local.is_held for _, local in found)
    return values if is_plain else kit("told", values)


def write_perform(flow: Flow, it: Perform, place: Place) -> None:
    """Write the request of an effect."""
    w = flow.w
    flow.asks = True
    keys = [key for key, _ in it.arguments]
    parts = w.operands(*(of for _, of in it.arguments), *it.capabilities)
    given = record([(key, one.node) for key, one in zip(keys, parts, strict=False)])
    needs = [printed(one) for one in parts[len(keys) :]]
    site = place.site.behind(f"#{it.site}") if it.site else place.site
    words = [ast.Constant(it.operation), site.full, ast.Constant(it.kind), given, tuple_of(needs)]
    if it.type != ANY or place.step is not None:
        words.append(w.constant("type", it.type))
    if place.step is not None and (place.step.timeout is not None or place.step.retry != _ONCE):
        words += [ast.Constant(place.step.timeout), w.constant("retry", place.step.retry)]
    asked(flow, kit("Effect", *words), it.output, place)


def asked(flow: Flow, request: ast.expr, output: str, place: Place) -> None:
    """Write that something is asked for, and where its answer goes."""
    w = flow.w
    if place.is_loose:
        w.emit(assign("at", place.outside.code if place.outside else ast.Constant(None)))
    answer = ast.Yield(request)
    w.emit(assign(w.set_name(output, ANY), answer) if output else ast.Expr(answer))
    if place.is_loose:
        w.emit(assign("at", place.at.code if place.at else ast.Constant(None)))


def write_answer(flow: Flow, it: Answer, place: Place) -> None:
    """Write the end of the flow."""
    w = flow.w
    given = w.operands(*(of for _, of in it.fields))
    if flow.is_watched:
        given = [w.put("field", one) for one in given]
        leave_all(flow, place)
    if flow.branch is not None:
        flow.branch.append(it)
        fields = record([(key, one.node) for (key, _), one in zip(it.fields, given, strict=True)])
        code = kit("Answered", ast.Constant(it.side), fields)
        w.emit(assign("answer", code), *finished(flow))
    else:
        # What has a fault is the step's failure, not that of the answer.
        ready = [w.put("field", one) if place.is_guarded and one.faults else one for one in given]
        settle(flow, place, lambda: flow.settle(flow, it, ready, place))
    flow.is_dead = True


def settle(flow: Flow, place: Place, write: Callable[[], None]) -> None:
    """Write what is done with an answer, out of reach of the handlers around."""
    outer, flow.w.scope = flow.w.scope, place.view(flow.w.scope)
    with flow.w.inside() as ending:
        write()
    flow.w.scope = outer
    if not place.is_guarded:
        flow.w.emit(*ending)
        return
    flow.w.emit(attempt_all(ending, [throw(kit("Outside", load("error")))]))


def finished(flow: Flow) -> list[ast.stmt]:
    """The end of a branch: what it answered, what it set, what it collected."""
    w = flow.w
    names_set = [
        (name, load(local.name)) for name, local in w.scope.items() if local.frame is w.frame
    ]
    for _, local in list(w.scope.items()):
        if local.frame is w.frame and not local.is_sure:
            w.frame.unset[local.name] = None
    parts = [load("answer"), kit("told", record(names_set)), load("collected")]
    return [ast.Return(kit("Branch", *parts))]


def attempt_all(body: list[ast.stmt], rescue: list[ast.stmt]) -> ast.Try:
    """`try: ... except kit.FAILURES as error: ...`."""
    caught = ast.ExceptHandler(of_kit("FAILURES"), "error", rescue)
    return ast.Try(body or [ast.Pass()], [caught], [], [])


def enter(flow: Flow, step: Step, site: Site) -> ast.expr:
    """Write that a watcher is told of a step; what the step is called in the code."""
    flow.steps.append(step)
    code = ast.Subscript(load("STEPS"), ast.Constant(len(flow.steps) - 1), ast.Load())
    watch(flow, "entered", code, site.full, told(flow.w, tuple(flow.w.scope)))
    return code


def leave_all(flow: Flow, place: Place) -> None:
    """Write that a watcher is told of the end of every step around."""
    for it in place.left:
        flow.w.emit(*leaving(flow, it, flow.w.scope))


def leaving(flow: Flow, it: Left, scope: Scope, failed: str = "") -> list[ast.stmt]:
    """What tells a watcher of the end of a step."""
    w = flow.w
    failure = load(failed or it.failed) if failed or it.failed else ast.Constant(None)
    outer, w.scope = w.scope, it.view(scope)
    with w.inside() as code:
        watch(flow, "left", it.step, it.site.full, told(w, tuple(w.scope)), failure)
    w.scope = outer
    return code


def watch(flow: Flow, name: str, *given: ast.expr) -> None:
    """Write that a watcher is told something."""
    told_to = ast.Attribute(load("watcher"), name, ast.Load())
    flow.w.emit(ast.Expr(ast.Call(told_to, list(given), [])))


def write_assign(flow: Flow, it: Assign, _place: Place) -> None:
    w = flow.w
    piece = w.expression(it.value)
    w.emit(assign(w.set_name(it.name, piece.kind), piece.node))


def write_if(flow: Flow, it: If, place: Place) -> None:
    """Write the arms; what a later condition needs stands in the `else` of the one before."""
    w = flow.w
    ends: list[Scope | None] = []

    def arms(number: int) -> None:
        if number == len(it.arms):
            block(flow, it.otherwise, place)
            ends.append(reached(flow))
            return
        condition, body = it.arms[number]
        piece = w.condition(condition)
        then, ended = inner(flow, lambda: block(flow, body, place))
        ends.append(ended)
        otherwise, _ = inner(flow, lambda: arms(number + 1))
        w.emit(when(piece.node, then, otherwise))

    arms(0)
    joined(flow, *ends)


def write_switch(flow: Flow, it: Switch, place: Place) -> None:
    w = flow.w
    on = w.put("on", w.expression(it.on))
    ends: list[Scope | None] = []
    tests: list[tuple[ast.expr, list[ast.stmt]]] = []
    for case, body in it.cases:
        test = equality(w, on, Piece(constant(w, case), kind_of(case)), is_equal=True)
        code, ended = inner(flow, lambda body=body: block(flow, body, place))
        tests.append((test.node, code))
        ends.append(ended)
    otherwise, ended = inner(flow, lambda: block(flow, it.otherwise, place))
    ends.append(ended)
    for test, code in reversed(tests):
        otherwise = [when(test, code, otherwise)]
    w.emit(*otherwise)
    joined(flow, *ends)


def write_invoke(flow: Flow, it: Invoke, place: Place) -> None:
    """Write the call of another node."""
    keys = [key for key, _ in it.arguments]
    parts = flow.w.operands(*(of for _, of in it.arguments))
    given = record([(key, one.node) for key, one in zip(keys, parts, strict=True)])
    flow.asks = True
    asked(flow, kit("Invocation", ast.Constant(it.node), place.site.full, given), it.output, place)


def write_fail(flow: Flow, it: Fail, place: Place) -> None:
    """Write a failure of the step."""
    keys = [key for key, _ in it.values]
    *parts, message = flow.w.operands(*(of for _, of in it.values), it.message)
    given = record([(key, one.node) for key, one in zip(keys, parts, strict=True)])
    code = kit("failed", ast.Constant(it.code), printed(message), given, place.site.full)
    flow.w.emit(throw(code))
    flow.is_dead = True


def _moves(it: "Statement | Step") -> bool:
    """Whether `at` may hold another site once the statement is done."""
    match it:
        case Step():
            return True
        case If(arms, otherwise):
            return any(map(_moves, otherwise)) or any(any(map(_moves, body)) for _, body in arms)
        case Switch(_, cases, otherwise):
            return any(map(_moves, otherwise)) or any(any(map(_moves, body)) for _, body in cases)
        case Loop(body=body):
            return any(map(_moves, body))
        case _:
            return False


_ONCE: Final = Retry()
