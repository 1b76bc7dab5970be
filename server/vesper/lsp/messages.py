"""What a client can say: requests, which are owed an answer, notifications, and replies to us."""

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


Message = Request | Notification | Reply
