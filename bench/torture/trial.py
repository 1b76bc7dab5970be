"""What a trial is, and what it tells: one row of the table, and what went wrong in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.torture.server import Target


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to do: the numbers of edits and of repetitions, and the seed of what is random."""

    edits: int
    scale: float
    seed: int


@dataclass(slots=True)
class Result:
    """What became of one trial. `faults` are its parts that failed, each with what happened."""

    said: str
    faults: list[str] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Whether nothing failed."""
        return not self.faults


Run = Callable[[Target, Path, Effort], Result]


class Trial(NamedTuple):
    """One row: the case, what is asked of it, and how it is tried in an empty folder."""

    case: str
    goal: str
    run: Run


def counted(faults: list[str], count: int) -> Result:
    """The result of a trial of many parts."""
    return Result(f"{count - len(faults)} of {count}", faults)


def short(seconds: float) -> str:
    """A time as people read it."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
