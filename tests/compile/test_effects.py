"""What operations ask the world for: arguments by their names, values bound, capabilities as they run."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.compile.documents import DONE, asked, program, run
from tests.runtime.programs import World
from vesper.lang.program import Invoke, Step
from vesper.runtime.interp import Interpreter
from vesper.runtime.request import Failure

EFFECTS: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    (
        "operation: database_query\n  query: \"SELECT * FROM t WHERE a = {a} AND b = {a} || '12:30'\"",
        "read",
        {
            "query": "SELECT * FROM t WHERE a = :v1 AND b = :v2 || :v3",
            "parameters": {"v1": 1, "v2": 1, "v3": "12:30"},
        },
        ("database.read.t",),
    ),
    (
        "operation: database_query\n  query: 'SELECT * FROM t WHERE a = :low AND b = {high}'\n"
        "  parameters: {low: '{a}', high: '{a + 1}'}",
        "read",
        {
            "query": "SELECT * FROM t WHERE a = :low AND b = :v1",
            "parameters": {"low": 1, "high": 2, "v1": 2},
        },
        ("database.read.t",),
    ),
    (
        "operation: database_query\n  table: t\n  where: {id: '{a}'}\n  database: other",
        "read",
        {"database": "other", "table": "t", "where": {"id": 1}},
        ("database.read.t",),
    ),
    (
        "operation: database_update\n  table: t\n  where: {id: '{a}'}\n"
        "  set: {left: 'left - {a}', total: '(left + {a}) * 2', note: 'by {a}', sign: 'x-{a}', on: true}",
        "write",
        {
            "table": "t",
            "where": {"id": 1},
            "set": {"note": "by 1", "sign": "x-1", "on": True},
            "computed": {
                "left": {"sql": "left - :v1", "parameters": {"v1": 1}},
                "total": {"sql": "(left + :v1) * 2", "parameters": {"v1": 1}},
            },
        },
        ("database.write.t",),
    ),
    (
        "operation: database_write\n  table: t\n  data: {id: '{a}', price: 1.50}",
        "write",
        {"table": "t", "data": {"id": 1, "price": Decimal("1.50")}},
        ("database.write.t",),
    ),
    (
        "operation: external_api_call\n  provider: cards\n  endpoint: '/c/{a}'\n  method: POST\n"
        "  parameters: {amount: '{a}'}\n  headers: {X-Key: '{a}'}\n  secret: key",
        "write",
        {
            "provider": "cards",
            "endpoint": "/c/1",
            "method": "POST",
            "parameters": {"amount": 1},
            "headers": {"X-Key": "1"},
            "secret": "key",
        },
        ("network.http_client.cards", "secrets.read.key"),
    ),
    (
        "operation: file_write\n  path: 'out/{a}.txt'\n  content: '{a}'",
        "write",
        {"path": "out/1.txt", "content": 1},
        ("filesystem.write.out/1.txt",),
    ),
    (
        "operation: shell\n  command: [echo, 2, '{a}']\n  environment: {N: '{a}'}\n  input: hello",
        "write",
        {"command": ["echo", "2", "1"], "environment": {"N": "1"}, "input": "hello"},
        ("shell.run.echo",),
    ),
    (
        "operation: emit_metric\n  metric: m\n  labels: {n: '{a}'}",
        "write",
        {"metric": "m", "value": 1, "labels": {"n": "1"}},
        ("metrics.emit.m",),
    ),
    (
        "operation: log\n  message: '{a}'\n  data: {n: '{a}'}",
        "write",
        {"message": "1", "data": {"n": 1}},
        ("log.write",),
    ),
    (
        "operation: wait\n  duration: 15m",
        "nondeterministic",
        {"duration": timedelta(minutes=15)},
        (),
    ),
    (
        "operation: agent_run\n  role: writer\n  goal: 'Do {a}'\n  context: {n: '{a}'}\n  review: boss",
        "nondeterministic",
        {"role": "writer", "goal": "Do 1", "context": {"n": 1}, "review": "boss"},
        ("agent.run.writer", "agent.run.boss"),
    ),
    (
        "operation: custom.print\n  text: 'page {a}'\n  copies: 2",
        "write",
        {"text": "page 1", "copies": 2},
        ("custom.print",),
    ),
]


@pytest.mark.parametrize(
    ("fields", "kind", "arguments", "capabilities"),
    EFFECTS,
    ids=[it[0].split()[1] for it in EFFECTS],
)
def test_an_effect_carries_the_fields_of_its_step(
    fields: str, kind: str, arguments: dict[str, Any], capabilities: tuple[str, ...]
):
    found = asked(f"- step: it\n  {fields}{DONE}")
    assert (found.kind, dict(found.arguments), found.capabilities) == (
        kind,
        arguments,
        capabilities,
    )


def test_the_answer_of_a_call_is_its_body_and_parts_of_it_get_names():
    flow = """
    - step: call
      operation: external_api_call
      endpoint: https://example.org/x
      output: body
      on_success: {extract: {id: '{response.id}', whole: '{result}'}}
    - step: done
      operation: return
      return_success: {result: '{[id, body.id, whole.id]}'}
    """
    reply = {"status": 200, "headers": {}, "body": {"id": 7}}
    assert run(flow, answers={"call": reply}).output == {"result": [7, 7, 7]}


@pytest.mark.parametrize(("rows", "expected"), [([{"n": 5}], 5), ([], "none")])
def test_what_a_query_found_decides_which_steps_run(rows: list[Any], expected: Any):
    flow = """
    - step: find
      operation: database_query
      table: t
      on_result:
        if_found:
          - step: found
            operation: compute
            expression: 'query_result.n + len(query_results) - 1'
            output: n
        if_empty: {return_success: {result: none}}
    - step: done
      operation: return
      return_success: {result: '{n}'}
    """
    assert run(flow, answers={"find": rows}).output == {"result": expected}


def test_another_node_is_called_and_its_answer_taken_apart():
    flow = """
    - step: call
      operation: call_node
      node_id: other_v1.*
      parameters: {n: '{a}'}
      on_success: {extract: {n: '{response.n}'}}
    - step: done
      operation: return
      return_success: {result: '{n}'}
    """
    first = program(flow).body[0]
    assert isinstance(first, Step)
    assert isinstance(first.body[0], Invoke)
    assert first.body[0].node == "other_v1.*"
    assert run(flow, answers={"call": {"n": 4}}).output == {"result": 4}


def test_an_event_is_handed_to_the_node_that_handles_it():
    flow = """
    - step: hear
      operation: event_subscribe
      event_type: paid
      handler: on_paid_v1
      output: result
    """
    world = World({"hear": {"n": 4}})
    world.drive(Interpreter().begin(program(flow), {"a": 1}))
    assert [(it.node, dict(it.arguments)) for it in world.called] == [
        ("on_paid_v1", {"event": {"n": 4}})
    ]


APPROVAL = """
- step: ask
  operation: approval
  question: 'Sure about {a}?'
  timeout: 1d
  output: answer
- step: done
  operation: return
  return_success: {result: '{answer.by}'}
"""


@pytest.mark.parametrize(
    ("rejected", "answer", "code"),
    [
        ("", {"approved": True, "by": "ada"}, None),
        ("", {"approved": False, "by": "ada"}, "not_approved"),
        ("on_rejected: {return_error: refused}", {"approved": False, "by": "ada"}, "refused"),
        (
            "on_rejected: [{step: note, operation: log, message: no}]",
            {"approved": False, "by": "ada"},
            "not_approved",
        ),
    ],
)
def test_only_a_clear_yes_goes_on(rejected: str, answer: dict[str, Any], code: str | None):
    flow = APPROVAL.replace(
        "  timeout: 1d\n", f"  timeout: 1d\n  {rejected}\n" if rejected else "  timeout: 1d\n"
    )
    found = run(flow, answers={"ask": answer})
    assert (found.error["code"] if found.error else None) == code


def test_no_answer_in_time_is_as_good_as_a_no():
    flow = APPROVAL.replace(
        "  output: answer",
        "  on_rejected: [{step: note, operation: log, message: no}]\n  output: answer",
    )
    world = World({"ask": Failure(("timeout", "effect_failed"), "too late")})
    ended = world.drive(Interpreter().begin(program(flow), {"a": 1}))
    assert ended.error is not None
    assert ended.error["code"] == "not_approved"
    assert world.sites == ["ask", "ask!0/note"]


MACHINE = """
order:
  states: [open, paid, sent]
  initial: open
  transitions:
    - {from: open, to: paid, guards: ['a > 1']}
    - {from: paid, to: sent}
"""


def test_a_transition_tells_what_its_machine_allows_and_keeps_its_guards():
    flow = """
    - step: pay
      operation: state_machine_transition
      state_machine: order
      entity: '{a}'
      from: open
      to: paid
      output: result
    """
    refused = run(flow, {"a": 1}, state_machines=MACHINE)
    assert refused.error is not None
    assert refused.error["code"] == "guard_failed"
    world = World({"pay": "paid"})
    ended = world.drive(Interpreter().begin(program(flow, state_machines=MACHINE), {"a": 2}))
    assert ended.output == {"result": "paid"}
    assert dict(world.asked[0].arguments) == {
        "state_machine": "order", "entity": 2, "from": ["open"], "to": "paid", "initial": "open",
        "moves": [["open", "paid"], ["paid", "sent"]],
    }  # fmt: skip


def test_a_reduce_without_a_beginning_begins_with_zero():
    flow = """
    - step: it
      operation: data_transform
      input: '[1, 2, 3]'
      transform: reduce
      function: 'accumulator + item'
      output: result
    """
    assert run(flow).output == {"result": 6}
