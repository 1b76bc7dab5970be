"""Failures of effects, with the codes that all providers share."""

from typing import Any

from vesper.errors import VesperError
from vesper.runtime.request import Failure
from vesper.values.value import Value

_CODES = {"busy": "busy", "damaged": "store_damaged", "denied": "store_denied"}


def failed(message: str, *codes: str, **details: Value) -> Failure:
    """The failure of an effect, with codes from special to general; `effect_failed` is added."""
    return Failure((*codes, "effect_failed"), message, details)


def refused(message: str, **details: Value) -> Failure:
    """What a run may not do: no handler of the document answers it."""
    return Failure(("capability_denied",), message, details, final=True)


def stopped() -> Failure:
    """Somebody stopped the run while a provider worked or waited."""
    return Failure(("cancelled",), "the run was stopped", final=True)


def timed_out(what: str, *codes: str) -> Failure:
    """The time that the step may take is over."""
    return failed(f"{what} took longer than it may", "timeout", *codes)


def from_error(error: VesperError) -> Failure:
    """An action of the workspace that could not be done, such as a task moved where it cannot go."""
    hint = f"; {error.hint}" if error.hint else ""
    return failed(f"{error.message}{hint}", _CODES.get(error.kind, error.kind))


def argument(arguments: Any, name: str, default: str = "") -> str:
    """A text among the arguments of an effect; anything else is the failure `argument_invalid`."""
    value = arguments.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise failed(f"`{name}` must be a text", "argument_invalid", argument=name)
    return value
