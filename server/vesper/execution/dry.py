"""A run that reads and changes nothing: what would be written is noted instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from vesper.execution.runs import Runs
from vesper.execution.testing_mocks import Mocks
from vesper.lang.program import Program
from vesper.runtime.driver import Conduct, drive
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.gate import Gate
from vesper.runtime.handling import Call, Handler
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.values.encoding import plain, to_json
from vesper.values.value import Value

_READS: Final = frozenset({"database_query", "memory_search", "file_read"})
_LONGEST: Final = 120
_UNKNOWN: Final = "dry"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a dry run gave, and what it held back, a line each."""

    envelope: Envelope
    notes: list[str]
    is_partial: bool
    """Whether it ended where only the world could go on."""


@dataclass
class _Held(Mocks):
    """Lets reads through; a write is noted, and answered as if it had been done."""

    perform: Handler | None = None
    redactor: Redactor = field(default_factory=lambda: Redactor.of((), {}))
    notes: list[str] = field(default_factory=list[str])

    def __call__(self, effect: Effect, call: Call) -> Value:
        assert self.perform is not None
        is_read = effect.kind == "read" or effect.operation in _READS
        if is_read or effect.operation in ("clock", "random", "fact"):
            return self.perform(effect, call)
        asked = to_json(plain(self.redactor.hide(dict(effect.arguments))))
        asked = asked if len(asked) <= _LONGEST else f"{asked[: _LONGEST - 3]}..."
        self.notes.append(f"would {effect.operation} at {effect.site}: {asked}")
        return super().__call__(effect, call)

    def inside(self, effect: Effect, step: str, call: Call) -> Value:
        """An answer that only the world can give ends the dry run."""
        try:
            return super().inside(effect, step, call)
        except Failure as failure:
            message = f"a dry run ends at {effect.site}: nobody knows what {effect.operation} would answer"
            raise Failure((_UNKNOWN, "effect_failed"), message, final=True) from failure


def run_dry(program: Program, inputs: Mapping[str, Value], runs: Runs, engine: str = "") -> Tried:
    """Run a node with everything held back that would change something; capabilities count as ever."""
    setting = runs.setting
    redactor = Redactor.of(program.security.sensitive, inputs)
    held = _Held({}, datetime.now(UTC), "", perform=setting.world.registry, redactor=redactor)
    gate = Gate(held, lambda _effect, _call, _failure: None)
    call = Call("", program.node_id, "", grant=setting.grant)
    conduct = Conduct(runs.engine(engine), gate, call, runs.resolve, gate.permit)
    envelope = drive(program, inputs, conduct)
    codes = envelope.error.details.get("codes") if envelope.error is not None else None
    return Tried(envelope, held.notes, isinstance(codes, list) and _UNKNOWN in codes)
