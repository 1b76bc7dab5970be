"""`external_api_call`: requests to other services over HTTP."""

import re
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from vesper.config import Service
from vesper.providers.addresses import Origin, Target, addresses, redirected, target
from vesper.providers.answers import Answer, body_of, failure_of, hidden
from vesper.providers.failures import argument, failed, stopped, timed_out
from vesper.providers.secrets import Secret
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call
from vesper.runtime.request import Effect, Failure
from vesper.values.encoding import plain, to_json
from vesper.values.text import printed
from vesper.values.value import Value

if TYPE_CHECKING:
    from httpx2 import Client, Response

KEY_HEADER: Final = "Idempotency-Key"
"""Sent with every write, unless the provider declares another header or the step sends this one itself."""
MOST_REDIRECTS: Final = 5
_READS: Final = frozenset({"GET", "HEAD"})
_METHODS: Final = _READS | {"POST", "PUT", "PATCH", "DELETE"}
_IN_QUERY: Final = _READS | {"DELETE"}
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade", "te",
     "trailer", "proxy-authorization", "expect"}
)  # fmt: skip
_LONGEST_WAIT: Final = 3_600.0


@dataclass(frozen=True)
class _Request:
    """One request, as often as it is sent."""

    method: str
    target: Target
    headers: Mapping[str, str]
    content: bytes | None
    service: Service
    call: Call
    until: float
    """By `time.monotonic()`."""
    may_repeat: bool
    """Whether sending it again does no harm."""
    secret: Secret | None = None
    """What must not come back in the answer: answers are written down."""


class Services:
    """Sends requests, each to an address that was judged, and reads answers up to a size."""

    operations: Final = frozenset({"external_api_call"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._clients: dict[tuple[str, str], Client] = {}
        self._making = threading.Lock()

    def perform(self, effect: Effect, call: Call) -> Value:
        """`{status, headers, body}` of an answer below 400; else a failure with the codes of the answer."""
        request = self._request(effect, call)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send(request)
            if answer.status >= 400:
                raise failure_of(answer)
            location = answer.headers.get("location")
            if answer.status not in {301, 302, 303, 307, 308} or location is None:
                headers: dict[str, Value] = dict(answer.headers)
                return {"status": answer.status, "headers": headers, "body": body_of(answer)}
            request = _redirected(request, answer.status, location)
        message = f"the service redirects more than {MOST_REDIRECTS} times"
        raise failed(message, "redirect_refused")

    def is_keyed(self, effect: Effect) -> bool:
        """Whether the provider declares its header for keys, or the step sends one."""
        if _method(effect) in _READS:
            return True
        name = effect.arguments.get("provider")
        service = self._around.settings.providers.get(name) if isinstance(name, str) else None
        if service is not None and service.idempotency_header:
            return True
        headers = effect.arguments.get("headers")
        return isinstance(headers, dict) and any(it.lower() == KEY_HEADER.lower() for it in headers)

    def close(self) -> None:
        """Let go of what is open; the next use opens it again. No effect may be under way."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _request(self, effect: Effect, call: Call) -> _Request:
        endpoint = argument(effect.arguments, "endpoint")
        service = self._service(argument(effect.arguments, "provider"), endpoint)
        to = target(endpoint, service)
        service = service or Service()
        method = _method(effect)
        headers = {"accept": "application/json, */*;q=0.5", **_headers(effect)}
        if method not in _READS:
            headers = {(service.idempotency_header or KEY_HEADER).lower(): call.key} | headers
        secret = argument(effect.arguments, "secret") or service.secret
        held = self._secret(secret, to.origin) if secret else None
        if held is not None:
            headers["authorization"] = f"Bearer {held.reveal()}"
        content = None
        parameters = effect.arguments.get("parameters")
        if isinstance(parameters, dict) and method in _IN_QUERY:
            to = replace(to, path=_with_query(to.path, parameters))
        elif parameters is not None:
            content = to_json(plain(parameters)).encode()
            headers.setdefault("content-type", "application/json")
        lasts = min(effect.timeout or service.timeout, _LONGEST_WAIT)
        until = time.monotonic() + lasts
        may_repeat = method in _READS or self.is_keyed(effect)
        until = until if call.deadline is None else min(until, call.deadline)
        return _Request(method, to, headers, content, service, call, until, may_repeat, held)

    def _service(self, name: str, endpoint: str) -> Service | None:
        services = self._around.settings.providers
        if name:
            if name not in services:
                message = f"vesper.toml has no provider `{name}`: give [providers.{name}] its url"
                raise failed(message, "provider_unknown", provider=name)
            return services[name]
        # A whole address that is one of a provider's counts as that provider's.
        for service in services.values():
            if endpoint == service.url or endpoint.startswith(f"{service.url.rstrip('/')}/"):
                return service
        return None

    def _secret(self, name: str, origin: Origin) -> Secret:
        if origin.scheme == "http" and not (origin.is_local or origin.may_be_private):
            message = (
                f"the secret `{name}` is not sent to {origin.host} over http, where all can read it"
            )
            raise failed(message, "address_refused", host=origin.host)
        return self._around.secrets.find(name)

    def _send(self, request: _Request) -> Answer:
        """Send to the first address that takes the connection: nothing is sent to the others."""
        import httpx2

        origin = request.target.origin
        unreached = ""
        for address in addresses(origin, request.until - time.monotonic()):
            _check_time(request)
            try:
                return self._send_to(address, request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                unreached = str(error) or "it does not answer"
            except httpx2.TimeoutException:
                raise timed_out(f"the request to {origin.host}", "network_error") from None
            except httpx2.InvalidURL:
                raise failed("the endpoint is no address", "endpoint_invalid") from None
            except httpx2.TransportError as error:
                raise _lost(request, error) from None
        _check_time(request)
        if "certificate" in unreached.lower():
            message = f"{origin.host} does not prove who it is: {unreached[:200]}"
            raise failed(message, "certificate_invalid", "network_error", host=origin.host)
        message = f"{origin.authority} cannot be reached: {unreached[:200]}"
        raise failed(message, "unreachable", "network_error", host=origin.host)

    def _send_to(self, address: str, request: _Request) -> Answer:
        import httpx2

        origin = request.target.origin
        left = max(0.001, request.until - time.monotonic())
        client = self._client(origin)
        sent = client.build_request(
            request.method,
            f"{origin.at(address)}{request.target.path}",
            headers={**request.headers, "host": origin.authority, "accept-encoding": "gzip"},
            content=request.content,
            timeout=httpx2.Timeout(left),
            extensions={"sni_hostname": origin.host},
        )
        # One that follows by itself would go where nobody judged.
        with closing(client.send(sent, stream=True, follow_redirects=False)) as response:
            return Answer(
                response.status_code,
                {
                    name.lower(): hidden(it.encode(), request.secret).decode()
                    for name, it in response.headers.items()
                    if name != "set-cookie"
                },
                b"".join(_pieces(response, request)),
                request.service.max_response,
                origin.host,
                request.secret,
            )

    def _client(self, origin: Origin) -> "Client":
        """One a host, since connections to one address may be shared and a certificate is for one name."""
        import httpx2

        place = (origin.scheme, origin.authority)
        with self._making:
            if place not in self._clients:
                # Proxies and certificates named in the environment are not ours to trust.
                self._clients[place] = httpx2.Client(
                    trust_env=False, headers={"user-agent": "vesper"}
                )
            return self._clients[place]


def _pieces(response: "Response", request: _Request) -> "list[bytes]":
    found: list[bytes] = []
    size = 0
    for piece in response.iter_raw(65_536):
        size += len(piece)
        if size > request.service.max_response:
            message = f"the answer is larger than {request.service.max_response:,} bytes"
            raise failed(message, "response_too_large", host=request.target.origin.host)
        found.append(piece)
        _check_time(request)
    return found


def _redirected(request: _Request, status: int, location: str) -> _Request:
    to = redirected(location, request.target)
    if request.method in _READS or status in {307, 308}:
        return replace(request, target=to)
    # The write is done; what it made is looked at.
    headers = {name: it for name, it in request.headers.items() if not name.startswith("content-")}
    return replace(request, target=to, method="GET", headers=headers, content=None, may_repeat=True)


def _lost(request: _Request, error: Exception) -> Failure:
    """The connection broke after something was sent, so nobody knows whether it was done."""
    codes = ("connection_lost", "unreachable") if request.may_repeat else ("connection_lost",)
    host = request.target.origin.host
    message = f"the connection to {host} broke before the answer: {str(error)[:200]}"
    return failed(message, *codes, "network_error", host=host)


def _check_time(request: _Request) -> None:
    if request.call.is_stopped():
        raise stopped()
    if time.monotonic() >= request.until:
        raise timed_out(f"the request to {request.target.origin.host}", "network_error")


def _method(effect: Effect) -> str:
    method = argument(effect.arguments, "method", "GET").upper()
    if method not in _METHODS:
        raise failed(f"`{method[:20]}` is no method", "argument_invalid", argument="method")
    return method


def _headers(effect: Effect) -> dict[str, str]:
    given = effect.arguments.get("headers")
    found: dict[str, str] = {}
    for name, value in (given if isinstance(given, dict) else {}).items():
        text = printed(value)
        if _HEADER.match(name) is None or name.lower() in _OURS:
            message = f"the header `{name[:60]}` cannot be set"
            raise failed(message, "argument_invalid", argument="headers")
        if re.search(r"[^\x20-\x7e\t]", text):
            message = f"the header `{name}` has a line break, or a character that is no ASCII"
            raise failed(message, "argument_invalid", argument="headers")
        found[name.lower()] = text.strip()
    return found


def _with_query(path: str, parameters: Mapping[str, Value]) -> str:
    pairs = [
        (name, printed(it))
        for name, value in parameters.items()
        for it in (value if isinstance(value, list) else [value])
        if it is not None
    ]
    if not pairs:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}"
