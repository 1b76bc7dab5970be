"""Runs under the debugger over programs written by hand, with a world in memory."""

from collections.abc import Mapping
from typing import Any

from tests.runtime.programs import World
from vesper.execution.breakpoints import read
from vesper.execution.debugger import Debugger, Finished, News, Start, Stop, Told
from vesper.lang.program import Program
from vesper.runtime.driver import Conduct, drive
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import Envelope
from vesper.runtime.handling import Call
from vesper.runtime.interp import Interpreter

PATIENCE = 20


def starting(
    program: Program, inputs: Mapping[str, Any], world: World | None = None, nodes: Any = None
) -> Start:
    """How the driver runs the program, its effects answered by the world."""
    answers = world or World()

    def start(engine: Engine) -> Envelope:
        conduct = Conduct(
            engine,
            lambda effect, _call: answers.perform(effect),
            Call("trace", program.node_id, ""),
            resolve=lambda reference: nodes[reference],
        )
        return drive(program, inputs, conduct)

    return start


class Session:
    """A debugged run, its news in order."""

    def __init__(
        self, program: Program, inputs: Mapping[str, Any] | None = None, *breaks: str,
        world: World | None = None, nodes: Any = None, stop_on_entry: bool = True, peer: Any = None,
    ) -> None:  # fmt: skip
        self.news: list[News] = []
        self.debugger = Debugger(lambda it: f"{it.node_id}.vsp", self.news.append, peer)
        self.debugger.breakpoints = [read(it, program) for it in breaks]
        start = starting(program, inputs or {}, world, nodes)
        self.debugger.start(Interpreter(), start, stop_on_entry=stop_on_entry)

    def stop(self) -> Stop:
        found = self.debugger.wait(PATIENCE)
        assert isinstance(found, Stop), found
        return found

    def end(self) -> Envelope:
        found = self.debugger.wait(PATIENCE)
        assert isinstance(found, Finished), found
        assert found.envelope is not None, found
        return found.envelope

    def walk(self, command: str) -> list[str]:
        """Where the run stops when the same command is given over and over."""
        found: list[str] = []
        while isinstance(it := self.debugger.wait(PATIENCE), Stop):
            found.append(it.frames[0].title)
            getattr(self.debugger, command)()
        return found

    @property
    def told(self) -> list[str]:
        return [it.text for it in self.news if isinstance(it, Told)]
