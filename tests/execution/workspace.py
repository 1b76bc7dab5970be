"""A workspace whose nodes are Python flows, and what its tests need."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.flows import Clock, Flow, Flows, Scripted, effect, program
from vesper.errors import VesperError
from vesper.execution.runs import Runs, Setting
from vesper.lang.program import Perform, Program
from vesper.runtime.handlers.breaker import Breaker
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.tasks.board import Board
from vesper.values.value import Value

Asking = Generator[Any, Any, dict[str, Value]]
PAY = program("pay", body=(Perform("charge", "write", ()),))


class Killed(BaseException):
    """Stands for the end of a process: nothing of the product handles it."""


class Workspace:
    """A workspace with nodes that are Python flows."""

    def __init__(self, folder: Path, provider: Scripted, **flows: Flow) -> None:
        self.folder = folder
        self.provider = provider
        self.engine = Flows(**flows)
        self.nodes: dict[str, Program] = {}
        self.clock = Clock()
        self.today = datetime(2027, 1, 1, tzinfo=UTC)
        self.opened: list[Runs] = []

    def open(self, **fields: Any) -> Runs:
        """The runs of the workspace as a new process has them."""
        world = World(Registry([self.provider]), self.clock, self.clock.pause, Breaker(self.clock))
        setting = Setting(
            self.folder / ".vesper", self._node, {"flows": self.engine}, world,
            board=lambda: Board(self.folder), now=lambda: self.today,
        )  # fmt: skip
        runs = Runs(replace(setting, **fields))
        self.opened.append(runs)
        return runs

    def _node(self, reference: str) -> Program:
        if reference in self.nodes:
            return self.nodes[reference]
        if reference == "pay":
            return PAY
        raise VesperError("not_found", f"there is no node `{reference}`")

    @property
    def bytes_on_disk(self) -> bytes:
        return b"".join(it.read_bytes() for it in self.folder.rglob("*") if it.is_file())


def payment(inputs: Mapping[str, Value], _site: str) -> Asking:
    """Reads the clock, charges, records."""
    now = yield effect("charge#clock", "clock", "nondeterministic")
    charged = yield effect("charge", arguments={"amount": inputs.get("amount"), "at": now})
    yield effect("record", "insert", arguments={"id": charged})
    return {"id": charged, "at": now}


def providers(*keyed: str, **more: Callable[[Effect, Call], object]) -> Scripted:
    ticks = iter(range(100))
    usual: dict[str, Callable[[Effect, Call], object]] = {
        "clock": lambda *_: next(ticks),
        "charge": lambda *_: "pay_1",
        "insert": lambda *_: {"count": 1},
    }
    return Scripted(*keyed, **{**usual, **more})


def refusal(action: Callable[[], object]) -> VesperError:
    with pytest.raises(VesperError) as caught:
        action()
    return caught.value
