"""What documents do about failures, in every notation that they may be written in."""

from typing import Any

import pytest

from tests.compile.documents import program, run
from tests.runtime.programs import World
from vesper.lang.program import Step
from vesper.runtime.interp import Interpreter
from vesper.runtime.request import Failure

FAILED = Failure(("card_declined", "http_402", "effect_failed"), "no money")
FLOW = """
- step: pay
  operation: external_api_call
  endpoint: https://example.org/pay
  method: POST
  output: paid
{handling}
- step: done
  operation: return
  return_success: {{result: went on}}
"""
CASES = [
    # the handling, the code of the error or the result
    ("on_error: payment_failed", "payment_failed"),
    ("on_error: ignore", "went on"),
    ("on_error: [payment_failed]", "payment_failed"),
    ("on_error: [{error_type: http_402, return_error: no_money}]", "no_money"),
    ("on_error: [{error_type: timeout, return_error: late}, {return_error: rest}]", "rest"),
    ("on_error: [{error_type: timeout, return_error: late}]", "effect_failed"),
    ("on_error: {card_declined: no_money}", "no_money"),
    ("on_error: {card_declined: {return_error: no_money}, default: other}", "no_money"),
    ("on_error: {default: other, card_declined: no_money}", "no_money"),
    ("on_error: {timeout: late, '*': other}", "other"),
    ("error_handling: {card_declined: {map_to: no_money}}", "no_money"),
    ("on_error: {return_error: {error_code: no_money, message: 'for {a}'}}", "no_money"),
    ("on_error: {return_success: {result: anyway}}", "anyway"),
    ("on_error: {fallback: [{operation: return, return_success: {result: 'b'}}]}", "b"),
    ("on_error: {action: ignore}", "went on"),
    ("on_error: {action: abort}", "effect_failed"),
    ("on_error: {action: return, return_error: no_money}", "no_money"),
    ("on_error: [{return_success: {result: anyway}}]", "anyway"),
    (
        "on_error: [{action: fallback, fallback: [{step: f, operation: compute, expression: '1',"
        " output: paid}]}]",
        "went on",
    ),
    (
        "on_error: [{fallback: [{step: f, operation: return, return_success: {result: instead}}]}]",
        "instead",
    ),
]


@pytest.mark.parametrize(("handling", "expected"), CASES)
def test_a_failure_is_answered_as_the_step_says(handling: str, expected: str):
    outputs = "success: {result: any}\nerror: {error_code: string, message: string}"
    found = run(FLOW.format(handling=f"  {handling}"), answers={"pay": FAILED}, outputs=outputs)
    if found.error is not None:
        assert found.error["code"] == expected, found.error
    else:
        assert found.output == {"result": expected}


def test_the_message_of_an_error_is_filled_in_and_of_a_code_alone_is_the_code_in_words():
    def message(handling: str) -> Any:
        found = run(FLOW.format(handling=f"  on_error: [{handling}]"), answers={"pay": FAILED})
        assert found.error is not None
        return found.error["message"]

    assert message("{return_error: no_money, message: 'not for {a}'}") == "not for 1"
    assert message("{return_error: {error_code: no_money, message: 'for {a}'}}") == "for 1"
    assert message("{return_error: no_money}") == "no money"


@pytest.mark.parametrize("word", ["compensate", "compensation_steps"])
def test_what_was_done_is_undone_before_the_answer(word: str):
    handling = f"""
  on_error:
    - {word}: [{{step: undo, operation: event_publish, event_type: undone, data: {{a: '{{a}}'}}}}]
      return_error: undone
"""
    world = World({"pay": FAILED})
    ended = world.drive(Interpreter().begin(program(FLOW.format(handling=handling)), {"a": 1}))
    assert ended.error is not None
    assert ended.error["code"] == "undone"
    assert world.sites == ["pay", "pay!0/undo"]


def test_errors_that_no_step_handles_go_to_those_of_the_node():
    handling = "{card_declined: no_money, guard_failed: {action: ignore}}"
    flow = FLOW.format(handling="  guards: ['a > 0']")
    found = run(flow, answers={"pay": FAILED}, error_handling=handling)
    assert found.error is not None
    assert found.error["code"] == "no_money"
    assert run(flow, {"a": 0}, error_handling=handling).output == {"result": "went on"}


def test_a_failure_can_be_written_to_the_log_without_a_capability_for_it():
    handling = "  on_error: [{action: ignore, log_level: warning, notify: ops, message: 'no {a}'}]"
    world = World({"pay": FAILED})
    ended = world.drive(Interpreter().begin(program(FLOW.format(handling=handling)), {"a": 1}))
    assert ended.output == {"result": "went on"}
    told = world.asked[1]
    assert (told.site, told.operation, told.capabilities) == ("pay!0/log", "log", ())
    assert dict(told.arguments) == {
        "message": "no 1",
        "level": "warning",
        "data": {"notify": "ops"},
    }


@pytest.mark.parametrize(
    ("handling", "attempts", "codes"),
    [
        ("on_error: {action: retry, max_retries: 2}", 3, ()),
        ("on_error: retry", 2, ()),
        ("on_error: [{error_type: busy, max_retries: 4, return_error: too_busy}]", 5, ("busy",)),
        ("on_error: [{error_type: busy, retry_policy: {max_attempts: 2}}]", 2, ("busy",)),
    ],
)
def test_an_effect_is_tried_again_as_its_errors_say(handling: str, attempts: int, codes: Any):
    first = program(FLOW.format(handling=f"  {handling}")).body[0]
    assert isinstance(first, Step)
    assert (first.retry.attempts, first.retry.codes) == (attempts, codes)


def test_a_step_that_calls_another_node_is_run_again_as_a_whole():
    flow = """
    - step: call
      operation: call_node
      node_id: other_v1
      retry_policy: {max_attempts: 3}
      on_error: {busy: too_busy}
      output: result
    """
    busy = Failure(("busy", "effect_failed"), "busy")
    world = World(dict.fromkeys(("call", "call~1", "call~2"), busy))
    ended = world.drive(Interpreter().begin(program(flow), {"a": 1}))
    assert len(world.called) == 3
    assert ended.error is not None
    assert ended.error["code"] == "too_busy"


def test_a_validation_answers_with_its_own_error_before_its_handlers():
    flow = """
    - step: check
      operation: validation
      guards: ['a > 1']
      on_failure: {return_error: {error_code: too_small, message: '{a} is too small'}}
      on_error: other
    - step: done
      operation: return
      return_success: {result: 1}
    """
    found = run(flow)
    assert found.error is not None
    assert (found.error["code"], found.error["message"]) == ("too_small", "1 is too small")


def test_steps_of_handlers_are_numbered_behind_what_the_operation_answers_itself():
    flow = """
    - step: check
      operation: validation
      guards: ['a > 1']
      on_failure: {return_error: too_small}
      on_error: [{fallback: [{step: note, operation: log, message: hm}]}]
    - step: done
      operation: return
      return_success: {result: 1}
    """
    first = program(flow).body[0]
    assert isinstance(first, Step)
    assert [it.path for it in first.handlers[1].body if isinstance(it, Step)] == ["check!1/note"]


def test_a_guard_about_what_nobody_defines_is_told_as_unchecked():
    flow = "- step: x\n  operation: compute\n  guards: [user_is_known]\n  expression: '1'\n  output: result"
    found = run(flow)
    assert (found.output, found.unchecked) == ({"result": 1}, ("user_is_known",))
