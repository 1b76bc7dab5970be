"""`emit_metric`: numbers for the dashboards."""

from typing import Final, Literal

from vesper.providers.sinks import Measurement
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect
from vesper.values.numbers import is_number
from vesper.values.text import printed
from vesper.values.value import Value

_Kind = Literal["counter", "gauge", "histogram"]
_KINDS: Final[tuple[_Kind, ...]] = ("counter", "gauge", "histogram")


class Metrics:
    """Reports numbers. What is no number, or a counter that would go back, is left out: nothing fails."""

    operations: Final = frozenset({"emit_metric"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def perform(self, effect: Effect, call: Call) -> Value:
        """Report one number."""
        value = effect.arguments.get("value", 1)
        said = effect.arguments.get("kind", "counter")
        kind: _Kind | None = next((it for it in _KINDS if it == said), None)
        if kind is None or not is_number(value) or (kind == "counter" and value < 0):
            return None
        redactor = call.redactor.naming(call.sensitive).knowing(effect.arguments)
        labels = redactor.hide(effect.arguments.get("labels"))
        named = labels if isinstance(labels, dict) else {}
        self._around.sink.measure(
            Measurement(
                name=printed(effect.arguments.get("metric")),
                kind=kind,
                value=float(value),
                labels={key: printed(it) for key, it in named.items()},
                node=call.node_id,
            )
        )
        return None

    def is_keyed(self, effect: Effect) -> bool:
        """A number that counts twice harms nobody."""
        del effect
        return True
