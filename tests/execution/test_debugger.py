from typing import Any

import pytest

from tests.execution.debugged import Session
from tests.requirements import requirement
from tests.runtime.programs import FAULTY, World, c, clause, n, op, perform, program, step
from vesper.errors import VesperError
from vesper.execution.breakpoints import read, shown
from vesper.lang import ir
from vesper.lang.program import (
    Answer,
    Assign,
    Handler,
    If,
    Invoke,
    Loop,
    Parallel,
)
from vesper.runtime.request import Failure

DONE = step("done", Answer("success", (("total", n("total")),)))
SAMPLE = program(
    step("double", Assign("total", op(n("amount"), "*", c(2))), line=10),
    step(
        "each",
        Loop(
            c([1, 2]), "x", "", (step("each/add", Assign("y", op(n("x"), "+", c(1))), line=14),)
        ),
        line=12,
    ),
    step("choose", If(((op(n("total"), ">", c(10)), (step("choose/big", Assign("big", c(1))),)),), ())),
    DONE,
    inputs="amount", success="total",
    preconditions=(clause("amount > 0", op(n("amount"), ">", c(0)), "amount"),),
    postconditions=(
        clause("total < 100", op(ir.Result("total", "success"), "<", c(100)), "amount"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "places"),
    [
        (
            "step_in",
            ["double", "each", "each[0]/add", "each[1]/add", "choose", "choose/big", "done"],
        ),
        ("step_over", ["double", "each", "choose", "done"]),
        ("resume", ["double"]),
    ],
)
def test_a_run_stops_at_its_first_step_and_goes_on_as_it_is_told(command: str, places: list[str]):
    session = Session(SAMPLE, {"amount": 6})
    assert session.stop().why == "entry"
    assert session.walk(command) == places
    assert session.end().output == {"total": 12}


def test_stepping_out_stops_behind_the_step_around():
    session = Session(SAMPLE, {"amount": 6}, "add", stop_on_entry=False)
    assert session.stop().frames[0].title == "each[0]/add"
    session.debugger.breakpoints = []
    session.debugger.step_out()
    assert session.stop().frames[0].title == "choose"


@requirement("F59")
@pytest.mark.parametrize(
    ("wanted", "amount", "places"),
    [
        ("add", 6, ["each[0]/add", "each[1]/add"]),
        ("each[1]/add", 6, ["each[1]/add"]),
        ("choose/big", 6, ["choose/big"]),
        ("choose/big", 2, []),
        ("input.amount > 10000", 10_001, ["double"]),
        ("input.amount > 10000", 10_000, []),
        ("total > 10", 6, ["each"]),
        ("x == 2", 6, ["each[1]/add"]),
        ("contract_violation", 60, ["sample_v1"]),
        ("contract_violation", 6, []),
        ("contract_violation", -1, ["sample_v1"]),
    ],
)
def test_a_run_stops_at_breakpoints_only(wanted: str, amount: int, places: list[str]):
    session = Session(SAMPLE, {"amount": amount}, wanted, stop_on_entry=False)
    assert session.walk("resume") == places


@requirement("F57")
def test_a_violated_clause_stops_with_the_values_it_is_about():
    session = Session(SAMPLE, {"amount": 60}, "contract_violation", stop_on_entry=False)
    stop = session.stop()
    assert (stop.why, stop.text) == ("violation", "`total < 100` is violated")
    frame = stop.frames[0]
    assert frame.look("amount * 2").value == 120
    assert [str(it) for it in frame.node.verdicts] == [
        "`amount > 0` holds",
        "`total < 100` is violated",
    ]
    session.debugger.resume()
    envelope = session.end()
    assert envelope.error
    assert envelope.error.code == "postcondition_violated"


def test_a_failure_stops_with_the_step_still_open():
    it = program(
        step("a", step("a/bad", Assign("x", FAULTY)), handlers=(Handler((), goes_on=True),)),
        step("done", Answer("success", ())),
    )
    session = Session(it, {}, "failure", stop_on_entry=False)
    stop = session.stop()
    assert [frame.title for frame in stop.frames] == ["a/bad", "a", "sample_v1"]
    assert stop.text == "a/bad failed: division by zero (division_by_zero)"
    assert session.walk("resume") == ["a/bad", "a"]


@requirement("F58")
def test_a_run_stops_before_a_machine_moves():
    move = perform(
        "state_machine_transition", "now", "write", **{"from": c(["new", "held"]), "to": c("paid")}
    )
    it = program(step("pay", move), step("done", Answer("success", ())))
    for wanted, places in (
        ("state_transition:new->paid", ["pay"]),
        ("state_transition:*->paid", ["pay"]),
        ("state_transition: held -> *", ["pay"]),
        ("state_transition:paid->new", []),
    ):
        world = World({"pay": "paid"})
        session = Session(it, {}, wanted, world=world, stop_on_entry=False)
        if places:
            assert session.stop().effect is not None
            assert world.asked == []
        assert session.walk("resume") == places
        assert world.sites == ["pay"]


INNER = program(
    step("work", Assign("total", op(n("amount"), "+", c(1)))),
    DONE,
    inputs="amount",
    success="total",
)
OUTER = program(
    step("before", Assign("amount", c(4))),
    step("call", Invoke("inner_v1", (("amount", n("amount")),), "found")),
    step("after", Assign("total", ir.GetField(n("found"), "total"))),
    DONE,
    success="total",
)


def test_a_called_node_has_frames_of_its_own_above_those_of_its_caller():
    nodes = {"inner_v1": INNER}
    session = Session(OUTER, {}, "call>work", nodes=nodes, stop_on_entry=False)
    stop = session.stop()
    assert [it.title for it in stop.frames] == ["call>work", "sample_v1", "call", "sample_v1"]
    assert stop.frames[0].visible == {"amount": 4}
    assert stop.frames[0].look("input.amount").value == 4
    session.debugger.step_out()
    assert session.stop().frames[0].title == "after"
    session.debugger.step_over()
    session.debugger.resume()
    assert session.walk("step_over") == ["done"] or session.end().output == {"total": 5}
    over = Session(OUTER, {}, nodes=nodes)
    assert over.walk("step_over") == ["before", "call", "after", "done"]
    into = Session(OUTER, {}, nodes=nodes)
    assert into.walk("step_in") == ["before", "call", "call>work", "call>done", "after", "done"]


def test_branches_at_once_stop_one_at_a_time_and_all_are_seen():
    branches = tuple((it, (step(f"all/{it}/ask", perform(it, it)),)) for it in ("a", "b", "c"))
    it = program(step("all", Parallel(branches)), step("done", Answer("success", ())))
    session = Session(it, {}, "ask", world=World({}, lambda _: 1), stop_on_entry=False)
    places = session.walk("resume")
    assert sorted(places) == ["all/a/ask", "all/b/ask", "all/c/ask"]
    assert len(session.told) == 3


def test_what_effects_are_answered_is_told():
    failing = Failure(("declined", "effect_failed"), "no money")
    it = program(
        step("ask", perform("stock", "stock")),
        step("pay", perform("charge"), handlers=(Handler((), goes_on=True),)),
        step("done", Answer("success", ())),
    )
    session = Session(
        it, {}, world=World({"ask": {"left": 2}, "pay": failing}), stop_on_entry=False
    )
    session.end()
    assert session.told == ['ask: stock -> {"left":2}', "pay: charge -> no money"]


def test_quitting_ends_the_run_with_nothing_more_performed():
    world = World({}, lambda _: 1)
    it = program(
        step("ask", perform("stock"), handlers=(Handler((), goes_on=True),)),
        step("pay", perform("charge")),
    )
    session = Session(it, {}, "pay", world=world, stop_on_entry=False)
    session.stop()
    session.debugger.quit()
    envelope = session.end()
    assert envelope.error
    assert envelope.error.code == "cancelled"
    assert world.sites == ["ask"]


def test_a_running_node_is_paused_at_its_next_step():
    session: Any = None

    def answer(_effect: Any) -> int:
        session.debugger.pause()
        return 1

    it = program(step("ask", perform("stock")), step("next", Assign("x", c(1))))
    session = Session(it, {}, world=World({}, answer))
    session.debugger.resume()
    stop = session.stop()
    assert (stop.why, stop.frames[0].title) == ("pause", "next")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("dobule", "did you mean `double`?"),
        ("state_transition:open", "state_transition:open->closed"),
        ("amount >", "an expression, such as `amount > 100`"),
        ("nothing_like_it", "stop at a step's name"),
    ],
)
def test_a_breakpoint_that_means_nothing_says_what_would(text: str, hint: str):
    with pytest.raises(VesperError) as caught:
        read(text, SAMPLE)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "text",
    [
        "double",
        "choose/big",
        "contract_violation",
        "failure",
        "divergence",
        "state_transition:a->b",
        "total > 3",
    ],
)
def test_a_breakpoint_is_shown_as_it_is_written(text: str):
    assert shown(read(text, SAMPLE)) == text


def test_looking_shows_the_values_of_the_names_in_an_expression():
    session = Session(SAMPLE, {"amount": 6})
    frame = session.stop().frames[0]
    seen = frame.look("amount / 0 > input.amount")
    assert seen.fault
    assert (seen.fault.code, seen.values) == ("division_by_zero", {"amount": 6})
    with pytest.raises(VesperError, match="no function"):
        frame.look("unheard_of(1)")
    session.debugger.quit()
