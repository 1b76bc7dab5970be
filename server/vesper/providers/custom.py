"""`custom.*` and facts: what Python packages add, as entry points.

    [project.entry-points."vesper.operations"]
    print_label = "shop.labels:print_label"

makes `print_label(arguments, call)` what performs `custom.print_label`. It gives any value that JSON has,
decimals, moments and durations, or raises `vesper.runtime.request.Failure`. With the attribute `keyed = True`
it promises that the same `call.key` twice counts once. A fact `stock_is_counted` is an entry point of the
group `vesper.facts`, called with the `call` alone.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, Final

from vesper.providers.failures import argument, failed
from vesper.providers.incoming import value_of
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value

OPERATIONS: Final = "vesper.operations"
FACTS: Final = "vesper.facts"
PREFIX: Final = "custom."


class Custom:
    """Performs what entry points perform."""

    operations: Final = frozenset({"custom", "fact"})

    def __init__(self, around: Surroundings) -> None:
        del around
        self._loaded: dict[tuple[str, str], Callable[..., Any]] = {}

    def perform(self, effect: Effect, call: Call) -> Value:
        """What the entry point gives; its exceptions are the failure `custom_failed`."""
        if effect.operation == "fact":
            name = argument(effect.arguments, "name")
            return _called(self._fact(name), f"the fact {name}", call)
        work = self._operation(effect.operation)
        return _called(work, effect.operation, dict(effect.arguments), call)

    def is_keyed(self, effect: Effect) -> bool:
        """What the entry point says of itself; a fact only reads."""
        if effect.operation == "fact":
            return True
        return getattr(self._operation(effect.operation), "keyed", False) is True

    def _fact(self, name: str) -> Callable[..., Any]:
        found = self._find(FACTS, name)
        if found is None:
            raise failed(f"nobody reports the fact `{name[:60]}`", "fact_unknown", fact=name)
        return found

    def _operation(self, operation: str) -> Callable[..., Any]:
        name = operation.removeprefix(PREFIX)
        found = self._find(OPERATIONS, name)
        if found is None:
            message = (
                f"nothing performs `{operation}`: no package has `{name}` among its {OPERATIONS}"
            )
            raise failed(message, "operation_unknown", operation=operation)
        return found

    def _find(self, group: str, name: str) -> Callable[..., Any] | None:
        known = self._loaded.get((group, name))
        if known is None:
            points = entry_points(group=group, name=name)
            if not points:
                return None
            try:
                known = next(iter(points)).load()
            except Exception as error:
                message = f"`{name}` of {group} cannot be loaded: {type(error).__name__}: {error}"
                raise failed(message, "operation_unknown") from error
            assert known is not None
            self._loaded[group, name] = known
        return known


def _called(work: Callable[..., Any], name: str, *arguments: object) -> Value:
    try:
        return value_of(work(*arguments))
    except (Failure, Suspended):
        raise
    except Exception as error:
        message = f"{name} failed: {type(error).__name__}: {str(error)[:300]}"
        raise failed(message, "custom_failed") from error
