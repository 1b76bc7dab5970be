"""Where a run under the debugger stops, as people write it."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, assert_never

from vesper.errors import VesperError
from vesper.execution.inspection import read_expression
from vesper.lang.ir import Expr
from vesper.lang.program import Program, Step, steps_of
from vesper.runtime.request import Effect

_TRANSITION: Final = re.compile(r"state_transition:\s*([\w*]+)\s*->\s*([\w*]+)\Z")
_PATH: Final = re.compile(r"[\w~!#\[\]/>.-]+\Z")
_HINT: Final = (
    "stop at a step's name, `contract_violation`, `failure`, `state_transition:a->b`, "
    "an expression such as `input.amount > 100`, or `divergence`"
)


@dataclass(frozen=True, slots=True)
class AtStep:
    """A step of that name, or at that path or site."""

    name: str


@dataclass(frozen=True, slots=True)
class AtLine:
    """The step that begins at a line of a file, counted from 0; only where `condition` is true."""

    file: str
    line: int
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class OnViolation:
    """A clause that does not hold."""


@dataclass(frozen=True, slots=True)
class OnFailure:
    """A step that failed, whether a handler answers or not."""


@dataclass(frozen=True, slots=True)
class OnTransition:
    """A state machine is about to move; `*` is any state."""

    start: str
    end: str

    def fits(self, effect: Effect) -> bool:
        """Whether the effect asks for that move."""
        if effect.operation != "state_machine_transition":
            return False
        start, end = effect.arguments.get("from"), effect.arguments.get("to")
        starts = start if isinstance(start, list) else [start]
        return self.end in ("*", end) and (self.start == "*" or self.start in starts)


@dataclass(frozen=True, slots=True)
class WhenHolds:
    """An expression over inputs and names becomes true."""

    text: str
    condition: Expr


@dataclass(frozen=True, slots=True)
class OnDivergence:
    """Two engines differ."""


Breakpoint = AtStep | AtLine | OnViolation | OnFailure | OnTransition | WhenHolds | OnDivergence


def read(text: str, program: Program) -> Breakpoint:
    """The breakpoint that a text means for a run of the program; VesperError `invalid` for none."""
    text = text.strip()
    match text:
        case "contract_violation":
            return OnViolation()
        case "failure":
            return OnFailure()
        case "divergence":
            return OnDivergence()
        case _:
            pass
    if text.startswith("state_transition"):
        found = _TRANSITION.match(text)
        if found is None:
            raise VesperError("invalid", f"`{text}` names no move", "state_transition:open->closed")
        return OnTransition(found[1], found[2])
    names = {it.name for it in steps_of(program)} | {it.path for it in steps_of(program)}
    if text in names or (_PATH.match(text) and any(mark in text for mark in "[>!")):
        return AtStep(text)
    if _PATH.match(text) and text.partition(".")[0] not in _known(program):
        near = get_close_matches(text, names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else _HINT
        raise VesperError("invalid", f"there is no step `{text}` in {program.node_id}", hint)
    return WhenHolds(text, read_expression(text))


def shown(it: Breakpoint) -> str:
    """The breakpoint as it would be written."""
    match it:
        case AtStep(name):
            return name
        case AtLine(file, line, _):
            return f"{file}:{line + 1}"
        case OnViolation():
            return "contract_violation"
        case OnFailure():
            return "failure"
        case OnTransition(start, end):
            return f"state_transition:{start}->{end}"
        case WhenHolds(text):
            return text
        case OnDivergence():
            return "divergence"
        case _:
            assert_never(it)


def is_at(it: Breakpoint, step: Step, site: str, file: str) -> bool:
    """Whether a breakpoint stops at the beginning of a step."""
    match it:
        case AtStep(name):
            return name in (step.name, step.path, site)
        case AtLine(at, line, _):
            return line == step.line and at == file
        case _:
            return False


def _known(program: Program) -> "set[str]":
    return {"input", "inputs", *(it.name for it in program.inputs)}
