"""`wait`: a pause, until a time or an event, which outlives restarts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from vesper.providers.events import kind_of, next_event, place_of
from vesper.providers.failures import failed
from vesper.providers.keyed import now, written
from vesper.providers.surroundings import Surroundings
from vesper.providers.waiting import wait_for
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import bus_rows
from vesper.store.bus_rows import WaitRow
from vesper.store.engine import Connection
from vesper.values.moment import read_duration, read_timestamp, write_timestamp
from vesper.values.value import Fault, Value

_SHORT: Final = timedelta(seconds=1)
"""A pause that short is waited for anew after a restart."""


class Pauses:
    """Waits for a time, a moment or an event."""

    operations: Final = frozenset({"wait"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """What the event carries; an empty record for a pause."""
        if effect.arguments.get("event") is not None:
            return next_event(self._around, kind_of(effect, "event"), effect, call)
        end = self._end(effect, call)
        if end - datetime.now(UTC) <= _SHORT:
            # Keeping the run would take longer.
            call = replace(call, patience=None)
        said = write_timestamp(end)
        wait_for(lambda: datetime.now(UTC) >= end or None, call, f"{said} to come", {"until": end})
        return {}

    def is_keyed(self, effect: Effect) -> bool:
        """Waiting twice changes nothing."""
        del effect
        return True

    def _end(self, effect: Effect, call: Call) -> datetime:
        until, length = effect.arguments.get("until"), effect.arguments.get("duration")
        try:
            until = read_timestamp(until) if isinstance(until, str) else until
            length = read_duration(length) if isinstance(length, str) else length
        except Fault as fault:
            raise failed(fault.message, "argument_invalid") from None
        if isinstance(until, datetime):
            return until
        if not isinstance(length, timedelta):
            message = "a `wait` has a `duration`, a moment in `until`, or an `event`"
            raise failed(message, "argument_invalid")
        try:
            return self._began(effect, call, length) + length
        except OverflowError:
            raise failed("nobody waits for so long", "argument_invalid") from None

    def _began(self, effect: Effect, call: Call, length: timedelta) -> datetime:
        if length <= _SHORT:
            return datetime.now(UTC)

        def begin(connection: Connection) -> str:
            held = bus_rows.wait(connection, call.key)
            if held is not None:
                return held.began_at
            row = WaitRow(call.key, call.execution, place_of(effect), now(), None, None)
            bus_rows.begin(connection, row)
            return row.began_at

        return datetime.fromisoformat(written(self._around, begin))
