"""`log`: entries of the structured log."""

from datetime import UTC, datetime
from typing import Final

from vesper.providers.sinks import HIDDEN, Entry
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.text import printed
from vesper.values.value import Value


class Log:
    """Writes entries, with the node, the step and the trace they belong to."""

    operations: Final = frozenset({"log"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """Write one entry. Data under a sensitive name is hidden, however deep it is."""
        data = effect.arguments.get("data")
        entry = Entry(
            at=datetime.now(UTC),
            level=printed(effect.arguments.get("level")) or "info",
            message=printed(effect.arguments.get("message")),
            node=call.node_id,
            step=effect.site,
            trace=call.execution,
            data=_hidden(data, call.sensitive) if isinstance(data, dict) else {},
        )
        self._around.sink.write(entry)
        return None

    def is_keyed(self, effect: Effect) -> bool:
        """An entry that stands there twice harms nobody."""
        del effect
        return True


def _hidden(data: dict[str, Value], names: frozenset[str]) -> dict[str, Value]:
    return {key: HIDDEN if key in names else _inside(it, names) for key, it in data.items()}


def _inside(value: Value, names: frozenset[str]) -> Value:
    if isinstance(value, dict):
        return _hidden(value, names)
    if isinstance(value, list):
        return [_inside(it, names) for it in value]
    return value
