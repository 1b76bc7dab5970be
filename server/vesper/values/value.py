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


class Fault(Exception):
    """An evaluation that has no value. Engines must agree on `code`; `message` is for people."""

    def __init__(
        self, code: FaultCode, message: str, values: Mapping[str, Value] | None = None
    ) -> None:
        super().__init__(message)
        self.code: FaultCode = code
        self.message = message
        self.values: Mapping[str, Value] = values or {}
