"""Neither what people are told nor what a provider says of a failure shows a sensitive value."""

from dataclasses import replace
from typing import Final

from vesper.runtime.handling import Call, Handler
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

_TOLD: Final = {"task_create": ("title", "description"), "task_update": ("reason",)}
"""What people read on the board of tasks, where it stays in the clear."""


def redacting(inner: Handler, redactor: Redactor) -> Handler:
    """Perform through `inner`; neither what people are told nor a failure shows a sensitive value."""

    def handle(effect: Effect, call: Call) -> Value:
        if effect.operation in _TOLD:
            effect = _told(effect, redactor.naming(call.sensitive))
        try:
            return inner(effect, call)
        except Failure as failure:
            known = redactor.knowing(effect.arguments)
            if not known.values:
                raise
            raise known.hide_failure(failure) from None

    return handle


def _told(effect: Effect, redactor: Redactor) -> Effect:
    """The effect as people may read what it says."""
    known = redactor.knowing(effect.arguments)
    told = _TOLD[effect.operation]
    hidden = {key: known.hide(it) if key in told else it for key, it in effect.arguments.items()}
    return replace(effect, arguments=hidden)
