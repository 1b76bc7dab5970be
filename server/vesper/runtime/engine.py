"""What an engine is, and how somebody watches one at work."""

from collections.abc import Mapping
from typing import Protocol

from vesper.lang.program import Clause, Program, Step
from vesper.runtime.request import Failure, Running
from vesper.values.value import Fault, Value


class Watcher(Protocol):
    """Told what an engine does, in its thread, before it goes on: one that waits holds the engine.

    `scope` is what the names of the flow hold; it must not be changed.
    """

    def entered(self, step: Step, site: str, scope: Mapping[str, Value]) -> None:
        """A step begins; its `when` has not been asked yet."""
        ...

    def left(
        self, step: Step, site: str, scope: Mapping[str, Value], failure: Failure | None
    ) -> None:
        """A step has ended, by an answer too; `failure` is what it failed with before its handlers ran."""
        ...

    def judged(self, clause: Clause, scope: Mapping[str, Value], verdict: bool | Fault) -> None:
        """A clause was evaluated."""
        ...


class Engine(Protocol):
    """Runs programs. It knows the intermediate representation and nothing else."""

    name: str
    """As told in envelopes: `interp` or `python`."""

    def begin(
        self,
        program: Program,
        inputs: Mapping[str, Value],
        site: str = "",
        watcher: Watcher | None = None,
    ) -> Running:
        """Run with inputs as they were given; the engine converts and checks them (`lang.conversion`).

        `site` goes before every site of this program: empty, or that of a call with `>` behind.
        """
        ...
