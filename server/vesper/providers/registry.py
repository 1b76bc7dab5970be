"""Which provider performs which operation. None is loaded before one of its operations is performed."""

import importlib
import threading
from typing import Final

from vesper.providers.failures import failed
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call, Provider
from vesper.runtime.request import Effect
from vesper.values.value import Value

_HOME: Final = "vesper.providers"
_PROVIDERS: Final = {
    "database_query": "databases:Databases",
    "database_write": "databases:Databases",
    "database_update": "databases:Databases",
    "database_delete": "databases:Databases",
    "external_api_call": "http:Services",
    "clock": "clock:Clock",
    "random": "chance:Chance",
    "log": "log:Log",
    "emit_metric": "metrics:Metrics",
    "file_read": "files:Files",
    "file_write": "files:Files",
    "event_publish": "events:Events",
    "event_subscribe": "events:Events",
    "wait": "pauses:Pauses",
    "memory_store": "memories:Memories",
    "memory_search": "memories:Memories",
    "task_create": "tasks:Tasks",
    "task_update": "tasks:Tasks",
    "agent_run": "agents:Agents",
    "approval": "people:People",
    "state_machine_transition": "machines:Machines",
    "fact": "custom:Custom",
    "shell": "shell:Shell",
}
"""Module and class of each; a class is made with the `Surroundings` alone."""
CUSTOM: Final = "custom."
"""What begins so is performed by whatever packages are installed."""


class Registry:
    """The providers of one workspace. Threads may share it."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._made: dict[str, Provider] = {}
        self._making = threading.Lock()

    def perform(self, effect: Effect, call: Call) -> Value:
        """Perform the effect: the innermost handler."""
        return self.provider(effect.operation).perform(effect, call)

    def is_keyed(self, effect: Effect) -> bool:
        """Whether a write performed twice with the same key counts once."""
        return self.provider(effect.operation).is_keyed(effect)

    def provider(self, operation: str) -> Provider:
        """What performs the operation; the failure `operation_unknown` where nothing does."""
        is_custom = operation.startswith(CUSTOM)
        place = "custom:Custom" if is_custom else _PROVIDERS.get(operation)
        if place is None:
            message = f"nothing performs `{operation}` here"
            raise failed(message, "operation_unknown", operation=operation)
        with self._making:
            found = self._made.get(place)
            if found is None:
                module, _, name = place.partition(":")
                found = getattr(importlib.import_module(f"{_HOME}.{module}"), name)(self.around)
                self._made[place] = found
        return found

    def close(self) -> None:
        """Close what the providers opened. No effect may be under way."""
        for provider in self._made.values():
            close = getattr(provider, "close", None)
            if close is not None:
                close()
        self._made.clear()
        self.around.close()
