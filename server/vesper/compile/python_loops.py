"""Loops and branches as Python: rounds in place, or functions that the driver runs at once."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from vesper.compile.python_code import (
    Frame,
    Piece,
    Writer,
    assign,
    call,
    compare,
    is_none,
    kit,
    load,
    method,
    negated,
    of_kit,
    store,
    subscript,
    throw,
    tuple_of,
    when,
)
from vesper.compile.python_flow import (
    Flow,
    Place,
    Site,
    after,
    block,
    finished,
    leave_all,
    settle,
)
from vesper.compile.python_kinds import item_of
from vesper.compile.python_scope import Scope, set_in
from vesper.lang.program import Answer, Block, Loop, Parallel
from vesper.lang.types import ANY, INTEGER, NULL, Array, Type


def write_loop(flow: Flow, it: Loop, place: Place) -> None:
    """Write a loop; its rounds keep what they set."""
    w = flow.w
    over = w.items(it.items)
    count = call("len", over.node)
    refusal = kit("too_many_items", count, ast.Constant(it.max_items), place.site.full)
    w.emit(when(compare(count, ast.Gt(), ast.Constant(it.max_items)), [throw(refusal)]))
    w.charge_for(over)
    if it.concurrency > 1:
        _fork_rounds(flow, it, place, over)
        return
    listed = w.names.fresh("collected") if it.output else ""
    if listed:
        w.emit(assign(listed, ast.List([], ast.Load())))
    at, here = w.names.fresh(it.index or "index"), w.names.fresh("here")
    outside = dict(w.scope)
    kind: list[Type] = []

    def write() -> None:
        target = _round(flow, it, over, at)
        first = [*w.block, assign(here, _numbered(place.site, load(at)))]
        w.block.clear()
        with w.inside() as body:
            left = tuple(one.seen(lambda _scope: outside) for one in place.left)
            view = after(lambda _scope: outside, place.view)
            block(flow, it.body, replace(place, site=Site(base=here), left=left, view=view))
            if not flow.is_dead and (listed or it.collect is not None):
                kind.append(_collect(flow, it, place, listed))
        w.emit(
            ast.For(
                ast.Tuple([store(at), store(target)], ast.Store()),
                call("enumerate", over.node),
                [*w.frame.beginning(), *first, *body],
                [],
                lineno=0,
            )
        )

    with w.inside() as code:
        _in_frame(flow, it.body, write)
    w.emit(*code)
    if it.output:
        called = w.set_name(it.output, Array(kind[0] if kind else ANY))
        w.emit(assign(called, load(listed)))


def write_parallel(flow: Flow, it: Parallel, place: Place) -> None:
    """Write the branches as functions, and what they set once all have ended."""
    if not it.branches:
        return
    w = flow.w
    fork = _begin(flow, ast.Constant(len(it.branches)))
    works: list[ast.expr] = []
    answers: list[Answer] = []
    scopes: list[Scope | None] = []
    for number, (name, body) in enumerate(it.branches):
        site = place.site.behind(f"/{name}")
        inside = replace(
            place, site=site, path=f"{place.path}/{name}", at=site, is_loose=True, outside=None,
            is_guarded=False, left=(),
        )  # fmt: skip
        function = w.names.fresh(name)
        scopes.append(_branch(flow, fork, body, _Work(function, inside, [], None, answers)))
        works.append(kit("partial", load(function), load("ops"), ast.Constant(number)))
    _ask(flow, fork, tuple_of(works), ast.Constant(len(works)), place)
    for number, (_, body) in enumerate(it.branches):
        _take_names(w, fork, number, set_in(body), scopes[number])
    _take_answer(flow, fork, answers, place)


@dataclass(frozen=True, slots=True)
class _Fork:
    spent: str
    """The list of what each branch has used."""
    ended: str
    """The list of what the branches come to."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One function that a branch is."""

    function: str
    place: Place
    parameters: list[str]
    begin: Callable[[], None] | None
    """Writes what comes first."""
    answers: list[Answer]
    end: Callable[[], None] | None = None
    """Writes what comes last."""


def _fork_rounds(flow: Flow, it: Loop, place: Place, over: Piece) -> None:
    w = flow.w
    fork = _begin(flow, call("len", over.node))
    function = w.names.fresh("round")
    here = w.names.fresh("here")
    site = Site(base=here)
    inside = replace(
        place, site=site, at=site, is_loose=True, outside=None, is_guarded=False, left=()
    )
    parameters: list[str] = []
    answers: list[Answer] = []

    def begin() -> None:
        parameters.append(_round(flow, it, over, "number"))
        w.emit(assign(here, _numbered(place.site, load("number"))))

    def end() -> None:
        if it.collect is not None:
            piece = w.expression(it.collect)
            w.emit(assign("collected", piece.node))

    _branch(flow, fork, it.body, _Work(function, inside, parameters, begin, answers, end))
    each = kit("partial", load(function), load("ops"), load("number"), load("item"))
    both = ast.Tuple([store("number"), store("item")], ast.Store())
    listed = ast.ListComp(each, [ast.comprehension(both, call("enumerate", over.node), [], 0)])
    _ask(flow, fork, call("tuple", listed), ast.Constant(it.concurrency), place)
    _take_answer(flow, fork, answers, place)
    if it.output and not flow.is_dead:
        called = w.set_name(it.output, Array(ANY))
        one = ast.Attribute(load("one"), "collected", ast.Load())
        w.emit(
            assign(
                called,
                ast.ListComp(one, [ast.comprehension(store("one"), load(fork.ended), [], 0)]),
            )
        )


def _round(flow: Flow, it: Loop, over: Piece, at: str) -> str:
    """The names of a round; what its item is called."""
    w = flow.w
    target = w.set_name(it.name, item_of(over.kind))
    if it.index:
        called = w.set_name(it.index, INTEGER)
        w.emit(assign(called, load(at)))
    return target


def _in_frame(flow: Flow, body: Block, write: Callable[[], None]) -> Scope | None:
    """Write with names of its own; those of the outside that it sets begin as they are there."""
    w = flow.w
    frame, w.frame = w.frame, Frame()
    scope, w.scope = w.scope, dict(w.scope)
    was_dead, flow.is_dead = flow.is_dead, False
    for name in sorted(set_in(body)):
        known = w.scope.get(name)
        if known is not None:
            if not known.is_sure and known.frame is not None:
                known.frame.unset[known.name] = None
            called = w.set_name(name, known.kind, is_sure=known.is_sure)
            w.emit(assign(called, load(known.name)))
    write()
    ended = None if flow.is_dead else w.scope
    w.frame, w.scope, flow.is_dead = frame, scope, was_dead
    return ended


def _begin(flow: Flow, count: ast.expr) -> _Fork:
    w = flow.w
    flow.asks, w.ops = True, None
    fork = _Fork(w.names.fresh("spent"), w.names.fresh("ended"))
    each = ast.List([load("ops")], ast.Load())
    w.emit(assign(fork.spent, ast.BinOp(each, ast.Mult(), count)))
    return fork


def _branch(flow: Flow, fork: _Fork, body: Block, work: _Work) -> Scope | None:
    """Write the function of one branch."""
    w = flow.w
    outer, flow.branch = flow.branch, work.answers
    ends: list[Scope | None] = []

    def write() -> None:
        if work.begin is not None:
            work.begin()
        copies = list(w.block)
        w.block.clear()
        at = [assign("at", work.place.site.code)]
        block(flow, body, work.place)
        ends.append(None if flow.is_dead else w.scope)
        if not flow.is_dead:
            if work.end is not None:
                w.emit(assign("at", work.place.site.code))
                work.end()
            w.emit(*finished(flow))
        _define(w, fork, work, [*w.frame.beginning(), *copies, *at], list(w.block))

    with w.inside() as code:
        _in_frame(flow, body, write)
    w.emit(code[-1])
    flow.branch = outer
    return ends[0]


def _define(
    w: Writer, fork: _Fork, work: _Work, first: list[ast.stmt], body: list[ast.stmt]
) -> None:
    failed = throw(kit("failure", load("error"), load("site"), load("at")))
    caught = ast.ExceptHandler(of_kit("FAILURES"), "error", [failed])
    total = ast.Assign(
        [ast.Subscript(load(fork.spent), load("number"), ast.Store())], load("ops"), lineno=0
    )
    nothing = [assign("answer", ast.Constant(None)), assign("collected", ast.Constant(None))]
    whole = ast.Try(body, [caught], [], [total])
    arguments = [ast.arg(name) for name in ("ops", "number", *work.parameters)]
    w.block[:] = [
        ast.FunctionDef(
            work.function,
            ast.arguments([], arguments, None, [], [], None, []),
            # What is behind the return is never reached; it makes the function a generator.
            [*nothing, *first, whole, ast.Expr(ast.Yield(None))],
            [],
            lineno=0,
        )
    ]


def _ask(flow: Flow, fork: _Fork, works: ast.expr, limit: ast.expr, place: Place) -> None:
    w = flow.w
    request = ast.Yield(kit("Fork", place.site.full, works, limit))
    together = assign("ops", kit("joined", load("ops"), load(fork.spent)))
    nothing = assign(fork.ended, ast.List([], ast.Load()))
    asking = when(load(fork.spent), [assign(fork.ended, request)])
    w.emit(nothing, ast.Try([asking], [], [], [together]))
    w.charge(0)


def _take_names(
    w: Writer, fork: _Fork, number: int, names: frozenset[str], scope: Scope | None
) -> None:
    """What a branch has set is there behind it."""
    for name in sorted(names):
        known = w.scope.get(name)
        end = scope.get(name) if scope is not None else None
        is_set = end is not None and end.is_sure
        was_sure = known is not None and known.is_sure
        called = w.set_name(name, end.kind if end and is_set else ANY, is_sure=is_set or was_sure)
        if not was_sure:
            w.frame.unset[called] = None
        joint = subscript(load(fork.ended), ast.Constant(number))
        before = load(known.name) if known is not None else load(called)
        w.emit(assign(called, kit("given", joint, ast.Constant(name), before)))


def _take_answer(flow: Flow, fork: _Fork, answers: list[Answer], place: Place) -> None:
    """An answer in a branch ends the flow; the first in order counts."""
    if not answers:
        return
    w = flow.w
    w.emit(assign("answer", kit("answer_of", load(fork.ended))))
    if flow.branch is not None:
        flow.branch.extend(answers)
        with w.inside() as ending:
            leave_all(flow, place)
            w.emit(*finished(flow))
    else:
        with w.inside() as ending:
            leave_all(flow, place)
            settle(flow, place, lambda: flow.settle_any(flow, answers, place))
    w.emit(when(negated(is_none(load("answer"))), ending))


def _collect(flow: Flow, it: Loop, place: Place, listed: str) -> Type:
    w = flow.w
    if it.collect is None:
        found = Piece(ast.Constant(None), NULL)
    else:
        if place.at is not None:
            w.emit(assign("at", place.at.code))
        found = w.expression(it.collect)
    w.emit(ast.Expr(method(load(listed), "append", found.node) if listed else found.node))
    return found.kind


def _numbered(site: Site, number: ast.expr) -> ast.expr:
    """The site of a round."""
    begun = ast.BinOp(site.behind("[").code, ast.Add(), call("str", number))
    return ast.BinOp(begun, ast.Add(), ast.Constant("]"))
