"""The values of a run, and the fault that an evaluation ends with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

Value = (
    None | bool | int | Decimal | str | bytes | datetime | timedelta | list["Value"]
    | dict[str, "Value"]
)  # fmt: skip
"""A value of the language. Nobody changes one once it is made.

`int` is within 64 bits, `datetime` is aware and in UTC, text holds no lone surrogate, and a `set` is a list
without doubles in canonical order. There is no float, NaN or infinity.
"""

FaultCode = Literal[
    "division_by_zero", "integer_overflow", "number_too_long", "null_value", "missing_field",
    "index_out_of_range", "type_mismatch", "invalid_value", "unknown_name", "budget_exceeded",
    "memory_exceeded", "too_deep",
]  # fmt: skip
"""Stable codes of evaluation errors; all engines give the same one for the same evaluation."""

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1


DEEPEST: Final = 64
"""How many lists and records may stand inside one another."""
MOST_PARTS: Final = 2_000_000
"""The most values that one value may hold, where it is gone through: a list that holds a list twice that
holds a list twice, and so on, is small in memory and endless when written out."""


class Fault(Exception):
    """An evaluation that has no value. Engines must agree on `code`; `message` is for people."""

    def __init__(
        self, code: FaultCode, message: str, values: Mapping[str, Value] | None = None
    ) -> None:
        super().__init__(message)
        self.code: FaultCode = code
        self.message = message
        self.values: Mapping[str, Value] = values or {}


def nested_too_deep() -> Fault:
    """For a value with more than `DEEPEST` lists and records inside one another."""
    return Fault("too_deep", f"values are nested deeper than {DEEPEST} levels")


class Extent:
    """Counts the parts of a value that is gone through, and refuses one too large or too deep."""

    __slots__ = ("_left", "_most_deep")

    def __init__(self, spare: int = 0) -> None:
        self._left = MOST_PARTS
        self._most_deep = DEEPEST + spare

    def enter(self, size: int, depth: int) -> None:
        """A list or record of that size, inside so many others, is about to be gone through."""
        if depth >= self._most_deep:
            raise nested_too_deep()
        self._left -= size
        if self._left < 0:
            raise Fault("memory_exceeded", f"a value of more than {MOST_PARTS:,} parts")
