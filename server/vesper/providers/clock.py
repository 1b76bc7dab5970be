"""The clock: what `current_timestamp()` means in a run."""

from datetime import UTC, datetime
from typing import Final

from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.value import Value


class Clock:
    """Answers with the moment, in UTC with microseconds."""

    operations: Final = frozenset({"clock"})

    def __init__(self, around: Surroundings) -> None:
        del around

    def perform(self, effect: Effect, call: Call) -> Value:
        """The moment of the call."""
        del effect, call
        return datetime.now(UTC)

    def is_keyed(self, effect: Effect) -> bool:
        """Asking twice changes nothing."""
        del effect
        return True
