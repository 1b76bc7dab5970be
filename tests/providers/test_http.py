"""Requests to a real service on this machine: what is sent, what comes back, and where nothing may go."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.providers.loopback import Reply, Sent, Service, service
from tests.providers.world import World, with_service
from vesper.config import Service as Settings
from vesper.providers import addresses
from vesper.providers.addresses import Origin, redirected, target
from vesper.runtime.request import Failure
from vesper.values.value import Value


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as it:
        yield it


@pytest.fixture
def cards(running: Service) -> Service:
    running.sent.clear()
    running.answer = lambda _: Reply(body={"id": "pay_1"})
    return running


@pytest.fixture
def world(worlds: Callable[..., World], cards: Service, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", "sk_hush")
    return worlds(with_service(f"{cards.url}/v1", secret="cards_key", idempotency_header="X-Once"))


def call(world: World, endpoint: str = "/charges", **arguments: Value) -> Any:
    return world.do("external_api_call", provider="cards", endpoint=endpoint, **arguments)


def failure(world: World, endpoint: str = "/charges", **arguments: Value) -> Failure:
    return world.failure("external_api_call", provider="cards", endpoint=endpoint, **arguments)


def test_a_write_carries_its_body_its_secret_and_its_key(world: World, cards: Service) -> None:
    parameters: Value = {"amount": Decimal("99.90"), "order": "ord_1"}
    effect = world.effect(
        "external_api_call", provider="cards", endpoint="/charges?x=1", method="POST",
        parameters=parameters, headers={"X-Trace": "{7}"},
    )  # fmt: skip
    assert world.registry.is_keyed(effect)
    answer = world.perform(effect, key="k1")
    assert answer == {"status": 200, "headers": _headers(answer), "body": {"id": "pay_1"}}
    (sent,) = cards.sent
    assert (sent.method, sent.path) == ("POST", "/v1/charges?x=1")
    assert sent.body == b'{"amount":99.90,"order":"ord_1"}'
    assert sent.headers["x-once"] == "k1"
    assert sent.headers["x-trace"] == "{7}"
    assert sent.headers["authorization"] == "Bearer sk_hush"
    assert sent.headers["host"] == cards.url.removeprefix("http://")


def _headers(answer: Value) -> Value:
    assert isinstance(answer, dict)
    headers = answer["headers"]
    assert isinstance(headers, dict)
    assert headers["content-type"] == "application/json"
    return headers


def test_a_key_that_the_step_sends_itself_is_kept(
    worlds: Callable[..., World], cards: Service
) -> None:
    world = worlds(with_service(cards.url))
    plain = world.effect("external_api_call", provider="cards", endpoint="/", method="POST")
    assert not world.registry.is_keyed(plain)
    world.perform(plain, key="k1")
    keyed = world.effect(
        "external_api_call", provider="cards", endpoint="/", method="POST",
        headers={"Idempotency-Key": "mine"},
    )  # fmt: skip
    assert world.registry.is_keyed(keyed)
    world.perform(keyed, key="k2")
    assert [it.headers["idempotency-key"] for it in cards.sent] == ["k1", "mine"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_service_that_says_the_secret_back_is_not_heard(
    world: World, cards: Service, packed: bool
) -> None:
    def echo(sent: Sent) -> Reply:
        body = f'{{"error": "{sent.headers["authorization"]}"}}'.encode()
        headers = {"X-Echo": sent.headers["authorization"]}
        if packed:
            return Reply(400, gzip.compress(body), headers | {"Content-Encoding": "gzip"})
        return Reply(200, body, headers)

    cards.answer = echo
    said = failure(world).details if packed else call(world)
    assert "Bearer ***" in str(said)
    assert "sk_hush" not in str(said)


def test_a_secret_of_one_letter_takes_nothing_out_of_words(
    worlds: Callable[..., World], cards: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", "s")
    cards.answer = lambda _: Reply(200, b'{"status": "closed", "said": "Bearer s"}')
    world = worlds(with_service(f"{cards.url}/v1", secret="cards_key"))
    answer = call(world)
    assert isinstance(answer, dict)
    assert answer["body"] == {"status": "closed", "said": "Bearer ***"}


def test_a_name_that_nobody_answers_for_is_not_waited_for_longer_than_allowed(
    worlds: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [over.wait(20)][:0])
    world = worlds(with_service("https://slow.example", timeout=0.05))
    try:
        assert failure(world).codes == ("timeout", "network_error", "effect_failed")
    finally:
        over.set()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_what_has_no_body_puts_its_parameters_into_the_query(
    world: World, cards: Service, method: str
) -> None:
    parameters: Value = {"a": [1, Decimal("2.50")], "b": "x&y=z", "c": None, "d": True}
    call(world, method=method, parameters=parameters)
    (sent,) = cards.sent
    assert (sent.path, sent.body) == ("/v1/charges?a=1&a=2.50&b=x%26y%3Dz&d=true", b"")
    assert ("x-once" in sent.headers) is (method == "DELETE")


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b'{"a": 0.10, "b": [1e2, 12345678901234567890]}', "application/json",
         {"a": Decimal("0.10"), "b": [Decimal("1e2"), Decimal("12345678901234567890")]}),
        (b"[]", "application/problem+json; charset=utf-8", []),
        (b"", "application/json", None),
        (b"plain \xc3\xa9", "text/plain", "plain é"),
        (b"plain \xe9", "text/plain; charset=latin-1", "plain é"),
        (b"\xff\xfe", "text/plain", b"\xff\xfe"),
        (b"\x89PNG", "image/png", b"\x89PNG"),
    ],
)  # fmt: skip
def test_a_body_is_the_value_that_it_holds(
    world: World, cards: Service, body: bytes, kind: str, expected: Value
) -> None:
    cards.answer = lambda _: Reply(body=body, headers={"Content-Type": kind})
    found = call(world)["body"]
    assert str(found) == str(expected)
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"a": 1, "a": 2}', b"NaN", b"[" * 100_000, b'"\xff"', b'"\\ud800"', b"1e999999999"],
)
def test_json_that_is_none_is_a_failure(world: World, cards: Service, body: bytes) -> None:
    cards.answer = lambda _: Reply(body=body)
    assert failure(world).code in {"response_invalid", "value_invalid"}


@pytest.mark.parametrize(
    ("status", "body", "codes"),
    [
        (
            402,
            {"error": {"code": "card_declined"}},
            ("card_declined", "http_402", "http_client_error"),
        ),
        (402, {"error_code": "Card-Declined"}, ("card_declined", "http_402", "http_client_error")),
        (400, {"code": "no word at all"}, ("http_400", "http_client_error")),
        (403, {"error": "forbidden"}, ("forbidden", "http_403", "http_client_error")),
        (429, {}, ("http_429", "rate_limited", "http_client_error")),
        (503, b"<html>", ("http_503", "http_server_error")),
    ],
)
def test_a_status_of_400_and_above_is_a_failure_with_its_code(
    world: World, cards: Service, status: int, body: Any, codes: tuple[str, ...]
) -> None:
    cards.answer = lambda _: Reply(status, body, {"Retry-After": "7"})
    found = failure(world)
    assert found.codes == (*codes, "effect_failed")
    assert (found.details["status"], found.details["retry_after"]) == (status, 7)


def test_an_answer_that_is_too_large_is_not_read(
    worlds: Callable[..., World], cards: Service
) -> None:
    world = worlds(with_service(cards.url, max_response=1_000))
    packed = {"Content-Encoding": "gzip"}
    for reply in (
        Reply(body=b"x" * 1_001),
        Reply(body=gzip.compress(b"x" * 10_000_000)[:999], headers=packed),
        Reply(body=gzip.compress(b"x" * 1_001), headers=packed),
    ):
        cards.answer = lambda _, reply=reply: reply
        assert failure(world).code == "response_too_large"
    cards.answer = lambda _: Reply(body=gzip.compress(b'"ok"'), headers=packed)
    assert call(world)["body"] == "ok"
    for body, kind in ((b"no gzip", "gzip"), (gzip.compress(b'"ok"')[:-9], "gzip"), (b"x", "br")):
        cards.answer = lambda _, body=body, kind=kind: Reply(
            body=body, headers={"Content-Encoding": kind}
        )
        assert failure(world).code == "response_invalid"


def test_a_service_that_is_not_there_is_unreachable(worlds: Callable[..., World]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        world = worlds(with_service(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        assert failure(world).codes == ("unreachable", "network_error", "effect_failed")
    named = worlds(with_service("http://nobody.invalid"))
    assert failure(named).codes == ("unreachable", "network_error", "effect_failed")


def test_a_service_that_does_not_answer_is_not_waited_for_longer_than_allowed(
    worlds: Callable[..., World], cards: Service
) -> None:
    world = worlds(with_service(cards.url, timeout=0.05))
    over = threading.Event()
    cards.answer = lambda _: (over.wait(20), Reply())[1]
    try:
        assert failure(world).codes == ("timeout", "network_error", "effect_failed")
        effect = world.effect("external_api_call", provider="cards", endpoint="/")
        with pytest.raises(Failure) as late:
            world.perform(effect, deadline=time.monotonic() - 1)
        assert late.value.code == "timeout"
        with pytest.raises(Failure) as stopped:
            world.perform(effect, is_stopped=lambda: True)
        assert (stopped.value.code, stopped.value.final) == ("cancelled", True)
    finally:
        over.set()


def test_a_connection_that_breaks_may_be_tried_again_only_where_that_does_no_harm(
    worlds: Callable[..., World], cards: Service
) -> None:
    cards.answer = lambda _: Reply(hangs_up=True)
    plain, keyed = (
        worlds(with_service(cards.url)),
        worlds(with_service(cards.url, idempotency_header="K")),
    )
    assert failure(plain, method="POST").codes == (
        "connection_lost",
        "network_error",
        "effect_failed",
    )
    for found in (failure(keyed, method="POST"), failure(plain, method="GET")):
        assert found.codes == ("connection_lost", "unreachable", "network_error", "effect_failed")


@pytest.mark.parametrize(
    ("status", "method", "seen"),
    [
        (301, "GET", ["GET", "GET"]),
        (302, "POST", ["POST", "GET"]),
        (303, "POST", ["POST", "GET"]),
        (307, "POST", ["POST", "POST"]),
        (308, "PUT", ["PUT", "PUT"]),
    ],
)
def test_a_redirect_is_followed_at_the_same_host(
    world: World, cards: Service, status: int, method: str, seen: list[str]
) -> None:
    cards.answer = lambda it: (
        Reply(body="there")
        if it.path == "/elsewhere"
        else Reply(status, headers={"Location": "/elsewhere"})
    )
    assert call(world, method=method)["body"] == "there"
    assert [it.method for it in cards.sent] == seen
    assert {it.headers["authorization"] for it in cards.sent} == {"Bearer sk_hush"}


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:1/x", "http://localhost/x", "//evil.example/x", "https://evil.example", "file:///etc/passwd",
     "http://user@127.0.0.1/", "gopher://x", "http://[::1]/", "/a b", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_a_redirect_to_anywhere_else_is_refused(
    world: World, cards: Service, location: str
) -> None:
    cards.answer = lambda _: Reply(302, headers={"Location": location})
    assert failure(world).code == "redirect_refused"
    assert len(cards.sent) == 1


def test_redirects_without_end_are_ended(world: World, cards: Service) -> None:
    cards.answer = lambda _: Reply(302, headers={"Location": "/v1/charges"})
    assert failure(world).code == "redirect_refused"
    assert len(cards.sent) == 6


@pytest.mark.parametrize(
    "endpoint",
    ["//evil.example/x", "https://evil.example/x", "http://127.0.0.1/v1/x", "/a/../../admin", "/%2e%2e/admin",
     "/a%2f..%2fb", "@evil.example/x", "/x\r\nHost: evil", "/a b", "\\\\evil\\x", "file:///etc/passwd",
     "javascript:alert(1)", "/é", "{url}/../v2"],
)  # fmt: skip
def test_an_endpoint_does_not_leave_its_provider(
    world: World, cards: Service, endpoint: str
) -> None:
    if endpoint == "@evil.example/x":
        call(world, endpoint)
        assert [it.path for it in cards.sent] == ["/v1/@evil.example/x"]
        return
    assert failure(world, endpoint).code in {"endpoint_outside", "endpoint_invalid"}
    assert cards.sent == []


def test_a_whole_address_of_a_provider_is_that_providers(world: World, cards: Service) -> None:
    assert call(world, f"{cards.url}/v1/charges/7")["status"] == 200
    assert world.do("external_api_call", endpoint=f"{cards.url}/v1/charges/8") is not None
    assert [it.path for it in cards.sent] == ["/v1/charges/7", "/v1/charges/8"]
    assert failure(world, f"{cards.url}/v2/charges").code == "endpoint_outside"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "[::]", "0.0.0.0", "localhost",
     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
     "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
     "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:10.0.0.1]"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_reached_only_where_the_settings_say_so(
    worlds: Callable[..., World], cards: Service, host: str
) -> None:
    port = cards.url.rpartition(":")[2]
    endpoint = f"http://{host}:{port}/x"
    assert worlds().failure("external_api_call", endpoint=endpoint).code in {
        "address_refused",
        "unreachable",
    }
    assert cards.sent == []


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        (["93.184.216.34"], True),
        (["127.0.0.1"], False),
        (["93.184.216.34", "10.0.0.1"], False),
        (["2606:2800:220:1::1"], True),
        (["::ffff:169.254.169.254"], False),
    ],
)
def test_a_name_is_judged_by_every_address_that_it_means(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], allowed: bool
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, 443)) for it in answers]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)
    origin = Origin("https", "api.example.com", 443)
    if allowed:
        assert addresses.addresses(origin) == answers
    else:
        with pytest.raises(Failure, match="not a public address"):
            addresses.addresses(origin)
    private = [it for it in answers if not it.startswith("::ffff:169")]
    if private == answers:
        assert addresses.addresses(Origin("https", "a", 443, may_be_private=True)) == answers


def test_the_name_goes_with_the_request_and_the_address_is_asked_for_once(
    worlds: Callable[..., World], cards: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def once(host: str, *rest: Any, **more: Any) -> Any:
        if host != "cards.example":
            return real(host, *rest, **more)
        asked.append(host)
        # A resolver that tells something else the second time.
        return real("127.0.0.1" if len(asked) == 1 else "169.254.169.254", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    port = cards.url.rpartition(":")[2]
    world = worlds(with_service(f"http://cards.example:{port}", allow_private=True))
    assert call(world)["status"] == 200
    assert asked == ["cards.example"]
    assert cards.sent[0].headers["host"] == f"cards.example:{port}"


@pytest.mark.parametrize(
    ("url", "endpoint", "expected"),
    [
        ("https://a.example", "/x", "https://a.example/x"),
        ("https://a.example/v1/", "x?y=1", "https://a.example/v1/x?y=1"),
        ("https://a.example/v1", "", "https://a.example/v1/"),
        ("https://A.example:8443", "/", "https://a.example:8443/"),
        ("http://[::1]:9000", "/", "http://[::1]:9000/"),
    ],
)
def test_an_endpoint_is_a_path_below_the_address_of_its_provider(
    url: str, endpoint: str, expected: str
) -> None:
    found = target(endpoint, Settings(url))
    assert f"{found.origin.scheme}://{found.origin.authority}{found.path}" == expected


def test_a_redirect_may_go_from_http_to_https_and_never_back() -> None:
    plain, safe = target("http://a.example/x", None), target("https://a.example/x", None)
    assert redirected("https://a.example/x", plain).origin.scheme == "https"
    with pytest.raises(Failure):
        redirected("http://a.example/x", safe)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"headers": {"Host": "evil"}}, "argument_invalid"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "argument_invalid"),
        ({"headers": {"X A": "a"}}, "argument_invalid"),
        ({"method": "TRACE"}, "argument_invalid"),
        ({"secret": "no_such_secret"}, "secret_missing"),
        ({"provider": "crads"}, "provider_unknown"),
    ],
)
def test_a_request_that_makes_no_sense_is_not_sent(
    world: World, cards: Service, arguments: dict[str, Value], code: str
) -> None:
    given: dict[str, Value] = {"provider": "cards", "endpoint": "/x", **arguments}
    found = world.failure("external_api_call", **given)
    assert found.code == code
    assert "sk_hush" not in f"{found.message}{found.details}"
    assert cards.sent == []


def test_a_secret_is_not_sent_where_everybody_can_read_it(
    worlds: Callable[..., World], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", "sk_hush")
    world = worlds(with_service("http://api.example.com", secret="cards_key"))
    assert failure(world).code == "address_refused"
    assert not list(tmp_path.iterdir())
