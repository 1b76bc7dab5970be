from dataclasses import replace
from typing import Any

import pytest

from tests.execution.debugged import Session, starting
from tests.requirements import requirement
from tests.runtime.programs import World, c, clause, n, op, perform, program, step
from vesper.execution.comparison import Follower
from vesper.execution.debugger import Stop
from vesper.lang import ir
from vesper.lang.program import Answer, Assign, Fail, Parallel, Program
from vesper.runtime.interp import Interpreter
from vesper.runtime.request import Running


def sample(factor: int = 2, charged: int = 5, post: int = 100, last: Any = None) -> Program:
    return program(
        step("double", Assign("total", op(n("amount"), "*", c(factor)))),
        step("charge", perform("charge", "paid", "write", amount=op(n("amount"), "+", c(charged)))),
        step("gather", Parallel((
            ("a", (step("gather/a/ask", perform("ask", "a")),)),
            ("b", (step("gather/b/ask", perform("ask", "b")),)),
        ))),
        step("done", *([last] if last else []), Answer("success", (("total", n("total")),))),
        inputs="amount", success="total",
        postconditions=(
            clause("small", op(ir.Result("total", "success"), "<", c(post))),
        ),
    )  # fmt: skip


class Other(Interpreter):
    """An engine that gets one thing of the program wrong."""

    name = "other"

    def __init__(self, wrong: Program) -> None:
        self._wrong = wrong

    def begin(self, program: Program, inputs: Any, site: str = "", watcher: Any = None) -> Running:
        return super().begin(self._wrong, inputs, site, watcher)


def compared(wrong: Program, world: World) -> tuple[Session, Follower]:
    right = sample()
    follower = Follower("interp", Other(wrong), starting(right, {"amount": 6}, world))
    session = Session(right, {"amount": 6}, world=world, peer=follower, stop_on_entry=False)
    return session, follower


DIFFERENCES = [
    (sample(factor=3), "`total` interp: 12, other: 18", "double", []),
    (
        sample(charged=6),
        'at charge other asks for charge {"amount":12}; interp asks for something else',
        "charge",
        ["charge"],
    ),
    (sample(post=1), "interp: small: true, other: small: false", "sample_v1", None),
    (
        sample(last=Fail("odd", c("no"))),
        "interp: no failure, other: odd",
        "done",
        None,
    ),
    (
        replace(sample(), body=(*sample().body[:1], *sample().body[2:])),
        "interp: charge begins, other: gather begins",
        "charge",
        [],
    ),
    (
        replace(
            sample(), success=(), body=(*sample().body[:3], step("done", Answer("success", ())))
        ),
        "interp: small: true, other: small: missing_field",
        "sample_v1",
        None,
    ),
]


@requirement("F60")
@pytest.mark.parametrize(
    ("wrong", "text", "place", "sites"), DIFFERENCES, ids=[it[1] for it in DIFFERENCES]
)
def test_a_run_stops_at_the_first_event_where_the_engines_differ(
    wrong: Program, text: str, place: str, sites: list[str] | None
):
    world = World({}, lambda _: 1)
    session, _ = compared(wrong, world)
    stop = session.stop()
    assert (stop.why, stop.text, stop.frames[0].title) == ("divergence", text, place)
    if sites is not None:
        assert world.sites == sites
    session.debugger.resume()
    assert session.end().output == {"total": 12}


def test_engines_that_agree_never_stop_and_every_effect_happens_once():
    world = World({}, lambda _: 1)
    session, follower = compared(sample(), world)
    assert session.end().output == {"total": 12}
    assert world.sites == ["charge", "gather/a/ask", "gather/b/ask"]
    assert follower.moment
    assert (follower.moment.kind, follower.moment.names) == ("ended", {"total": 12})


def test_both_stand_at_the_same_step_when_the_run_stops():
    world = World({}, lambda _: 1)
    follower = Follower("interp", Other(sample()), starting(sample(), {"amount": 6}, world))
    session = Session(sample(), {"amount": 6}, world=world, peer=follower)
    places: list[tuple[str, str]] = []
    while isinstance(stop := session.debugger.wait(20), Stop):
        assert follower.moment
        places.append((stop.frames[0].site, follower.moment.site))
        session.debugger.step_in()
    assert [one for one, _ in places] == [other for _, other in places]
    assert len(places) == 6


def test_an_engine_that_breaks_is_a_difference():
    class Broken(Interpreter):
        name = "broken"

        def begin(self, *_given: Any, **_named: Any) -> Running:
            raise ZeroDivisionError("of its own")

    world = World({}, lambda _: 1)
    follower = Follower("interp", Broken(), starting(sample(), {"amount": 6}, world))
    session = Session(sample(), {"amount": 6}, world=world, peer=follower, stop_on_entry=False)
    assert session.stop().text == (
        "interp: double begins, broken: the node has ended (ZeroDivisionError: of its own)"
    )
    session.debugger.quit()
