"""A small program cannot make a value without end: it is the same final fault on both engines."""

import pytest

from tests.runtime.programs import c, code_of, n, op, program, run, step
from vesper.lang import ir
from vesper.lang.program import Answer, Assign, Handler
from vesper.runtime.memory import size
from vesper.values.value import Value

ROUNDS = c([*range(60)])
MANY = c([{"k": 1}] * 1_100)


def folded(initial: object, body: ir.Expr) -> ir.Expr:
    return ir.Fold(ROUNDS, "it", "sum", c(initial), body)


GROWING = {
    "a text doubled": folded("x", op(n("sum"), "+", n("sum"))),
    "a template doubled": folded("x", ir.Text((n("sum"), n("sum")))),
    "a list doubled": folded([1], op(n("sum"), "+", n("sum"))),
    "a list of lists made flat": folded([1], ir.Flatten(ir.ListOf((n("sum"), n("sum"))))),
    "a text replaced": folded("xx", ir.Call("replace", (n("sum"), c("x"), c("xx")))),
    "texts joined": folded("x", ir.Call("join", (ir.ListOf((n("sum"), n("sum"))), c("")))),
    "records joined with all others": ir.Pair(MANY, MANY, "k", "k"),
}  # fmt: skip
ANYTHING = Handler((), goes_on=True)


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_without_end_is_refused(name: str):
    it = program(
        step("grow", Assign("found", GROWING[name]), handlers=(ANYTHING,)),
        step("done", Answer("success", ())),
    )
    assert code_of(run(it)) == "memory_exceeded"


def test_what_is_woven_without_end_is_no_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vesper.values.value.MOST_PARTS", 20_000)
    woven = ir.Fold(ROUNDS, "it", "sum", c([1]), ir.ListOf((n("sum"), n("sum"))))
    it = program(step("done", Answer("success", (("found", woven),))), success="found")
    assert code_of(run(it)) == "output_invalid"


def test_counting_what_is_woven_without_end_ends():
    found: Value = []
    for _ in range(60):
        found = [found, found]
    assert size(found, 10_000) > 10_000
