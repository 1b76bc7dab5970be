"""MCP over a `Wire`: every line that comes in is either served or answered with an error.

The SDK's own stdio transport drops a line it cannot parse, so the client waits for ever; it has no
limit on the length of a line, and cannot be stopped while it waits for one.
"""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, NoReturn, cast

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from vesper_mcp.wire import LINE_LIMIT, LineTooLong, Wire

_log: Final = logging.getLogger(__name__)
_LAST_REPLIES: Final = 10.0
"""Seconds that requests still being served get when the client has closed its end."""


@asynccontextmanager
async def message_streams(
    wire: Wire,
) -> AsyncGenerator[
    tuple[
        MemoryObjectReceiveStream[SessionMessage | Exception],
        MemoryObjectSendStream[SessionMessage],
    ]
]:
    """The incoming and the outgoing messages of `wire`, for as long as the block runs.

    The input ends when the client has closed it and every request has been answered. The block is
    cancelled when the client stops reading. Cancelling it does not wait for a line that is being
    read: the thread that waits for it is left behind.
    """
    unanswered = _Unanswered()
    received, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
    outgoing, to_send = anyio.create_memory_object_stream[SessionMessage]()
    async with anyio.create_task_group() as group:
        group.start_soon(_receive, wire, received, outgoing.clone(), unanswered)
        group.start_soon(_send, wire, to_send, unanswered, group.cancel_scope)
        yield incoming, outgoing


def read_message(line: bytes) -> JSONRPCMessage:
    """The message in one line; one that is malformed is returned as the error reply it deserves.

    JSON is read strictly: a repeated name, NaN, an infinity, half a surrogate pair, a number of
    thousands of digits and nesting hundreds deep are refused, so that no two readers of the same
    bytes can understand different things.
    """
    try:
        value: object = json.loads(
            line.decode(), object_pairs_hook=_unique_names, parse_constant=_refuse_constant
        )
        if b"\\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        return _refusal(PARSE_ERROR, "the message is nested too deeply")
    except ValueError as error:
        return _refusal(PARSE_ERROR, f"the message is not JSON that can be read: {_short(error)}")
    try:
        return jsonrpc_message_adapter.validate_python(value, by_name=False)
    except ValidationError:
        message = "the message is not a JSON-RPC 2.0 request, notification or response"
        return _refusal(INVALID_REQUEST, message, _id_of(value))


async def _receive(
    wire: Wire,
    received: MemoryObjectSendStream[SessionMessage | Exception],
    outgoing: MemoryObjectSendStream[SessionMessage],
    unanswered: "_Unanswered",
) -> None:
    # A limiter of its own: tools that fill the shared one must not stop the server from reading.
    limiter = anyio.CapacityLimiter(1)
    async with received, outgoing:
        while True:
            try:
                line = await anyio.to_thread.run_sync(
                    wire.read_line, abandon_on_cancel=True, limiter=limiter
                )
            except LineTooLong:
                text = f"the message is longer than {LINE_LIMIT:,} bytes"
                message: JSONRPCMessage = _refusal(INVALID_REQUEST, text)
            else:
                if not line:
                    # The SDK drops the requests it is working on when the input ends.
                    with anyio.move_on_after(_LAST_REPLIES):
                        await unanswered.none()
                    return
                if line.isspace():
                    continue
                message = read_message(line)
            # A server receives error replies only to requests of its own, and this one makes none.
            unanswered.note_received(message)
            goal = outgoing if isinstance(message, JSONRPCError) else received
            try:
                await goal.send(SessionMessage(message))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return


async def _send(
    wire: Wire,
    to_send: MemoryObjectReceiveStream[SessionMessage],
    unanswered: "_Unanswered",
    scope: anyio.CancelScope,
) -> None:
    limiter = anyio.CapacityLimiter(1)
    async with to_send:
        async for item in to_send:
            text = item.message.model_dump_json(by_alias=True, exclude_unset=True)
            try:
                await anyio.to_thread.run_sync(
                    wire.write_line, text, abandon_on_cancel=True, limiter=limiter
                )
            except OSError as error:
                _log.warning("the client no longer reads replies: %s", error)
                scope.cancel()
                return
            unanswered.note_sent(item.message)


class _Unanswered:
    """The requests that have been read and whose replies have not been written."""

    def __init__(self) -> None:
        self._ids: set[str | int | None] = set()
        self._fewer = anyio.Event()

    def note_received(self, message: JSONRPCMessage) -> None:
        match message:
            case JSONRPCRequest():
                self._ids.add(message.id)
            case JSONRPCNotification(method="notifications/cancelled"):
                # A cancelled request need not be answered.
                self._drop((message.params or {}).get("requestId"))
            case _:
                pass

    def note_sent(self, message: JSONRPCMessage) -> None:
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._drop(message.id)

    async def none(self) -> None:
        while self._ids:
            await self._fewer.wait()

    def _drop(self, request: str | int | None) -> None:
        self._ids.discard(request)
        self._fewer.set()
        self._fewer = anyio.Event()


def _unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        message = f"the name {repeated!r} is given twice"
        raise ValueError(message)
    return value


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


def _refusal(code: int, message: str, request: str | int | None = None) -> JSONRPCError:
    error = ErrorData(code=code, message=message)
    return JSONRPCError(jsonrpc="2.0", id=request, error=error)


def _id_of(value: object) -> str | int | None:
    if not isinstance(value, dict):
        return None
    name = cast("dict[str, object]", value).get("id")
    if isinstance(name, bool):
        return None
    return name if isinstance(name, str | int) else None


def _short(error: ValueError) -> str:
    return str(error).encode(errors="replace").decode()[:200]
