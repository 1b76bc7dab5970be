"""Whole documents, run with everything that a run has, against a real workspace."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compile.documents import document
from tests.project.tree import ROOT
from tests.providers.loopback import Reply, Sent, Service, service
from vesper.compile.lower import lower
from vesper.config import DatabaseSource, Settings
from vesper.config import Service as Known
from vesper.execution.runs import RunOptions, Runs, Setting
from vesper.lang.program import Program
from vesper.project import Project
from vesper.providers.registry import Registry
from vesper.providers.surroundings import Surroundings
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.registry import Registry as Providers
from vesper.runtime.handlers.stack import World
from vesper.runtime.interp import Interpreter
from vesper.values.encoding import to_json
from vesper.values.value import Value

SCHEMA = """\
CREATE TABLE payments (
    request_key TEXT PRIMARY KEY, order_id TEXT, payment_id TEXT, amount DECIMAL TEXT COLLATE decimal
);
CREATE TABLE stock (product TEXT PRIMARY KEY, available INTEGER, price DECIMAL TEXT COLLATE decimal);
INSERT INTO stock VALUES ('bolt', 10, '0.10'), ('nut', 3, '1.25');
"""


class Place:
    """A workspace that runs nodes."""

    def __init__(self, root: Path, url: str) -> None:
        (root / "schema.sql").write_text(SCHEMA, encoding="utf-8")
        settings = Settings(
            databases={"main": DatabaseSource(schema="schema.sql")},
            providers={"cards": Known(url, idempotency_header="Idempotency-Key")},
        )
        self.root = root
        self.registry = Registry(Surroundings(root, settings))
        self.program: Program | None = None
        engine = Interpreter()
        self.runs = Runs(
            Setting(
                root / ".vesper",
                self._node,
                {engine.name: engine},
                World(Providers((), self.registry.provider)),
            )
        )

    def run(self, text: str, inputs: dict[str, Value], **options: Any) -> Envelope:
        self.program = lower(text)
        return self.runs.run(self.program.node_id, inputs, RunOptions(**options))

    def _node(self, _reference: str) -> Program:
        assert self.program is not None
        return self.program

    def close(self) -> None:
        self.runs.close()
        self.registry.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as it:
        yield it


@pytest.fixture
def cards(running: Service) -> Service:
    running.sent.clear()
    running.answer = lambda _: Reply(body={"id": "pay_1"})
    return running


@pytest.fixture
def place(tmp_path: Path, cards: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", "sk_hush")
    it = Place(tmp_path, cards.url)
    yield it
    it.close()


PAYMENT = (ROOT / "examples" / "payment_handler.vsp").read_text(encoding="utf-8")
ORDER: dict[str, Value] = {
    "request_key": "k1", "order_id": "ord_4f9a21c7", "amount": "100.00", "card_token": "tok_4242",
}  # fmt: skip


def test_a_payment_is_charged_recorded_announced_and_repeated_without_a_second_charge(
    place: Place, cards: Service
) -> None:
    first = place.run(PAYMENT, ORDER)
    assert (first.status, first.error) == ("success", None)
    assert to_json(first.output) == (
        '{"payment_id":"pay_1","amount_charged":100.00,"fee":3.20,"repeated":false}'
    )
    again = place.run(PAYMENT, ORDER)
    assert again.output is not None
    assert (again.output["payment_id"], again.output["repeated"]) == ("pay_1", True)
    (sent,) = cards.sent
    assert (sent.path, sent.headers["idempotency-key"]) == ("/v1/charges", "k1")
    assert (
        sent.body == b'{"amount":100.00,"currency":"EUR","card":"tok_4242","order":"ord_4f9a21c7"}'
    )
    other = place.run(PAYMENT, {**ORDER, "amount": "80.00"})
    assert other.error is not None
    assert (other.error.code, other.error.message) == (
        "request_key_reused", "k1 belongs to a payment of 100.00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(402, {"error": {"code": "declined"}}), "card_declined"),
        (Reply(400, {"error": "bad_request"}), "provider_unavailable"),
    ],
)
def test_a_refused_charge_is_the_documents_own_error(
    place: Place, cards: Service, reply: Reply, code: str
) -> None:
    cards.answer = lambda _: reply
    found = place.run(PAYMENT, ORDER)
    assert found.error is not None
    assert found.error.code == code


def test_a_charge_that_cannot_be_recorded_is_given_back(place: Place, cards: Service) -> None:
    def answer(sent: Sent) -> Reply:
        if sent.path == "/v1/charges":
            # Somebody else records a payment under the key in the meantime.
            row: Value = {"request_key": "k1", "payment_id": "other"}
            place.registry.perform(*_write(row))
        return Reply(body={"id": "pay_1"})

    cards.answer = answer
    found = place.run(PAYMENT, ORDER)
    assert found.error is not None
    assert found.error.code == "provider_unavailable"
    assert [it.path for it in cards.sent] == ["/v1/charges", "/v1/charges/pay_1/refund"]


def _write(row: Value) -> Any:
    from vesper.runtime.handling import Call
    from vesper.runtime.request import Effect

    effect = Effect("database_write", "other", "write", {"table": "payments", "data": row})
    return effect, Call("other", "other_v1", "other")


def test_no_value_of_a_secret_is_written_down(place: Place, tmp_path: Path) -> None:
    place.run(PAYMENT, ORDER)
    place.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"sk_hush" not in path.read_bytes(), path


FLOWS: dict[str, tuple[str, str, Value]] = {
    "database": (
        """
        - step: take
          operation: database_update
          table: stock
          where: {product: "{product}"}
          set: {available: "available - {count}", price: "price * 2 + {extra}"}
          output: changed
        - step: look
          operation: database_query
          query: "SELECT available, price FROM stock WHERE product = {product} AND available IN ({list})"
          output: rows
        - step: drop
          operation: database_delete
          table: stock
          where: {product: ["{product}", none]}
          output: gone
        - step: add
          operation: database_write
          table: stock
          data: {product: screw, available: "{count}", price: "{extra}"}
          output: row
        - step: done
          operation: return
          return_success:
            result: {changed: "{changed}", rows: "{rows}", gone: "{gone}", row: "{row}"}
        """,
        "database.read.stock database.write.stock",
        '{"changed":1,"rows":[{"available":7,"price":0.700}],"gone":1,'
        '"row":{"product":"screw","available":3,"price":0.500}}',
    ),
    "files": (
        """
        - step: write
          operation: file_write
          path: "out/{product}.json"
          content: {price: "{extra}", list: "{list}"}
          format: json
        - step: read
          operation: file_read
          path: "out/{product}.json"
          format: json
          output: result
        """,
        "filesystem.read.out filesystem.write.out",
        '{"price":0.500,"list":[7,8]}',
    ),
    "memory": (
        """
        - step: keep
          operation: memory_store
          title: "About {product}"
          content: "It costs {extra}"
          tags: ["{product}"]
        - step: find
          operation: memory_search
          query: "what of {product}"
          output: found
        - step: done
          operation: return
          return_success: {result: "{found.content}"}
        """,
        "memory.read.workspace memory.write.workspace",
        '["It costs 0.500"]',
    ),
    "tasks": (
        """
        - step: make
          operation: task_create
          title: "Count {product}"
          priority: 2
          output: number
        - step: close
          operation: task_update
          task: "{number}"
          status: completed
          reason: "there are {count}"
        - step: done
          operation: return
          return_success: {result: "{number}"}
        """,
        "task.create task.update",
        "1",
    ),
    "log and metric": (
        """
        - step: say
          operation: log
          message: "{product} is low"
          data: {count: "{count}"}
        - step: count
          operation: emit_metric
          metric: low
          labels: {product: "{product}"}
        - step: rest
          operation: wait
          duration: 10ms
        - step: done
          operation: return
          return_success: {result: "{current_timestamp() > timestamp('2020-01-01T00:00:00Z')}"}
        """,
        "log.write metrics.emit.low clock.read",
        "true",
    ),
}


@pytest.mark.parametrize("name", FLOWS)
def test_the_steps_of_a_document_do_what_they_say(place: Place, name: str) -> None:
    flow, needs, expected = FLOWS[name]
    text = document(
        flow,
        inputs="{product: string, count: integer, extra: decimal, list: array<integer>}",
        security=f"capabilities_required: {json.dumps(needs.split())}",
    )
    given: dict[str, Value] = {"product": "bolt", "count": 3, "extra": "0.500", "list": [7, 8]}
    found = place.run(text, given)
    assert found.error is None
    assert found.output is not None
    assert to_json(found.output["result"]) == expected


WAITING = """
- step: confirm
  operation: approval
  question: "Order {a} more?"
  approvers: [ada]
  timeout: 1h
  output: answer
- step: sum_up
  operation: agent_run
  role: researcher
  goal: "Sum up {a}"
  output: summary
- step: done
  operation: return
  return_success:
    result: {by: "{answer.by}", summary: "{summary}"}
"""


def test_a_run_waits_for_a_person_and_a_role_and_goes_on(place: Place) -> None:
    text = document(WAITING, security="capabilities_required: [human.ask, agent.run.researcher]")
    found = place.run(text, {"a": 7})
    assert found.error is not None
    assert found.error.code == "waiting"
    project = Project(place.root)
    try:
        (question,) = project.approvals.pending()
        assert question.question == "Order 7 more?"
        project.approvals.answer(question.id, approved=True, by="ada")
        found = place.runs.resume(found.trace_id)
        assert found.error is not None
        assert found.error.details["waits_for"]
        (task,) = [it for it in project.board.find() if "role:researcher" in it.tags]
        project.board.claim(actor="eve", task_id=task.id)
        project.board.complete(task.id, actor="eve", summary='{"n": 7.50}')
    finally:
        project.close()
    found = place.runs.resume(found.trace_id)
    assert to_json(found.output) == '{"result":{"by":"ada","summary":{"n":7.50}}}'


@pytest.mark.parametrize(
    ("rejected", "code"), [("", "not_approved"), ("return_error: no_deal", "no_deal")]
)
def test_a_no_ends_the_run_as_the_document_says(place: Place, rejected: str, code: str) -> None:
    flow = f"""
- step: confirm
  operation: approval
  question: "Order {{a}} more?"
  {f"on_rejected: {{{rejected}}}" if rejected else ""}
- step: done
  operation: return
  return_success: {{result: 1}}
"""
    text = document(flow, security="capabilities_required: [human.ask]")
    found = place.run(text, {"a": 7})
    project = Project(place.root)
    try:
        project.approvals.answer(1, approved=False, by="ada")
    finally:
        project.close()
    found = place.runs.resume(found.trace_id)
    assert found.error is not None
    assert found.error.code == code


def test_a_machine_of_a_document_moves_by_its_transitions(place: Place) -> None:
    def move(start: str, to: str) -> Envelope:
        flow = f"""
- step: move
  operation: state_machine_transition
  state_machine: order
  entity: "{{a}}"
  from: {start}
  to: {to}
  output: result
"""
        machines = """
order:
  states: [pending, paid, shipped]
  initial: pending
  transitions:
    - {from: pending, to: paid}
    - {from: paid, to: shipped}
"""
        needs = "capabilities_required: [state.transition.order]"
        return place.run(document(flow, state_machines=machines, security=needs), {"a": 7})

    assert move("pending", "paid").output == {"result": "paid"}
    error = move("pending", "paid").error
    assert error is not None
    codes = error.details["codes"]
    assert isinstance(codes, list)
    assert (error.code, codes[0]) == ("effect_failed", "state_conflict")
    assert move("paid", "shipped").output == {"result": "shipped"}


def test_events_reach_a_run_that_waits_for_them(place: Place, worlds: Callable[..., Any]) -> None:
    flow = """
- step: next
  operation: event_subscribe
  event_type: paid
  output: result
"""
    text = document(flow, security="capabilities_required: [event_bus.subscribe.paid]")
    found = place.run(text, {"a": 7})
    assert found.error is not None
    worlds().do("event_publish", event_type="paid", data={"total": "1.50"})
    assert place.runs.resume(found.trace_id).output == {"result": {"total": "1.50"}}
