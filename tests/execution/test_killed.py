"""A payment whose process is killed anywhere: charged once, recorded once, answered as if nothing had been.

The document is real, the database is SQLite on disk, the card service answers on loopback, and the signal
is SIGKILL.
"""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.execution.payer import INPUTS, SCHEMA, opened, pay, settings
from tests.providers.loopback import Reply, Sent, service
from vesper.config import Settings
from vesper.execution.recovery import Decision
from vesper.execution.runs import RunOptions, Runs
from vesper.runtime.envelope import Envelope
from vesper.store.engine import connect
from vesper.tasks.board import Board

KEYED = "Idempotency-Key"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.execution.payer", "vesper.providers.databases", "vesper.providers.http"]
)
PLACES = [
    f"{step}:{when}"
    for step in ("find_earlier", "charge", "record")
    for when in ("before", "after", "recorded")
]


@dataclass
class Bank:
    """The books of the card service: one line for each charge. It knows the keys it is sent, if any."""

    charges: list[str] = field(default_factory=list[str])
    keys: dict[str, str] = field(default_factory=dict[str, str])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, sent: Sent) -> Reply:
        order = sent.json["order"]
        key = sent.headers.get(KEYED.lower(), "")
        with self.lock:
            if not key or key not in self.keys:
                self.charges.append(order)
                self.keys[key] = order
        return Reply(body={"id": f"pay_{order}"})


@dataclass
class Scene:
    """A workspace with its bank."""

    root: Path
    bank: Bank
    given: Settings
    runs: Runs

    def pay(self, order: str, place: str = "") -> Any:
        """Begin a payment in a process of its own."""
        process = PROCESSES.Process(target=pay, args=(self.root, self.given, order, place))
        process.start()
        return process

    def go_on(self, order: str) -> Envelope:
        """What comes of the payment when it is asked for again, whatever became of the first time."""
        inputs = {**INPUTS, "order_id": order}
        envelope = self.runs.run("payment_v1", inputs, RunOptions(idempotency_key=order))
        if envelope.error is not None and envelope.error.code == "effect_ambiguous":
            envelope = self.decide(envelope.trace_id, order)
        return envelope

    def decide(self, trace: str, order: str) -> Envelope:
        """A person looks into the books of the bank, and says what they saw."""
        body: Any = {"status": 200, "headers": {}, "body": {"id": f"pay_{order}"}}
        happened = order in self.bank.charges
        decision = Decision("done", body) if happened else Decision("redo")
        return self.runs.resume(trace, RunOptions(actor="ada"), decision)

    def rows(self) -> list[str]:
        with closing(connect(self.root / ".vesper" / "data.db", 5)) as connection:
            found = connection.execute("SELECT order_id FROM payments ORDER BY order_id")
            return [it for (it,) in found]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Callable[[str], Scene]]:
    with service() as cards:
        bank = Bank()
        cards.answer = bank.answer
        (tmp_path / "schema.sql").write_text(SCHEMA, encoding="utf-8")
        with ExitStack() as stack:

            def make(header: str) -> Scene:
                given = settings(cards.url, header)
                runs = stack.enter_context(opened(tmp_path, given))
                return Scene(tmp_path, bank, given, runs)

            yield make


@pytest.mark.e2e
@pytest.mark.parametrize("header", [KEYED, ""], ids=["keyed", "without keys"])
def test_killed_at_each_boundary_of_each_effect(scene: Callable[[str], Scene], header: str) -> None:
    at = scene(header)
    processes = {place: at.pay(place.replace(":", "_"), place) for place in PLACES}
    for process in processes.values():
        process.join(50)
    assert {place: it.exitcode for place, it in processes.items()} == dict.fromkeys(PLACES, -9)
    for place in PLACES:
        order = place.replace(":", "_")
        envelope = at.go_on(order)
        assert envelope.output == {"payment_id": f"pay_{order}", "fee": Decimal("3.20")}, place
    orders = sorted(it.replace(":", "_") for it in PLACES)
    assert sorted(at.bank.charges) == orders
    assert at.rows() == orders
    with closing(Board(at.root)) as board:
        asked = [it.title for it in board.find()]
    unknown = [] if header else ["Did external_api_call at charge of payment_v1 happen?"] * 2
    assert asked == unknown


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.timeout(500)
@pytest.mark.parametrize("header", [KEYED, ""], ids=["keyed", "without keys"])
def test_a_hundred_kills_at_random_times_charge_nobody_twice(
    scene: Callable[[str], Scene], header: str
) -> None:
    at = scene(header)
    usual = _seconds_of(at.pay("first"))
    chance = random.Random(7)
    orders, kills = ["first"], 0
    while kills < 50:
        order = f"order_{len(orders)}"
        process = at.pay(order)
        process.join(chance.uniform(0, usual))
        process.kill()
        process.join(50)
        kills += process.exitcode == -9
        orders.append(order)
        envelope = at.go_on(order)
        assert envelope.output == {"payment_id": f"pay_{order}", "fee": Decimal("3.20")}, order
    assert sorted(at.bank.charges) == sorted(orders)
    assert at.rows() == sorted(orders)


def _seconds_of(process: Any) -> float:
    began = time.monotonic()
    process.join(50)
    assert process.exitcode == 0
    return time.monotonic() - began
