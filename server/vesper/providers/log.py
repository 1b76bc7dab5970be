"""`log`: entries of the structured log."""

from datetime import UTC, datetime
from typing import Final

from vesper.providers.sinks import Entry
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
        """Write one entry. Sensitive values are hidden wherever they stand in it."""
        data = effect.arguments.get("data")
        redactor = call.redactor.naming(call.sensitive).knowing(effect.arguments)
        shown = redactor.hide(data)
        entry = Entry(
            at=datetime.now(UTC),
            level=printed(effect.arguments.get("level")) or "info",
            message=redactor.hide_text(printed(effect.arguments.get("message"))),
            node=call.node_id,
            step=effect.site,
            trace=call.execution,
            data=shown if isinstance(shown, dict) else {},
        )
        self._around.sink.write(entry)
        return None

    def is_keyed(self, effect: Effect) -> bool:
        """An entry that stands there twice harms nobody."""
        del effect
        return True
