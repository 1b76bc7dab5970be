from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.runtime.programs import World, c, code_of, n, op, program, step
from vesper.lang import ir
from vesper.lang.program import Answer, Assign, Handler, Limits, Loop
from vesper.runtime.engine import Engine
from vesper.runtime.interp import Interpreter
from vesper.runtime.memory import bounded, size
from vesper.runtime.python import Python

ENGINES: list[Engine] = [Interpreter(), Python()]


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        (None, 16), (True, 16), (2**62, 16), ("", 16), ("abc", 19), ("né", 19), (b"ab", 18),
        (Decimal("1.50"), 20), (datetime(2026, 1, 1, tzinfo=UTC), 41), ([], 16), ([1, 2], 48),
        ({"ab": "c"}, 16 + 2 + 17),
    ],
)  # fmt: skip
def test_a_value_counts_the_same_whatever_holds_it(value: Any, bytes_: int):
    assert size(value) == bytes_


GROW = op(n("text"), "+", n("text"))
DONE = step("done", Answer("success", ()))


@pytest.mark.parametrize("engine", ENGINES, ids=lambda it: it.name)
def test_a_run_that_holds_more_than_it_may_ends_at_the_step_that_took_it(engine: Engine):
    steps = [step(f"grow_{at}", Assign("text", GROW)) for at in range(10)]
    anything = Handler((), goes_on=True)
    it = program(
        step("begin", Assign("text", c("x" * 100))), *steps, DONE,
        limits=Limits(memory=2_000), handlers=(anything,),
    )  # fmt: skip
    ended = World().drive(engine.begin(it, {}, watcher=bounded(it)))
    assert ended.error
    assert code_of(ended) == "memory_exceeded"
    assert ended.error["details"] == {"step": "grow_4"}
    enough = program(*it.body, limits=Limits(memory=200_000))
    assert World().drive(engine.begin(enough, {}, watcher=bounded(enough))).error is None


@pytest.mark.parametrize("engine", ENGINES, ids=lambda it: it.name)
def test_what_a_round_held_is_free_again_behind_it(engine: Engine):
    big = step("each/big", Assign("big", ir.Text((n("x"), c("y" * 1_000)))))
    it = program(
        step("each", Loop(c(list(range(20))), "x", "", (big,))), DONE, limits=Limits(memory=3_000)
    )
    assert World().drive(engine.begin(it, {}, watcher=bounded(it))).error is None
    kept = program(
        step("each", Loop(c(list(range(20))), "x", "", (big,), n("big"), "all")), DONE,
        limits=Limits(memory=3_000),
    )  # fmt: skip
    assert (
        code_of(World().drive(engine.begin(kept, {}, watcher=bounded(kept)))) == "memory_exceeded"
    )


def test_without_a_limit_nobody_looks():
    assert bounded(program(DONE)) is None
