"""What a client can say: requests, which are owed an answer, notifications, and replies to us."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

MessageId = int | str


@dataclass(slots=True, eq=False)
class Request:
    """A call that is owed exactly one answer."""

    id: MessageId
    method: str
    params: Any
    cancelled: bool = False
    """Whether the client no longer wants it, and has been told so: that was its answer."""
    decided: bool = False
    """Whether it can no longer be cancelled, and still waits for its answer."""


@dataclass(slots=True, eq=False)
class Notification:
    """A call that is owed nothing."""

    method: str
    params: Any


@dataclass(slots=True, eq=False)
class Reply:
    """The client's answer to a request of ours."""

    id: MessageId
    message: dict[str, Any]


class Deferred:
    """An answer that takes long. It is worked on in small steps while nothing else waits.

    The generator yields True behind a step, and False while it waits for something to change; what it
    returns is the answer.
    """

    __slots__ = ("steps",)

    def __init__(self, steps: Generator[bool, None, object]) -> None:
        self.steps = steps


Message = Request | Notification | Reply
