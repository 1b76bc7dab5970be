"""A node under test: what a run of it inside a test is, and what can be wrong with one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vesper.compile.suite import Suite
from vesper.execution.testing_matching import Difference
from vesper.execution.testing_mocks import Mocked, Mocks
from vesper.execution.testing_world import Tables
from vesper.lang.program import Program
from vesper.lang.types import BOOLEAN, STRING, Type
from vesper.runtime.driver import Conduct, Resolver, drive
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.gate import Gate
from vesper.runtime.handling import Call
from vesper.values.value import Value

_FIXED: Final[dict[str, Type]] = {"success": BOOLEAN, "error_code": STRING, "message": STRING}

Kind = Literal["case", "property"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with a test, and where in the document that was expected."""

    message: str
    line: int
    engine: str = ""
    """The engine it happened on; empty where it is the same on all."""
    differences: tuple[Difference, ...] = ()
    envelope: Envelope | None = None
    inputs: Mapping[str, Value] | None = None
    """The smallest inputs that show it, where they were looked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one test."""

    name: str
    kind: Kind
    line: int
    troubles: tuple[Trouble, ...] = ()
    seconds: float = 0.0
    runs: int = 0
    description: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


@dataclass(frozen=True, slots=True)
class Subject:
    """A node under test, with what its runs need."""

    program: Program
    suite: Suite
    resolve: Resolver
    evaluate: Callable[[str], Program]
    """A program that evaluates an expression over its inputs into `holds`; ValueError where it is none."""
    promise: Callable[[str], Program]
    """The program with one more clause to keep; ValueError where it is no expression."""
    tables: Tables

    @property
    def answers(self) -> dict[str, Type]:
        """The types of what a test may expect."""
        outputs = (*self.program.success, *self.program.error)
        return {**_FIXED, **{it.name: it.type for it in reversed(outputs)}}


def merged(found: Sequence[tuple[str, Sequence[Trouble]]]) -> list[Trouble]:
    """The troubles of all engines: told once where every engine has the very same."""
    first = found[0][1]
    if all(_told(it) == _told(first) for _, it in found):
        return list(first)
    return [
        Trouble(it.message, it.line, name, it.differences, it.envelope, it.inputs)
        for name, troubles in found
        for it in troubles
    ]


def execute(
    program: Program, inputs: Mapping[str, Value], engine: Engine, mocks: Mocks, resolve: Resolver
) -> Envelope:
    """One run inside a test: capabilities hold as ever, effects are answered by the mocks."""
    gate = Gate(mocks, lambda _effect, _call, _failure: None)
    call = Call("test", program.node_id, "", actor="test")
    conduct = Conduct(Mocked(engine, mocks), gate, call, resolve, gate.permit)
    return drive(program, inputs, conduct)


def answer_of(envelope: Envelope) -> dict[str, Value]:
    """What a run gave, in one record: `success`, the output, or `error_code`, `message` and details."""
    if envelope.error is None:
        return {"success": True, **(envelope.output or {})}
    code, message = envelope.error.code, envelope.error.message
    return {"success": False, **envelope.error.details, "error_code": code, "message": message}


def _told(troubles: Sequence[Trouble]) -> list[tuple[str, int, tuple[Difference, ...]]]:
    return [(it.message, it.line, it.differences) for it in troubles]
