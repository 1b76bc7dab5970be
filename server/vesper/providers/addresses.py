"""Where a request may go: endpoints below the address of their provider, and what the name of a host means.

A name is resolved once, and the request goes to the very address that was judged.
"""

import re
import socket
import threading
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from vesper.config import Service
from vesper.providers.failures import failed, timed_out

_Address = IPv4Address | IPv6Address
_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = IPv6Network("64:ff9b::/96")
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\]")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}\Z")
LONGEST: Final = 8_000
"""Characters of an address."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A scheme, a host and a port, and what its settings allow."""

    scheme: str
    host: str
    port: int
    may_be_private: bool = False
    is_local: bool = False
    """Whether the host was written as one of this machine in the settings."""

    @property
    def authority(self) -> str:
        """The host as the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The same with the address in place of the name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes."""

    origin: Origin
    path: str
    """Path and query, beginning with `/`."""


def target(endpoint: str, service: Service | None) -> Target:
    """The endpoint of a step: a path below its provider's address, or a whole address where it names none.

    Fails with `endpoint_invalid`, or `endpoint_outside` for one that is not at the provider.
    """
    if len(endpoint) > LONGEST or _UNFIT.search(endpoint):
        message = "the endpoint has a blank, a backslash or another character that must be encoded"
        raise failed(message, "endpoint_invalid")
    if service is None:
        origin, parts = _origin(endpoint)
        return Target(origin, _path("", parts))
    base, within = provider(service)
    if "://" in endpoint:
        origin, parts = _origin(endpoint)
        if _place(origin) != _place(base) or not f"{parts.path}/".startswith(f"{within}/"):
            raise _outside()
        return Target(base, _path("", parts))
    if endpoint.startswith("//") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", endpoint):
        raise _outside()
    path, _, query = endpoint.partition("?")
    return Target(base, _path(within, SplitResult("", "", f"/{path.lstrip('/')}", query, "")))


def provider(service: Service) -> tuple[Origin, str]:
    """The origin of a provider, and the path below which its endpoints are."""
    origin, parts = _origin(service.url)
    local = origin.host == "localhost" or _is_loopback(origin.host)
    origin = replace(origin, may_be_private=service.allow_private, is_local=local)
    return origin, parts.path.rstrip("/")


def redirected(location: str, came_from: Target) -> Target:
    """Where a redirect leads; it stays at its host, and never goes from https to http."""
    before = came_from.origin
    if len(location) > LONGEST or _UNFIT.search(location):
        raise failed("the service redirects to something that is no address", "redirect_refused")
    if "://" not in location and not location.startswith("//"):
        folder = came_from.path.partition("?")[0].rpartition("/")[0]
        path, _, query = location.partition("?")
        whole = path if path.startswith("/") else f"{folder}/{path}"
        return Target(before, _path("", SplitResult("", "", whole, query, ""), is_given=True))
    url = f"{before.scheme}:{location}" if location.startswith("//") else location
    origin, parts = _origin(url, "redirect_refused")
    upgraded = (before.scheme, before.port, origin.scheme, origin.port) == (
        "http",
        80,
        "https",
        443,
    )
    if origin.host != before.host or not (upgraded or _place(origin) == _place(before)):
        message = (
            f"the service redirects from {before.host} to another place, {origin.authority[:100]}"
        )
        raise failed(message, "redirect_refused")
    kept = replace(before, scheme=origin.scheme, port=origin.port)
    return Target(kept, _path("", parts, is_given=True))


def addresses(origin: Origin, wait: float = 10.0) -> list[str]:
    """What the host's name means, all of it allowed; else `address_refused`, or `unreachable`.

    The system is asked for at most `wait` seconds; it has no limit of its own that a step could set.
    """
    known = _known(origin, wait)
    for it in known:
        if not _may_go(ip_address(it), origin):
            message = f"{origin.host} means {it}, which is not a public address"
            hint = "; list the service under [providers] in vesper.toml, with allow_private = true"
            raise failed(f"{message}{hint}", "address_refused", host=origin.host)
    return known


def _known(origin: Origin, wait: float) -> list[str]:
    found: list[str] = []
    errors: list[str] = []

    def ask() -> None:
        try:
            told = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(it[4][0]).partition("%")[0] for it in told))
        except (OSError, UnicodeError) as error:
            errors.append(str(getattr(error, "strerror", None) or error))

    # Whoever asks cannot be stopped; it is left alone, and ends by itself.
    asking = threading.Thread(target=ask, name="vesper-names", daemon=True)
    asking.start()
    asking.join(max(wait, 0.0))
    if asking.is_alive():
        raise timed_out(f"finding the host {origin.host}", "network_error")
    if not found:
        message = f"nobody knows the host {origin.host[:100]} ({(*errors, 'no address')[0]})"
        raise failed(message, "unreachable", "network_error", host=origin.host)
    return found


def _may_go(address: _Address, origin: Origin) -> bool:
    real = _inner(address)
    if real.is_loopback:
        return origin.is_local or origin.may_be_private
    if real.is_link_local or real.is_multicast or real.is_unspecified or real.is_reserved:
        return False
    return real.is_global or origin.may_be_private


def _inner(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _origin(url: str, code: str = "endpoint_invalid") -> tuple[Origin, SplitResult]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise failed("the address cannot be read", code) from None
    if parts.scheme not in _PORTS:
        raise failed(f"only http and https are spoken, not `{parts.scheme[:20]}`", code)
    if "@" in parts.netloc or not host or parts.fragment:
        message = "an address has a host, no user name (keys go into `secret`) and no `#`"
        raise failed(message, code)
    if _HOST.match(host) is None and not _is_address(host):
        raise failed(f"`{host[:60]}` is no name of a host", code)
    return Origin(parts.scheme, host.lower(), _PORTS[parts.scheme] if port is None else port), parts


def _path(within: str, parts: SplitResult, *, is_given: bool = False) -> str:
    steps = re.split(r"/|%2[fF]|%5[cC]", parts.path)
    if any(re.sub("%2[eE]", ".", it) in {".", ".."} for it in steps) and not is_given:
        raise failed("the endpoint goes up by `..`", "endpoint_outside")
    query = f"?{parts.query}" if parts.query else ""
    return f"{within}{parts.path or ('' if within else '/')}{query}"


def _place(origin: Origin) -> tuple[str, str, int]:
    return origin.scheme, origin.host, origin.port


def _outside() -> Exception:
    return failed("the endpoint is not at the provider of the step", "endpoint_outside")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and _inner(ip_address(host)).is_loopback
