"""A process that pays: a real document, database and service, and an end at a chosen place."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.execution.documents import payment_node
from vesper.config import DatabaseSource, Service, Settings
from vesper.execution.runs import RunOptions, Runs, Setting
from vesper.lang.program import Program
from vesper.providers.registry import Registry as Providers
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import Witness, World
from vesper.runtime.handling import Call, Provider
from vesper.runtime.interp import Interpreter
from vesper.runtime.journal import Outcome
from vesper.runtime.request import Effect
from vesper.values.value import Value

INPUTS: dict[str, Value] = {"amount": Decimal("100.00"), "card": "4111222233334444"}
SCHEMA = "CREATE TABLE payments (order_id TEXT, payment_id TEXT, amount TEXT, UNIQUE (order_id));"


class Ending(Witness):
    """Ends the process with the signal that nothing can handle: `charge:before`, `:after` or `:recorded`."""

    def __init__(self, place: str) -> None:
        self._place = place

    def reached(self, place: str) -> None:
        if place == self._place:
            os.kill(os.getpid(), signal.SIGKILL)

    def performed(self, effect: Effect, call: Call, outcome: Outcome) -> None:
        self.reached(f"{effect.site}:recorded")

    def around(self, provider: Provider) -> Provider:
        return _Watched(provider, self)


class _Watched:
    def __init__(self, inner: Provider, ending: Ending) -> None:
        self.operations = frozenset[str]()
        self._inner = inner
        self._ending = ending

    def perform(self, effect: Effect, call: Call) -> Value:
        self._ending.reached(f"{effect.site}:before")
        value = self._inner.perform(effect, call)
        self._ending.reached(f"{effect.site}:after")
        return value

    def is_keyed(self, effect: Effect) -> bool:
        return self._inner.is_keyed(effect)


def settings(url: str, header: str) -> Settings:
    return Settings(
        databases={"main": DatabaseSource(schema="schema.sql")},
        providers={"cards": Service(url, idempotency_header=header, allow_private=True)},
    )


@contextmanager
def opened(root: Path, given: Settings, place: str = "") -> Iterator[Runs]:
    """The runs of the workspace at `root`, whose process ends at that place."""
    around = Surroundings(root, given)
    providers, ending = Providers(around), Ending(place)
    registry = Registry((), lambda operation: ending.around(providers.provider(operation)))
    program = payment_node()

    def nodes(_reference: str) -> Program:
        return program

    world = World(registry, witness=ending)
    engines: Mapping[str, Any] = {"interp": Interpreter()}
    runs = Runs(Setting(root / ".vesper", nodes, engines, world, board=lambda: around.board))
    yield runs
    runs.close()
    providers.close()
    around.close()


def pay(root: Path, given: Settings, order: str, place: str) -> None:
    """Pay for an order."""
    with opened(root, given, place) as runs:
        runs.run("payment_v1", {**INPUTS, "order_id": order}, RunOptions(idempotency_key=order))
