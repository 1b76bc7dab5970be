"""Optimised programs give the same as plain ones, and say what was left out and why."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.compile.documents import program
from tests.runtime.programs import World
from vesper.compile.lower import lower
from vesper.compile.optimize import optimized
from vesper.lang import conversion, tree
from vesper.lang.cases import cases
from vesper.lang.check import Analysis
from vesper.lang.ir import Call, Const
from vesper.lang.program import Program, Step
from vesper.lang.types import ANY
from vesper.runtime.engine import Engine
from vesper.runtime.interp import Interpreter
from vesper.runtime.python import Python
from vesper.runtime.request import Effect

ENGINES: tuple[Engine, ...] = (Interpreter(), Python())
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.vsp"))


def answer(effect: Effect) -> Any:
    """The same for the same effect: lists where lists are wanted, else something with an id."""
    return [] if effect.operation == "database_query" else {"id": effect.site, "approved": True}


def told(found: Program, given: dict[str, Any]) -> Any:
    """The same of both engines: what a run comes to, operations left out, and what it asked for."""
    first, second = (_told(it, found, given) for it in ENGINES)
    assert first == second
    return first


def _told(engine: Engine, found: Program, given: dict[str, Any]) -> Any:
    world = World(default=answer)
    ended = world.drive(engine.begin(found, given))
    parts = (
        ended.output,
        ended.error,
        ended.declared,
        ended.checked,
        ended.violated,
        ended.unchecked,
    )
    return parts, [(it.site, it.digest) for it in world.asked if it.operation != "clock"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: it.stem)
def test_every_example_gives_the_same_whether_optimised_or_not(path: Path):
    analysis = Analysis(path.read_text(encoding="utf-8"))
    found = lower(analysis)
    facts = analysis.parts()[0]
    anchors: dict[str, tree.Node] = {}
    for it in facts.held:
        anchors |= it.piece.reading.anchors
    count = 0
    for held in facts.held:
        for case in cases(held.piece):
            given = {
                it.key.text: conversion.convert(it.value, ANY, {}, "", anchors).value
                for it in case.inputs
            }
            count += 1
            assert told(optimized(found).program, given) == told(found, given)
    assert count > 0


IMPLIED = [
    # what is known, what follows, whether it does
    ("x > 0", "x > 0", True),
    ("x > 0", "x >= 0", True),
    ("x >= 1", "x > 0", True),
    ("x > 0", "x >= 1", False),
    ("x < 5", "x <= 5", True),
    ("x == 3", "x > 2", True),
    ("x == 3", "x < 3", False),
    ("0 < x", "x > -1", True),
    ("x > 0 AND x < 9", "x < 10", True),
    ("x > 0 OR x < -5", "x > 0", False),
    ("x > 0", "x > 0 OR x == -1", True),
    ("x % 2 == 0", "x % 2 == 0", True),
    ("x > 0", "x != 0", False),
    ("current_year() > 2000", "current_year() > 2000", False),
]


@pytest.mark.parametrize(("known", "clause", "follows"), IMPLIED)
def test_a_precondition_that_follows_from_another_need_not_be_asked(
    known: str, clause: str, follows: bool
):
    contracts = f"preconditions: ['{known}', '{clause}']"
    found = program(inputs="x: integer", contracts=contracts)
    shorter = optimized(found)
    assert shorter.program.preconditions[1].implied is follows
    assert bool(shorter.removed) is follows
    for x in (-5, -1, 0, 1, 2, 3, 4, 5, 9, 10):
        assert told(shorter.program, {"x": x}) == told(found, {"x": x})


GUARDED = """
- step: first
  operation: validation
  guards: ['x > 0']
  on_failure: {return_error: too_small}
- step: work
  operation: compute
  guards: ['x >= 0', 'x < 5']
  expression: 'x'
  output: result
"""


def test_guards_that_the_contract_makes_sure_are_left_out_but_for_what_a_breach_is_told_by():
    found = program(GUARDED, inputs="x: integer", contracts="preconditions: ['x > 0']")
    shorter = optimized(found)
    first, work = shorter.program.body
    assert isinstance(first, Step)
    assert isinstance(work, Step)
    assert [(it.text, it.implied) for it in first.guards] == [("x > 0", True)]
    assert [it.text for it in work.guards] == ["x < 5"]
    for x in (-1, 0, 1, 5):
        assert told(shorter.program, {"x": x}) == told(found, {"x": x})


def test_what_is_known_of_an_input_is_forgotten_where_a_step_sets_it():
    flow = """
    - step: less
      operation: compute
      expression: 'x - 1'
      output: x
    - step: work
      operation: compute
      guards: ['x > 0']
      expression: 'x'
      output: result
    """
    found = program(flow, inputs="x: integer", contracts="preconditions: ['x > 0']")
    assert optimized(found).removed == ()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("1.10 + 2.20", Decimal("3.30")),
        ("'a' + 'b'", "ab"),
        ("round(2.345, 2)", Decimal("2.34")),
        ("NOT (1 > 2)", True),
        ("null IS NULL", True),
        ("'abc' MATCHES '^a'", True),
        ("upper('a')", "A"),
    ],
)
def test_what_is_known_is_worked_out_when_the_document_is_read(expression: str, expected: Any):
    flow = f'- step: it\n  operation: compute\n  expression: "{expression}"\n  output: result'
    found = optimized(program(flow)).program.body[0]
    assert isinstance(found, Step)
    value = found.body[0].value  # type: ignore[union-attr]
    assert isinstance(value, Const)
    assert (type(value.value), value.value) == (type(expected), expected)


@pytest.mark.parametrize(
    "expression",
    ["9223372036854775807 + 1", "to_integer('x')", "SUM([1, 2])", "substring('a', -1)"],
)
def test_a_fault_and_what_costs_operations_are_left_to_the_run(expression: str):
    flow = f'- step: it\n  operation: compute\n  expression: "{expression}"\n  output: result'
    found = program(flow)
    shorter = optimized(found).program
    assert not isinstance(shorter.body[0].body[0].value, Const)  # type: ignore[union-attr]
    assert told(shorter, {"a": 1}) == told(found, {"a": 1})


DEAD = """
- step: unused
  operation: compute
  expression: "[a, 'x']"
  output: unused
- step: faulty
  operation: compute
  expression: '1 / a'
  output: never_read
- step: never
  operation: compute
  when: '1 > 2'
  expression: '1'
  output: other
- step: choose
  operation: conditional
  condition: '2 > 1'
  then:
    - step: yes_
      operation: compute
      expression: 'a'
      output: result
  else:
    - step: no_
      operation: compute
      expression: '0'
      output: result
- step: done
  operation: return
  return_success: {result: '{result}'}
- step: behind
  operation: compute
  expression: 'a'
  output: result
"""


def test_steps_that_nothing_needs_or_reaches_are_left_out_with_the_reason():
    found = program(DEAD)
    shorter = optimized(found)
    names = [it.name for it in shorter.program.body if isinstance(it, Step)]
    assert names == ["faulty", "choose", "done"]
    assert [it.words.partition(": ")[2] for it in shorter.removed] == [
        "the step that sets `unused`: nothing needs it",
        "the step `never`: its `when` never holds",
        "the step `behind`: the flow ends with `done`",
    ]
    for a in (0, 1):
        assert told(shorter.program, {"a": a}) == told(found, {"a": a})


def test_a_step_behind_the_end_stays_where_a_failure_may_be_ignored():
    found = program(DEAD, error_handling="{action: ignore}")
    names = [it.name for it in optimized(found).program.body if isinstance(it, Step)]
    assert names[-1] == "behind"


def test_a_moment_that_is_written_down_is_read_once():
    text = "timestamp('2026-01-01T00:00:00Z')"
    flow = f'- step: it\n  operation: compute\n  expression: "{text}"\n  output: result'
    value = optimized(program(flow)).program.body[0].body[0].value  # type: ignore[union-attr]
    assert not isinstance(value, Call)
