"""`event_publish` and `event_subscribe`: the event bus of the workspace, shared by all its processes."""

import re
from typing import Final

from vesper.providers.failures import argument, failed
from vesper.providers.keyed import found, now, once, written
from vesper.providers.surroundings import Surroundings
from vesper.providers.waiting import wait_for
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.store import bus_rows, execution_rows
from vesper.store.bus_rows import BusRow, WaitRow
from vesper.store.engine import Connection
from vesper.values.encoding import canonical, decoded
from vesper.values.value import Fault, Value

_KIND: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,199}\Z")
LARGEST: Final = 1 << 20
"""Bytes of what one event carries."""


class Events:
    """Publishes events, and waits for them.

    A place in a run gets the events of a kind in the order in which they were published, each once, beginning
    with the first behind the start of the run. Other runs and other places get them as well.
    """

    operations: Final = frozenset({"event_publish", "event_subscribe"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """What an event carries; null for one that is published."""
        kind = kind_of(effect, "event_type")
        if effect.operation == "event_publish":
            return self._publish(kind, effect, call)
        return next_event(self._around, kind, effect, call)

    def is_keyed(self, effect: Effect) -> bool:
        """Always: an event is kept with the key of its effect."""
        del effect
        return True

    def _publish(self, kind: str, effect: Effect, call: Call) -> Value:
        try:
            data = canonical(effect.arguments.get("data"))
        except Fault as fault:
            raise failed(fault.message, "argument_invalid", argument="data") from None
        if len(data) > LARGEST:
            raise failed(f"an event carries at most {LARGEST:,} bytes", "argument_invalid")

        def publish(connection: Connection) -> Value:
            bus_rows.publish(connection, kind, call.execution, data, now())
            return None

        return once(self._around, effect, call, publish)


def kind_of(effect: Effect, name: str) -> str:
    """The kind of event that an argument names."""
    kind = argument(effect.arguments, name)
    if _KIND.match(kind) is None:
        raise failed(f"`{kind[:60]}` is no kind of event", "argument_invalid", argument=name)
    return kind


def next_event(around: Surroundings, kind: str, effect: Effect, call: Call) -> Value:
    """Wait for the next event of a kind that this place of the run has not got; give what it carries."""
    place = place_of(effect)

    def ready(connection: Connection) -> BusRow | None:
        held = bus_rows.wait(connection, call.key)
        if held is not None and held.event is not None:
            return bus_rows.get(connection, held.event)
        after = bus_rows.last_taken(connection, call.execution, place)
        return bus_rows.next_of(connection, kind, after, _since(connection, place, call))

    def take(connection: Connection) -> BusRow | None:
        event = ready(connection)
        if bus_rows.wait(connection, call.key) is None:
            began = now()
            bus_rows.begin(connection, WaitRow(call.key, call.execution, place, began, None, None))
        if event is not None:
            bus_rows.take(connection, call.key, event.id)
        return event

    def look() -> BusRow | None:
        # The lock for writing is taken only when there is something to take.
        return written(around, take) if found(around, ready, None) is not None else None

    event = written(around, take) or wait_for(look, call, f"the event {kind}", {"event": kind})
    return decoded(event.data)


def place_of(effect: Effect) -> str:
    """The site without rounds of loops: each round gets the event behind that of the round before."""
    return re.sub(r"\[\d+\]", "", effect.site)


def _since(connection: Connection, place: str, call: Call) -> str:
    """When the run began; for a run that nobody keeps, when this place first waited."""
    execution = execution_rows.get(connection, call.execution)
    if execution is not None:
        return execution.started_at
    return bus_rows.first_wait(connection, call.execution, place) or now()
