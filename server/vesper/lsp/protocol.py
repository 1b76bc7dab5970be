"""Messages: which are well formed, whose turn it is, and the one answer that each request gets.

pygls supplies the vocabulary, the table of features and requests to the client. What it does with
an incoming message is replaced, because it leaves broken requests unanswered and cannot cancel.
"""

import re
import threading
import traceback
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Literal, TypeGuard, TypeVar, cast

import cattrs
import orjson
from lsprotocol import converters, types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from vesper.errors import VesperError
from vesper.lsp.messages import Deferred, Message, MessageId, Notification, Reply, Request
from vesper.lsp.transport import Action, Log

State = Literal["new", "running", "stopped"]
Handle = Callable[[Any], Any]

_LIFECYCLE: Final = (types.INITIALIZE, types.SHUTDOWN)
_CANCELLED: Final = "cancelled by the client"
_STRUCTURE_ERRORS: Final = (
    cattrs.BaseValidationError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


T = TypeVar("T")


class Refusal(JsonRpcException):
    """An answer that is an error of the protocol itself."""

    def __init__(self, code: types.ErrorCodes | types.LSPErrorCodes, message: str) -> None:
        super().__init__(message, code.value)


class VesperProtocol(LanguageServerProtocol):
    """The messages of one connection.

    `receive` takes each message in as it arrives, on the thread that reads: so a cancellation is
    answered at once, though a handler may be at work. `step` does what is due one at a time, on the
    thread that serves.
    """

    def __init__(self, server: LanguageServer, converter: cattrs.Converter) -> None:
        super().__init__(server, converter)
        fm: Any = self.fm
        self.built_in: dict[str, Handle] = fm.builtin_features
        """The server's own methods; they get their parameters as plain JSON."""
        self.features: dict[str, Handle] = fm.features
        self.options: dict[str, object] = fm.feature_options
        self.commands: dict[str, Handle] = fm.commands
        self.state: State = "new"
        self.exit_code: int | None = None
        self.log = Log()
        self.send: Callable[[bytes], None] = _nowhere
        self.send_soon: Callable[[bytes], None] | None = None
        """Sends from the reading thread, which must never be blocked; without it `send` does."""
        self.deliver: Callable[[Message | Action], object] = self.enqueue
        """Where `receive` puts what is to be done on the serving thread."""
        self._waiting: deque[Message | Action] = deque()
        self._open: dict[MessageId, list[Request]] = {}
        self._deferred: list[tuple[Request, Deferred]] = []
        self.running: Request | None = None
        """The request whose handler is at work."""
        self._deciding = threading.Lock()
        """Held while it is decided which answer a request gets."""

    def receive(self, body: bytes) -> None:
        """Take in one message; what is broken or cancelled is answered at once. From any thread."""
        try:
            data = _parse(body)
        except orjson.JSONDecodeError as error:
            self._refuse(None, types.ErrorCodes.ParseError, f"not JSON: {error}")
            return
        message = self._classify(data)
        match message:
            case Notification(types.CANCEL_REQUEST, params):
                self._cancel(params)
            case Request():
                with self._deciding:
                    self._open.setdefault(message.id, []).append(message)
                self.deliver(message)
            case Notification() | Reply():
                self.deliver(message)
            case None:
                pass

    def enqueue(self, due: Message | Action) -> None:
        """Have something done in its turn. Only from the serving thread; see `deliver`."""
        self._waiting.append(due)

    def step(self) -> bool:
        """Deal with the next message that waits; False when none does."""
        while self._waiting:
            message = self._waiting.popleft()
            match message:
                case Request(cancelled=True):
                    continue
                case Request():
                    self._answer(message)
                case Notification():
                    self._notice(message)
                case Reply():
                    self._take_reply(message)
                case _:
                    self.guard("work on the side", message)
            return True
        return False

    def work(self) -> bool:
        """Go on with one answer that takes long; False when all of them wait for something."""
        for entry in list(self._deferred):
            request, deferred = entry
            answer = b""
            try:
                if not request.cancelled and not next(deferred.steps):
                    continue
            except StopIteration as end:
                answer = self._written({"jsonrpc": "2.0", "id": request.id, "result": end.value})
            except Exception as error:  # noqa: BLE001
                answer = self._failed(request, error)
            if answer or request.cancelled:
                self._deferred.remove(entry)
                deferred.steps.close()
            if answer and self._decide(request):
                self.send(answer)
            return True
        return False

    def guard(self, what: str, action: Callable[[], object]) -> None:
        """Do work that nobody waits for; its failure is a line on stderr and nothing else."""
        try:
            action()
        except Exception as error:  # noqa: BLE001
            answer = self._explain(error, what)
            if answer.code != types.ErrorCodes.InternalError.value:
                self.log(f"{what}: {answer.message}")

    def check_cancelled(self) -> None:
        """Raise Refusal where the request at work was cancelled; costs next to nothing otherwise."""
        if self.running is not None and self.running.cancelled:
            raise Refusal(types.LSPErrorCodes.RequestCancelled, _CANCELLED)

    def notify(self, method: str, params: object = None) -> None:
        """Tell the client something. Only from the serving thread."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def _register_builtin_features(self) -> None:
        """Nothing: the lifecycle and the documents are the server's own."""

    def _answer(self, request: Request) -> None:
        # What a command does has happened even if the client calls it back: then it is told so.
        is_decided = request.method in (*_LIFECYCLE, types.WORKSPACE_EXECUTE_COMMAND)
        if is_decided and not self._decide(request):
            return
        self.running = request
        try:
            self._check_state(request.method)
            handle = self._handler(request.method, wants_answer=True)
            if handle is None:
                code = types.ErrorCodes.MethodNotFound
                raise Refusal(code, f"{request.method[:100]} is not supported")
            result = handle(request.params)
            if isinstance(result, Deferred):
                self._deferred.append((request, result))
                return
            if request.method == types.INITIALIZE:
                self.state = "running"
            answer = self._written({"jsonrpc": "2.0", "id": request.id, "result": result})
        except Exception as error:  # noqa: BLE001
            answer = self._failed(request, error)
        finally:
            self.running = None
        if is_decided or self._decide(request):
            self.send(answer)
        if request.method == types.SHUTDOWN and self.state == "running":
            self.state = "stopped"
            for other, _ in self._deferred:
                refused = Refusal(types.LSPErrorCodes.ServerCancelled, "the server was shut down")
                if self._decide(other):
                    self.send(self._failed(other, refused))
            self._deferred.clear()

    def _failed(self, request: Request, error: Exception) -> bytes:
        problem = self._explain(error, request.method[:100])
        return self._written({"jsonrpc": "2.0", "id": request.id, "error": problem})

    def _decide(self, request: Request) -> bool:
        """Whether the request is still owed its answer; from now on it cannot be cancelled."""
        with self._deciding:
            if request.cancelled:
                return False
            if not request.decided:
                self._forget(request)
            request.decided = True
            return True

    def _notice(self, notification: Notification) -> None:
        method = notification.method
        if method == types.EXIT:
            self.exit_code = 0 if self.state == "stopped" else 1
        elif self.state == "running":
            handle = self._handler(method, wants_answer=False)
            if handle is not None:
                self.guard(method, lambda: handle(notification.params))

    def _check_state(self, method: str) -> None:
        if self.state == "new" and method != types.INITIALIZE:
            code = types.ErrorCodes.ServerNotInitialized
            raise Refusal(code, "the first request must be initialize")
        if self.state == "stopped":
            code = types.ErrorCodes.InvalidRequest
            raise Refusal(code, "the server was shut down; only exit is left to do")
        if self.state == "running" and method == types.INITIALIZE:
            raise Refusal(types.ErrorCodes.InvalidRequest, "the server is initialized already")

    def _handler(self, method: str, *, wants_answer: bool) -> Handle | None:
        """What to do with the raw parameters of a method; None when nothing is to be done."""
        _, reply, params_type, _ = types.METHOD_TO_TYPES.get(method, (None, None, None, None))
        known = method in types.METHOD_TO_TYPES
        if known and (reply is not None) is not wants_answer:
            return None
        own, added = self.built_in.get(method), self.features.get(method)
        if added is None:
            return own

        def handle(raw: object) -> object:
            if own is not None:
                own(raw)
            return added(self.structure(raw, params_type) if params_type else raw)

        return handle

    def structure(self, raw: object, wanted: type[T]) -> T:
        """JSON as an object of the protocol. Raises Refusal (-32602) with the wrong place."""
        if raw is None:
            raw = {}
        if not isinstance(raw, dict):
            raise Refusal(types.ErrorCodes.InvalidParams, "bad params: expected an object")
        return self.read(cast("dict[str, object]", raw), wanted)

    def read(self, value: object, wanted: Any) -> Any:
        """A JSON value as the type `wanted`. Raises Refusal (-32602) with the wrong place."""
        try:
            return self._converter.structure(value, wanted)
        except _STRUCTURE_ERRORS as error:
            reason, _, place = cattrs.transform_error(error, "", _reason)[0].partition(" @ ")
            place = re.sub("_([a-z])", lambda it: it[1].upper(), place.lstrip("."))
            message = f"{place}: {reason}" if place else reason
            raise Refusal(types.ErrorCodes.InvalidParams, f"bad params: {message[:300]}") from error

    def _explain(self, error: Exception, what: str) -> types.ResponseError:
        """Every failure as the client sees it; what nobody foresaw goes to stderr as well."""
        match error:
            case JsonRpcException():
                return error.to_response_error()
            case VesperError(kind, _, hint):
                code = types.LSPErrorCodes.RequestFailed.value
                return types.ResponseError(code, str(error), {"kind": kind, "hint": hint})
            case _:
                self.log("".join(traceback.format_exception(error)).rstrip())
                summary = f"{type(error).__name__}: {error}"[:200]
                message = f"{what} failed inside the server ({summary}); stderr has the details"
                return types.ResponseError(types.ErrorCodes.InternalError.value, message)

    def _classify(self, data: object) -> Message | None:
        if not isinstance(data, dict):
            kind = "batches are no part of LSP" if isinstance(data, list) else "not an object"
            self._refuse(None, types.ErrorCodes.InvalidRequest, f"bad message: {kind}")
            return None
        message = cast("dict[str, Any]", data)
        message_id, method = message.get("id"), message.get("method")
        sound = _is_id(message_id)
        if "method" not in message and ("result" in message or "error" in message):
            return Reply(message_id, message) if sound else None
        problem = ""
        if message.get("jsonrpc") != "2.0":
            problem = 'jsonrpc must be "2.0"'
        elif "id" in message and not sound:
            problem = "id must be a whole number or a text"
        elif isinstance(method, str):
            params = message.get("params")
            return Request(message_id, method, params) if sound else Notification(method, params)
        problem = problem or "method must be a text"
        answer_to = message_id if sound else None
        self._refuse(answer_to, types.ErrorCodes.InvalidRequest, f"bad message: {problem}")
        return None

    def _cancel(self, params: object) -> None:
        wanted = cast("dict[str, object]", params).get("id") if isinstance(params, dict) else None
        if not _is_id(wanted):
            return
        with self._deciding:
            unwanted = [it for it in self._open.get(wanted, ()) if it.method not in _LIFECYCLE]
            for request in unwanted:
                request.cancelled = True
                self._forget(request)
        for request in unwanted:
            self._refuse(request.id, types.LSPErrorCodes.RequestCancelled, _CANCELLED)

    def _forget(self, request: Request) -> None:
        others = self._open[request.id]
        others.remove(request)
        if not others:
            del self._open[request.id]

    def _take_reply(self, reply: Reply) -> None:
        future = self._request_futures.pop(reply.id, None)
        kind = self._result_types.pop(reply.id, None)
        if future is None or future.done():
            return
        try:
            if reply.message.get("error") is not None:
                error = self.structure(reply.message["error"], types.ResponseError)
                raise JsonRpcException.from_error(error)
            whole = {"jsonrpc": "2.0", "id": reply.id, "result": reply.message.get("result")}
            result = self.structure(whole, kind).result if kind else whole["result"]
        except JsonRpcException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def _refuse(
        self,
        message_id: MessageId | None,
        code: types.ErrorCodes | types.LSPErrorCodes,
        message: str,
    ) -> None:
        error = {"code": code.value, "message": message}
        send = self.send_soon or self.send
        send(self._written({"jsonrpc": "2.0", "id": message_id, "error": error}))

    def _send_data(self, data: object) -> None:
        self.send(self._written(data))

    def _written(self, data: object) -> bytes:
        return orjson.dumps(data, default=self._converter.unstructure)


@cache
def strict_converter() -> cattrs.Converter:
    """The converter of `lsprotocol`, which would otherwise read "5" as a number and 5 as a text."""
    converter = cattrs.Converter()
    for kind in (bool, int, float, str):
        converter.register_structure_hook(kind, _strict(kind))
    return converters.get_converter(converter)


def _is_id(value: object) -> TypeGuard[MessageId]:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _strict(kind: type) -> Callable[[object, type], object]:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    accepted = {bool: bool, int: int, float: int | float, str: str}[kind]

    def check(value: object, wanted: type) -> object:
        if not isinstance(value, accepted) or (kind is not bool and isinstance(value, bool)):
            raise TypeError(f"expected {names[kind]}")
        # Enumerations are numbers or texts too, and come here as well.
        return value if wanted is kind else wanted(value)

    return check


def _reason(error: BaseException, _: type | None) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    text = str(error)
    return "expected an object" if "subscriptable" in text else text


def _parse(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # A text cut inside a surrogate pair reaches us as a lone half, which is no Unicode. Losing
        # the edit would put us out of step; the replacement character is one UTF-16 unit as well.
        mended = _ESCAPE.sub(lambda it: b"\\ufffd" if it[1] else it[0], body)
        if mended == body:
            raise
        return orjson.loads(mended)


def _nowhere(_: bytes) -> None:
    """Where messages go before anybody is connected."""
