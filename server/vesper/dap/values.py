"""Values as an editor shows them: one line each, opened one level at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vesper.values.encoding import to_json
from vesper.values.numbers import kind
from vesper.values.value import Value

WIDEST: Final = 200
MOST_ITEMS: Final = 1_000
"""How many items are given at once to an editor that did not say how many it wants."""

Row = tuple[str, Value | str, bool]


@dataclass(frozen=True, slots=True)
class Told:
    """A row that is no value of the run: words, such as whether a clause holds."""

    name: str
    text: str


class Shelf:
    """What may be opened while the run stands. Numbers are good until it goes on."""

    def __init__(self) -> None:
        self._held: list[Value | list[Told]] = []

    def put(self, value: "Value | list[Told]") -> int:
        """The number to open it by; 0 for what has nothing inside."""
        if not isinstance(value, list | dict) or not value:
            return 0
        self._held.append(value)
        return len(self._held)

    def put_names(self, names: Mapping[str, Value]) -> int:
        """The same for a scope, which may be empty."""
        self._held.append(dict(names))
        return len(self._held)

    def put_told(self, rows: list[Told]) -> int:
        """The same for words."""
        self._held.append(rows)
        return len(self._held)

    def clear(self) -> None:
        """The run goes on."""
        self._held = []

    def open(self, number: int, start: int = 0, count: int = 0) -> list[dict[str, Any]] | None:
        """The rows inside; None for a number that is no longer good."""
        if not 1 <= number <= len(self._held):
            return None
        held = self._held[number - 1]
        if isinstance(held, dict):
            return [self.row(name, it) for name, it in held.items()]
        if not isinstance(held, list):
            return []
        end = start + (count or MOST_ITEMS)
        return [
            {"name": it.name, "value": it.text, "variablesReference": 0}
            if isinstance(it, Told)
            else self.row(str(at), it)
            for at, it in enumerate(held[start:end], start)
        ]

    def row(self, name: str, value: Value) -> dict[str, Any]:
        """One value as a variable of the protocol."""
        found: dict[str, Any] = {
            "name": name,
            "value": one_line(value),
            "type": kind(value).removeprefix("an ").removeprefix("a "),
            "variablesReference": self.put(value),
            "evaluateName": name,
        }
        if isinstance(value, list):
            found["indexedVariables"] = len(value)
        elif isinstance(value, dict):
            found["namedVariables"] = len(value)
        return found


def one_line(value: Value) -> str:
    """The value as JSON, cut where it is long."""
    if isinstance(value, list) and len(value) > WIDEST:
        return f"{len(value):,} items"
    text = to_json(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
