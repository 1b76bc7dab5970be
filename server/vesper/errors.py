"""The one exception of the product: an action that could not be done, and what to do next."""

from dataclasses import dataclass
from typing import Literal

FailureKind = Literal["not_found", "invalid", "conflict", "busy", "denied", "damaged"]


@dataclass(slots=True)
class VesperError(Exception):
    """An action that cannot be done. Each surface translates it in one place.

    `kind` decides the exit code, LSP error code or MCP error; `message` says what is wrong in one
    line; `hint` says what to do next, and is shown to people and agents alike.
    """

    kind: FailureKind
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message
