"""What a debugger is started with: a node, its inputs, and who answers what it asks the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vesper.execution.debugger import Start
from vesper.lang.program import Program, Step
from vesper.runtime.engine import Engine
from vesper.values.value import Value


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to debug. One of `case`, `trace` and `live` at most."""

    node: str
    """A path, an id or a range of versions."""
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])
    engine: str = "interp"
    peer: str = ""
    """The engine to compare with."""
    case: str = ""
    """A test case of the document, whose inputs and mocks are used."""
    trace: str = ""
    """A run of the past, whose inputs and journal are used."""
    live: bool = False
    """Whether effects are performed."""


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to begin."""

    program: Program
    inputs: Mapping[str, Value]
    engine: Engine
    start: Start
    locate: Callable[[Program], str] = lambda _: ""
    """The absolute path of a node's file."""
    steps: Callable[[str], list[Step]] = lambda _: []
    """The steps in a file that is named by its absolute path."""
    peer: Engine | None = None


Prepare = Callable[[Wanted], Prepared]
"""Raises `VesperError` for what cannot be debugged."""
