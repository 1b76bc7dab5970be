"""A step as Python: its reads, its condition, its guards, what it does, and who answers when it fails."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from vesper.compile.python_code import (
    DEEPEST,
    Local,
    assign,
    call,
    is_none,
    kit,
    load,
    negated,
    of_kit,
    record,
    store,
    throw,
    when,
)
from vesper.compile.python_flow import (
    Flow,
    Left,
    Place,
    Site,
    after,
    attempt_all,
    block,
    charge_step,
    enter,
    guard,
    inner,
    joined,
    leaving,
    statement,
    write_perform,
)
from vesper.compile.python_scope import Scope, blur, set_in
from vesper.lang.program import Handler, Statement, Step
from vesper.lang.types import STRING, RecordType

_FAILURE = "$failure"
_FAILURE_KIND = RecordType("", (("code", STRING), ("message", STRING)))


def write_step(flow: Flow, step: Step, outer: Place) -> None:
    """Write a step; in a function of its own where it stands too deep."""
    w = flow.w
    if w.depth < DEEPEST:
        _write(flow, step, outer)
        return
    depth, w.depth, w.ops = w.depth, 0, None
    with w.inside(0) as body:
        _write(flow, step, outer)
    w.depth, w.ops = depth, None
    name, ended = w.names.fresh(step.name), w.names.fresh("ended")
    ours = {*w.frame.locals.values()}
    parts = [it for one in body for it in ast.walk(one)]
    stored = {it.id for it in parts if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)}
    for local in sorted(stored & ours):
        w.frame.unset[local] = None
    outside = sorted((stored & ours) | (stored & {"ops", "at", "checked", "unchecked"}))
    nothing = ast.arguments([], [], None, [], [], None, [])
    first: list[ast.stmt] = [ast.Nonlocal(outside)] if outside else []
    w.emit(ast.FunctionDef(name, nothing, [*first, *body], [], lineno=0))
    code: ast.expr = call(name)
    if any(isinstance(it, ast.Yield | ast.YieldFrom) for it in parts):
        code = ast.YieldFrom(code)
    is_over = negated(is_none(load(ended)))
    w.emit(assign(ended, code), when(is_over, [ast.Return(load(ended))]))


def _write(flow: Flow, step: Step, outer: Place) -> None:
    """The step, in a loop where a failure may bring it back."""
    if not any(it.retries for it in step.handlers):
        _write_once(flow, step, outer, [])
        return
    again = _counters(flow, step.handlers)
    blur(flow.w, set_in((step,)))
    flow.w.ops = None
    code, ended = inner(flow, lambda: _write_once(flow, step, outer, again))
    flow.w.emit(ast.While(ast.Constant(True), [*code, ast.Break()], []))
    joined(flow, ended)


def write_guarded(flow: Flow, it: "Statement | Step", place: Place) -> None:
    """Write a statement of the flow itself, whose failures the program's handlers answer."""
    handlers = flow.program.handlers
    again = _counters(flow, handlers) if any(one.retries for one in handlers) else []
    if again:
        blur(flow.w, set_in((it,)))
        flow.w.ops = None
    guarded = replace(place, is_guarded=True)

    def written() -> None:
        caught(
            flow,
            Rescue(handlers, again, place, set_in((it,))),
            lambda: statement(flow, it, guarded),
        )

    if not again:
        written()
        return
    code, ended = inner(flow, written)
    flow.w.emit(ast.While(ast.Constant(True), [*code, ast.Break()], []))
    joined(flow, ended)


def _counters(flow: Flow, handlers: tuple[Handler, ...]) -> list[str]:
    """Names that hold how often each handler may have the step run again."""
    flow.counts = True
    names = [flow.w.names.fresh("again") for _ in handlers]
    for name, it in zip(names, handlers, strict=True):
        flow.w.emit(assign(name, ast.Constant(it.retries)))
    return names


def _write_once(flow: Flow, step: Step, outer: Place, again: list[str]) -> None:
    w = flow.w
    site = outer.site_of(step.path)
    if again or step.path in flow.twice or _comes_again(flow, outer):
        site = counted(flow, site)
    w.emit(assign("at", site.code))
    left = outer.left
    if flow.is_watched:
        left = (Left(enter(flow, step, site), site), *left)
    place = Place(
        site, step.path, step, at=site, left=left, is_guarded=outer.is_guarded, view=outer.view
    )
    if not step.handlers and not flow.is_watched:
        _body(flow, step, place)
        return
    guarded = replace(place, is_guarded=True)
    handled = replace(place, is_loose=True, outside=outer.outside if outer.is_loose else outer.at)
    caught(
        flow,
        Rescue(step.handlers, again, handled, set_in((*step.reads, *step.body))),
        lambda: _body(flow, step, guarded),
    )


def _comes_again(flow: Flow, outer: Place) -> bool:
    """Whether a handler of the program may bring the flow back to steps of its own."""
    return outer.step is None and not outer.path and any(it.retries for it in flow.program.handlers)


def counted(flow: Flow, site: Site) -> Site:
    """The site, numbered where the run has been there before."""
    flow.counts = True
    name = flow.w.names.fresh("here")
    flow.w.emit(assign(name, kit("fresh", load("times"), site.full, load("site"))))
    return Site(base=name)


def _body(flow: Flow, step: Step, place: Place) -> None:
    w = flow.w
    charge_step(flow)
    for it in step.reads:
        write_perform(flow, it, place)
    if step.when is None:
        _work(flow, step, place)
    else:
        piece = w.condition(step.when)
        code, ended = inner(flow, lambda: _work(flow, step, place))
        w.emit(when(piece.node, code))
        joined(flow, w.scope, ended)


def _work(flow: Flow, step: Step, place: Place) -> None:
    for it in step.guards:
        guard(flow, it, place)
    block(flow, step.body, place)


@dataclass(frozen=True, slots=True)
class Rescue:
    """Who answers a failure, and what is known where it comes."""

    handlers: tuple[Handler, ...]
    again: list[str]
    """Names of how often each handler may still have it run again; none where none may."""
    place: Place
    """Of what failed, as its handlers have it."""
    names: frozenset[str]
    """Names that may have been set before it failed."""


def caught(flow: Flow, rescue: Rescue, write: Callable[[], None]) -> None:
    """What `write` writes, with the handlers behind it."""
    w = flow.w
    body, ended = inner(flow, write)
    w.ops = None
    ends: list[Scope | None] = [ended]
    left = rescue.place.left if flow.is_watched and rescue.place.step is not None else ()
    otherwise = leaving(flow, left[0], ended) if left and ended is not None else []
    failed = w.names.fresh("failed")
    blur(w, rescue.names)
    code: list[ast.stmt] = []
    told_of = leaving(flow, left[0], w.scope, failed) if left else []
    code.append(throw(load(failed)))
    code[:0] = told_of
    for number in reversed(range(len(rescue.handlers))):
        handled, end = inner(flow, lambda number=number: _handler(flow, rescue, number, failed), 3)
        ends.append(end)
        codes = [ast.Constant(it) for it in rescue.handlers[number].codes]
        code = [when(kit("answers", load(failed), *codes), handled, code)]
    caught_as = assign(failed, kit("failure", load("error"), load("site"), load("at")))
    rescuing = ast.ExceptHandler(of_kit("FAILURES"), "error", [caught_as, *code])
    w.emit(ast.Try(body or [ast.Pass()], [rescuing], otherwise, []))
    joined(flow, *ends)


def _handler(flow: Flow, rescue: Rescue, number: int, failed: str) -> None:
    """What one handler does with the failure."""
    w, it, place = flow.w, rescue.handlers[number], rescue.place
    left = place.left[:1] if flow.is_watched and place.step is not None else ()
    if rescue.again:
        name = rescue.again[number]
        once = [*(leaving(flow, left[0], w.scope, failed) if left else ())]
        less = ast.AugAssign(store(name), ast.Sub(), ast.Constant(1))
        w.emit(when(load(name), [*once, less, ast.Continue()]))
    site = place.site.behind(f"!{number}")
    if place.step is None:
        site = counted(flow, site)
    w.emit(assign("at", site.code))
    before = w.scope.get(_FAILURE)

    def outside(scope: Scope) -> Scope:
        found = {name: it for name, it in scope.items() if name != _FAILURE}
        return found if before is None else {**found, _FAILURE: before}

    around = tuple(it.seen(outside) for it in place.left)
    if left:
        around = (replace(around[0], failed=failed), *around[1:])
    inside = replace(place, site=site, path=f"{place.path}!{number}", at=site, left=around)
    inside = replace(inside, view=after(outside, place.view))
    if left:
        inside = replace(inside, is_guarded=True)
    scope, w.scope = w.scope, dict(w.scope)
    blur(w, set_in((*it.undo, *it.body)))
    unhandled = [*leaving(flow, left[0], w.scope, failed), ast.Raise()] if left else []
    w.scope = scope
    with w.inside() as work:
        _answer(flow, it, inside, failed)
    if not left:
        w.emit(*work)
        return
    w.emit(attempt_all(work, unhandled))
    if not flow.is_dead:
        w.emit(*leaving(flow, left[0], w.scope, failed))


def _answer(flow: Flow, it: Handler, place: Place, failed: str) -> None:
    w = flow.w
    before = w.scope.get(_FAILURE)
    name = w.names.fresh("failure")
    w.scope[_FAILURE] = Local(name, _FAILURE_KIND)
    parts = [(key, ast.Attribute(load(failed), key, ast.Load())) for key in ("code", "message")]
    w.emit(assign(name, record(parts)))
    block(flow, it.undo, place)
    if not flow.is_dead and it.undo and it.body:
        w.emit(assign("at", place.site.code))
    if not flow.is_dead:
        block(flow, it.body, place)
    del w.scope[_FAILURE]
    if before is not None:
        w.scope[_FAILURE] = before
    if not it.goes_on and not flow.is_dead:
        w.emit(throw(load(failed)))
        flow.is_dead = True
