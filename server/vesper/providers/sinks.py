"""Where entries of the log and measurements go."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from vesper.values.encoding import to_json
from vesper.values.value import Value


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the structured log. What must stay hidden is hidden already."""

    at: datetime
    level: str
    message: str
    node: str
    step: str
    trace: str
    data: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number reported by a step."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    value: float
    labels: dict[str, str]
    node: str


class Sink(Protocol):
    """Takes both. It must not fail: nothing of a run depends on it."""

    def write(self, entry: Entry) -> None:
        """Keep or show an entry."""
        ...

    def measure(self, measurement: Measurement) -> None:
        """Count a measurement in."""
        ...


class ErrorStream:
    """Shows entries on standard error, one line of JSON each, and counts nothing."""

    def write(self, entry: Entry) -> None:
        """Show the entry."""
        print(to_json(entry), file=sys.stderr)

    def measure(self, measurement: Measurement) -> None:
        """Nobody asked for it."""
