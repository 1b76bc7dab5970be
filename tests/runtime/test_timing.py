"""A run whose time is over ends, also where it asks for nothing."""

import itertools

import pytest

from vesper.compile.lower import lower
from vesper.runtime.driver import Conduct, drive
from vesper.runtime.engine import Engine
from vesper.runtime.handling import Call
from vesper.runtime.interp import Interpreter
from vesper.runtime.python import Python
from vesper.runtime.request import Effect
from vesper.values.value import Value

ENGINES: list[Engine] = [Interpreter(), Python()]
LONG = """\
node_id: long_v1
type: function
intent: Count for longer than there is time
inputs: {rounds: integer}
outputs:
  success: {counted: "array<integer>"}
  error: {error_code: "enum[too_slow]", message: string}
flow:
  - step: count
    operation: for_each
    items: "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    as: it
    steps:
      - {step: one, operation: compute, expression: "it + rounds", output: sum}
    output: counted
HANDLED
performance: {timeout: 5s}
"""
HANDLED = """\
    on_error:
      - error_type: timeout
        return_error: {error_code: too_slow, message: "There was no time"}
"""


def refuse(effect: Effect, _call: Call) -> Value:
    raise AssertionError(effect)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda it: it.name)
@pytest.mark.parametrize(
    ("handled", "seconds", "code"),
    [("", 1.0, "timeout"), (HANDLED, 1.0, "too_slow"), ("", 0.001, None)],
    ids=["late", "late_and_handled", "in_time"],
)
def test_a_loop_ends_when_the_time_is_over(
    engine: Engine, handled: str, seconds: float, code: str | None
) -> None:
    clock = itertools.count(0, seconds)
    program = lower(LONG.replace("HANDLED\n", handled))
    conduct = Conduct(engine, refuse, Call("run", "long_v1", ""), clock=lambda: next(clock))
    envelope = drive(program, {"rounds": 1}, conduct)
    assert (envelope.error.code if envelope.error else None) == code


@pytest.mark.parametrize("engine", ENGINES, ids=lambda it: it.name)
def test_a_loop_ends_when_the_run_is_stopped(engine: Engine) -> None:
    asked = itertools.count()
    program = lower(LONG.replace("HANDLED\n", HANDLED))
    call = Call("run", "long_v1", "", is_stopped=lambda: next(asked) > 3)
    envelope = drive(program, {"rounds": 1}, Conduct(engine, refuse, call, clock=lambda: 0.0))
    assert envelope.error is not None
    assert envelope.error.code == "cancelled"
