from typing import Any

import pytest

from tests.runtime.programs import (
    FAULTY,
    World,
    c,
    code_of,
    guard,
    n,
    op,
    perform,
    program,
    run,
    step,
)
from vesper.lang import ir
from vesper.lang.program import (
    Answer,
    Assign,
    Fail,
    Handler,
    Limits,
    Loop,
    Program,
    Step,
)
from vesper.runtime.request import Failure

SUCCESS = Answer("success", (("total", n("total")),))
REFUSED = Answer("error", (("error_code", c("too_small")), ("message", c("no"))))
DECLINED = Failure(("card_declined", "http_402", "effect_failed"), "declined")
LOST = Failure(("unreachable", "network_error", "effect_failed"), "nobody answers")


@pytest.mark.parametrize(
    ("broken", "code", "details"),
    [
        (
            step("bad", Assign("x", FAULTY)),
            "evaluation_failed",
            {"step": "bad", "fault": "division_by_zero"},
        ),
        (
            step("bad", guards=(guard("a > 9", op(n("a"), ">", c(9))),)),
            "guard_failed",
            {"step": "bad", "guard": "a > 9", "values": {"a": 1}},
        ),
        (
            step("bad", guards=(guard("1 / 0", FAULTY),)),
            "guard_failed",
            {"step": "bad", "guard": "1 / 0", "values": {}},
        ),
        (
            step("bad", Fail("too_big", c("no"), (("a", n("a")),))),
            "effect_failed",
            {"step": "bad", "a": 1, "codes": ["too_big"]},
        ),
        (
            step("bad", perform("charge")),
            "effect_failed",
            {"step": "bad", "codes": ["card_declined", "http_402", "effect_failed"]},
        ),
        (step("bad", Loop(c([1, 2]), "x", "", (), max_items=1)), "too_many_items",
         {"step": "bad", "items": 2, "max_items": 1}),
    ],
)  # fmt: skip
def test_a_failure_that_nothing_handles_tells_the_step_and_the_values(
    broken: Step, code: str, details: dict[str, Any]
):
    ended = run(program(broken, inputs="a"), {"a": 1}, World({"bad": DECLINED}))
    assert code_of(ended) == code
    assert ended.error
    assert ended.error["details"] == details
    assert not ended.declared


DEEP = ir.Fold(c([0] * 200), "it", "inner", c([]), ir.ListOf((n("inner"),)))
NEST = step("nest", Assign("deep", DEEP))
TOO_DEEP = "values are nested deeper than 64 levels"


@pytest.mark.parametrize(
    ("it", "code", "details"),
    [
        (step("bad", Assign("y", op(n("deep"), "==", DEEP))), "evaluation_failed",
         {"step": "bad", "fault": "too_deep"}),
        (step("bad", guards=(guard("deep == 1", op(n("deep"), "==", c(1))),)), "guard_failed",
         {"step": "bad", "guard": "deep == 1", "values": {"deep": TOO_DEEP}}),
        (step("bad", Fail("odd", c("no"), (("deep", n("deep")),))), "effect_failed",
         {"step": "bad", "deep": TOO_DEEP, "codes": ["odd"]}),
    ],
)  # fmt: skip
def test_a_value_that_is_nested_too_deep_is_a_fault_and_never_in_what_is_told(
    it: Step, code: str, details: dict[str, Any]
):
    ended = run(program(NEST, it))
    assert ended.error
    assert (code_of(ended), ended.error["details"]) == (code, details)


def charged(*handlers: Handler, **given: Any) -> Program:
    return program(
        step("charge", perform("charge", "paid", "write"), handlers=handlers),
        step("done", Answer("success", (("total", n("paid")),))),
        success="total", **given,
    )  # fmt: skip


SAYS = Answer("error", (("error_code", ir.GetField(n("$failure"), "code")),))


@pytest.mark.parametrize(
    ("it", "answers", "code", "sites"),
    [
        (charged(Handler(("card_declined",), body=(SAYS,))), [DECLINED], "card_declined", ["charge"]),
        (charged(Handler(("http_402",), body=(REFUSED,))), [DECLINED], "too_small", ["charge"]),
        (charged(Handler(("timeout",), body=(REFUSED,)), Handler((), body=(SAYS,))), [LOST],
         "unreachable", ["charge"]),
        (charged(Handler(("timeout",), body=(REFUSED,))), [LOST], "effect_failed", ["charge"]),
        (charged(Handler((), body=(Assign("paid", c(0)),), goes_on=True)), [LOST], None, ["charge"]),
        (charged(Handler((), body=(Assign("paid", c(0)),))), [LOST], "effect_failed", ["charge"]),
        (charged(Handler((), (step("charge!0/undo", perform("undo", kind="write")),), (REFUSED,))),
         [LOST], "too_small", ["charge", "charge!0/undo"]),
        (charged(Handler((), (perform("undo", kind="write"),), (REFUSED,), 2)), [LOST, LOST, LOST],
         "too_small", ["charge", "charge~1", "charge~2", "charge~2!0"]),
        (charged(Handler((), retries=2)), [LOST], None, ["charge", "charge~1"]),
        (charged(handlers=(Handler(("unreachable",), body=(SAYS,)),)), [LOST], "unreachable", ["charge"]),
        (charged(handlers=(Handler((), retries=1),)), [LOST], None, ["charge", "charge~1"]),
        (charged(handlers=(Handler((), body=(step("!0/note", perform("note"), SAYS),)),)), [LOST],
         "unreachable", ["charge", "!0/note"]),
    ],
)  # fmt: skip
def test_failures_go_to_the_handlers_of_the_step_then_of_the_node(
    it: Program, answers: list[Failure], code: str | None, sites: list[str]
):
    tries = [f"charge~{at}" if at else "charge" for at in range(len(answers))]
    world = World(dict(zip(tries, answers, strict=True)), lambda _: 1)
    ended = run(it, world=world)
    assert (code_of(ended), world.sites) == (code, sites)


def test_nothing_handles_a_refusal_or_a_spent_budget():
    denied = Failure(("capability_denied",), "not allowed", final=True)
    anything = Handler((), body=(REFUSED,))
    ended = run(charged(anything, handlers=(anything,)), world=World({"charge": denied}))
    assert code_of(ended) == "capability_denied"
    assert ended.error
    assert ended.error["details"] == {"step": "charge"}
    spends = step("spend", Assign("x", ir.Each(c([1] * 50), "it", n("it"))), handlers=(anything,))
    ended = run(program(spends, limits=Limits(operations=50), handlers=(anything,)))
    assert (code_of(ended), ended.operations) == ("budget_exceeded", 51)
    assert ended.error
    assert ended.error["details"] == {"step": "spend", "fault": "budget_exceeded"}


def test_a_fault_can_be_handled_by_its_own_code_or_the_general_one():
    for code in ("division_by_zero", "evaluation_failed"):
        it = program(step("bad", Assign("x", FAULTY), handlers=(Handler((code,), body=(SAYS,)),)))
        assert code_of(run(it)) == "division_by_zero"


def test_a_called_program_has_the_site_of_its_call_before_all_of_its_own():
    world = World({"pay>charge": LOST})
    handled = charged(handlers=(Handler((), body=(perform("note"), SAYS)),))
    run(handled, world=world, site="pay>")
    assert world.sites == ["pay>charge", "pay>!0"]
