"""Property tests: a statement tried on many inputs, and the smallest ones for which it does not hold."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from vesper.compile.suite import IDEMPOTENCY, Property
from vesper.execution.testing_draws import Choices, Refused, draw_inputs, smallest
from vesper.execution.testing_hints import hints_of
from vesper.execution.testing_subject import Subject, Trouble, answer_of, execute, merged
from vesper.execution.testing_world import World
from vesper.lang.program import Program
from vesper.runtime.engine import Engine
from vesper.runtime.envelope import RUN_ERRORS, Envelope
from vesper.values.compare import equal
from vesper.values.value import Value

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Every run of a property test happens at the same moment, so that it can be repeated."""
_PATIENCE: Final = 20
"""How many inputs may be refused for each one that is tried."""
_SHRINKS: Final = 500
_REFUSED: Final = frozenset({"input_invalid", "precondition_violated"})


@dataclass(frozen=True, slots=True)
class _Finding:
    """What is wrong with one try. `is_of_test` means that other inputs would not help."""

    message: str
    envelope: Envelope
    is_of_test: bool = False


_Check = Callable[[dict[str, Value], Engine], _Finding | None]
"""None where the statement holds; raises `Refused` for inputs that the node does not accept."""


def run_property(
    it: Property, subject: Subject, engines: Sequence[Engine]
) -> tuple[tuple[Trouble, ...], int]:
    """What is wrong with one property, and how many inputs were tried."""
    if it.problem:
        return (Trouble(it.problem, it.line),), 0
    try:
        check = _twice(it, subject) if it.statement == IDEMPOTENCY else _once(it, subject)
    except ValueError as error:
        return (Trouble(f"`{it.statement}` cannot be evaluated: {error}", it.line),), 0
    trying = _Trying(it, subject.program, check)
    try:
        found = [(engine.name, trying.on(engine)) for engine in engines]
    finally:
        subject.tables.close()
    return tuple(merged(found)), trying.runs


class _Trying:
    def __init__(self, it: Property, program: Program, check: _Check) -> None:
        self._property = it
        self._program = program
        self._check = check
        self._hints = hints_of(program)
        self.runs = 0

    def on(self, engine: Engine) -> list[Trouble]:
        """Try inputs until one fails; the same ones on every engine."""
        it = self._property
        chance = random.Random(f"{self._program.node_id}\n{it.name}\n{it.statement}")
        self.runs = refused = 0
        while self.runs < it.runs and refused < _PATIENCE * it.runs:
            choices = Choices(chance=chance)
            try:
                finding = self._try(choices, engine)
            except Refused:
                refused += 1
                continue
            self.runs += 1
            if finding is not None:
                return [self._trouble(choices, finding, engine)]
        if not self.runs:
            message = (
                f"none of {refused} inputs that were tried keeps to the constraints and preconditions: "
                "say under `inputs` what to draw from"
            )
            return [Trouble(message, it.line)]
        return []

    def _try(self, choices: Choices, engine: Engine) -> _Finding | None:
        return self._check(self._inputs(choices), engine)

    def _inputs(self, choices: Choices) -> dict[str, Value]:
        program = self._program
        return draw_inputs(
            program.inputs, self._hints, program.named, self._property.choices, choices
        )

    def _trouble(self, choices: Choices, finding: _Finding, engine: Engine) -> Trouble:
        """The trouble with the smallest inputs that still show one of its kind."""
        line = self._property.line
        if finding.is_of_test:
            return Trouble(finding.message, line, envelope=finding.envelope)
        best = finding

        def still_fails(row: Sequence[int]) -> bool:
            nonlocal best
            try:
                found = self._try(Choices(row), engine)
            except Refused:
                return False
            if found is None or found.is_of_test:
                return False
            best = found
            return True

        row = smallest(choices.made, still_fails, _SHRINKS)
        inputs = self._inputs(Choices(row))
        return Trouble(best.message, line, envelope=best.envelope, inputs=inputs)


def _once(it: Property, subject: Subject) -> _Check:
    """The statement as one more clause of the contract."""
    program = subject.promise(it.statement)

    def check(inputs: dict[str, Value], engine: Engine) -> _Finding | None:
        subject.tables.clear()
        world = World(it.mocks, _NOW, it.name, tables=subject.tables)
        return _fault(execute(program, inputs, engine, world, subject.resolve), program, it)

    return check


def _twice(it: Property, subject: Subject) -> _Check:
    """The same inputs twice in one world: the same answer, and nothing written the second time."""
    program = subject.program

    def check(inputs: dict[str, Value], engine: Engine) -> _Finding | None:
        subject.tables.clear()
        world = World(it.mocks, _NOW, it.name, tables=subject.tables)
        first = execute(program, inputs, engine, world, subject.resolve)
        fault = _fault(first, program, it)
        if fault is not None or first.error is not None:
            return fault
        world.writes.clear()
        second = execute(program, inputs, engine, world, subject.resolve)
        one, other = answer_of(first), answer_of(second)
        differing = [
            name
            for name in {**one, **other}
            if name not in it.free and not equal(one.get(name), other.get(name))
        ]
        if second.error is not None:
            said = f"the repeated request ends with `{second.error.code}`: {second.error.message}"
            return _Finding(said, second)
        if differing:
            names = ", ".join(f"`{name}`" for name in differing)
            return _Finding(f"the repeated request is answered differently: {names}", second)
        if world.writes:
            sites = ", ".join(f"`{site}`" for site in dict.fromkeys(world.writes))
            return _Finding(f"the repeated request writes again: {sites}", second)
        return None

    return check


def _fault(envelope: Envelope, program: Program, it: Property) -> _Finding | None:
    """What a run did wrong: errors that the document declares are none."""
    error = envelope.error
    if error is None:
        return None
    if error.code in _REFUSED:
        raise Refused
    if error.code not in RUN_ERRORS or error.code in program.error_codes:
        return None
    codes = error.details.get("codes")
    if isinstance(codes, list) and "not_mocked" in codes:
        return _Finding(error.message, envelope, is_of_test=True)
    own = [each for each in envelope.contracts.violated if each.clause == it.statement]
    if own:
        why = "" if own[0].reason == "false" else f": {own[0].reason}"
        return _Finding(f"`{it.statement}` does not hold{why}", envelope)
    broken = ", ".join(f"`{each.clause}`" for each in envelope.contracts.violated)
    said = f"the node breaks {broken}" if broken else f"{error.code}: {error.message}"
    return _Finding(said, envelope)
