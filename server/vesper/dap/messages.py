"""Messages of the Debug Adapter Protocol on two streams: headers, then JSON."""

import json
from threading import Lock
from typing import Any, BinaryIO, Final, cast

from vesper.values.encoding import from_json

Body = dict[str, Any]
LARGEST: Final = 16 << 20
"""Bytes that one message may have."""


class BadMessage(Exception):
    """Bytes that are no message; what follows them cannot be found."""


def receive(stream: BinaryIO) -> Body | None:
    """The next message; None at the end."""
    length: int | None = None
    while True:
        line = stream.readline(1_000)
        if not line:
            return None
        if line in (b"\r\n", b"\n"):
            if length is None:
                raise BadMessage("a message without Content-Length")
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = _length(value)
    data = stream.read(length)
    if len(data) < length:
        return None
    try:
        message: object = from_json(data)
    except ValueError:
        raise BadMessage("a message that is no JSON") from None
    if not isinstance(message, dict):
        raise BadMessage("a message that is no object")
    return cast("Body", message)


class Sender:
    """Numbers messages and writes each whole, from whatever thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = Lock()
        self._number = 0

    def event(self, name: str, body: Body | None = None) -> None:
        """Tell the client something it did not ask for."""
        self._send({"type": "event", "event": name, "body": body or {}})

    def answer(self, request: Body, body: Body | None = None) -> None:
        """Answer a request."""
        self._send({**_about(request), "success": True, "body": body or {}})

    def refuse(self, request: Body, message: str) -> None:
        """Answer a request that could not be done, in words for the user."""
        told = {"id": 1, "format": message.replace("{", "{{").replace("}", "}}"), "showUser": True}
        self._send(
            {**_about(request), "success": False, "message": message, "body": {"error": told}}
        )

    def _send(self, message: Body) -> None:
        with self._lock:
            self._number += 1
            data = json.dumps({"seq": self._number, **message}).encode()
            try:
                self._stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                # The client has left; the end of its requests is seen by whoever reads them.
                return


def _about(request: Body) -> Body:
    return {
        "type": "response",
        "request_seq": request.get("seq", 0),
        "command": str(request.get("command", "")),
    }


def _length(value: bytes) -> int:
    try:
        length = int(value)
    except ValueError:
        raise BadMessage("a Content-Length that is no number") from None
    if not 0 <= length <= LARGEST:
        raise BadMessage(f"a message of {length:,} bytes")
    return length
