"""Finds the provider of an effect, and makes one kind of failure of all that providers raise."""

from collections.abc import Callable, Iterable, Mapping

from vesper.errors import VesperError
from vesper.lang.conversion import convert
from vesper.lang.types import ANY
from vesper.runtime.handling import Call, Provider, Suspended
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Fault, Value


def _nobody(_operation: str) -> Provider | None:
    return None


class Registry:
    """The providers by the operations they perform. A later one takes the place of an earlier one.

    `otherwise` finds a provider for any other operation, or raises `Failure`.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        otherwise: Callable[[str], Provider | None] = _nobody,
    ) -> None:
        self._by_operation: Mapping[str, Provider] = {
            operation: it for it in providers for operation in it.operations
        }
        self._otherwise = otherwise

    def __call__(self, effect: Effect, call: Call) -> Value:
        provider = self._provider(effect.operation)
        if provider is None:
            raise Failure(
                ("unsupported_operation", "effect_failed"),
                f"nothing here performs `{effect.operation}`, which {effect.site} asks for",
                {"step": effect.site, "operation": effect.operation},
            )
        try:
            return _exact(provider.perform(effect, call), effect)
        except (Failure, Suspended):
            raise
        except Fault as fault:
            raise Failure((fault.code, "effect_failed"), fault.message, fault.values) from fault
        except VesperError as error:
            details: dict[str, Value] = {"hint": error.hint} if error.hint else {}
            raise Failure((error.kind, "effect_failed"), error.message, details) from error
        except Exception as error:
            message = f"the provider of `{effect.operation}` broke: {type(error).__name__}: {error}"
            raise Failure(("provider_broken", "effect_failed"), message) from error

    def is_keyed(self, effect: Effect) -> bool:
        """Whether the effect performed twice with one key counts once."""
        try:
            provider = self._provider(effect.operation)
        except Failure:
            return False
        return provider is not None and provider.is_keyed(effect)

    def _provider(self, operation: str) -> Provider | None:
        return self._by_operation.get(operation) or self._otherwise(operation)


def _exact(value: object, effect: Effect) -> Value:
    """What a provider gives as a value of the language: no floats, no tuples, nothing without a form."""
    found = convert(value, ANY, {})
    if not found.problems:
        return found.value
    path, message = found.problems[0]
    where = f" at {path}" if path else ""
    raise Failure(
        ("result_invalid", "effect_failed"),
        f"the provider of `{effect.operation}` gave no value that can be kept{where}: {message}",
    )
