"""Whatever the server offers, it survives: bad parameters, odd places, documents that are not open."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.client import Client, edit, running
from tests.lsp.samples import placed, sound
from vesper.lsp.server import create_server

ALLOWED = {None, -32602, -32803}
"""A sound answer, bad params, or a request that cannot be met (`RequestFailed`, with a reason)."""
TEXT = (Path(__file__).parents[1] / "lang" / "payment.vsp").read_text(encoding="utf-8")
FEATURES = sorted(create_server().protocol.features)
REQUESTS = [it for it in FEATURES if types.METHOD_TO_TYPES.get(it, (None, None))[1] is not None]
NOTIFICATIONS = [
    *(it for it in FEATURES if it not in REQUESTS),
    "initialized",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didSave",
    "textDocument/didClose",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "$/setTrace",
    "window/workDoneProgress/cancel",
]
COMMANDS = sorted(create_server().protocol.commands)
ODD: list[Any] = [
    None, True, 0, -1, 2**31 - 1, 2**31, 1.5, "", "x", "file:///", "file:///w/never.vsp", "%%%",
    "\ud7ff\u2028", [], [None], {}, {"a": 1}, [{}], "x" * 5_000,
]  # fmt: skip


@pytest.fixture
def client(tmp_path: Path):
    with running(tmp_path) as client:
        yield client


def answer(client: Client, method: str, params: Any, number: str = "odd") -> dict[str, Any]:
    client.heard.clear()
    client.post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    return client.finish(number)


def code(given: dict[str, Any]) -> int | None:
    return given["error"]["code"] if "error" in given else None


def spoilt(params: Any, chance: random.Random) -> Iterator[Any]:
    """The parameters with one thing in them odd or gone, wherever that is."""
    yield from ODD
    for path in list(_paths(params)):
        for value in [*chance.sample(ODD, 6), ...]:
            yield _with(params, path, value)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, it in inside:
        yield (*path, key)
        if isinstance(it, dict | list):
            yield from _paths(it, (*path, key))


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[key] = _with(copy[key], tuple(rest), new)
    elif new is ...:
        del copy[key]
    else:
        copy[key] = new
    return copy


@pytest.mark.parametrize("method", REQUESTS)
def test_bad_params_of_every_request_are_refused_or_answered(
    client: Client, method: str, capsys: pytest.CaptureFixture[str]
):
    uri = client.open("a.vsp", TEXT)
    chance = random.Random(method)
    for params in spoilt(sound(method, uri, chance), chance):
        assert code(answer(client, method, params)) in ALLOWED, params
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_odd_arguments_of_every_command_are_refused_or_answered(
    client: Client, command: str, capsys: pytest.CaptureFixture[str]
):
    uri = client.open("a.vsp", TEXT)
    arguments = [[], *([it] for it in ODD), *([{"uri": uri, "line": it}] for it in ODD)]
    arguments += [[{"uri": uri, "code": it, "message": it}] for it in ODD]
    arguments += [[[it]] for it in ODD] + [[{}, {}], [uri], ODD]
    for given in arguments:
        params = {"command": command, "arguments": given}
        assert code(answer(client, "workspace/executeCommand", params)) in ALLOWED, given
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("method", NOTIFICATIONS)
def test_bad_params_of_every_notification_change_nothing(
    client: Client, method: str, capsys: pytest.CaptureFixture[str]
):
    uri = client.open("a.vsp", TEXT)
    chance = random.Random(method)
    for params in spoilt(sound(method, uri, chance), chance):
        client.notify(method, params)
    assert "Traceback" not in capsys.readouterr().err
    assert answer(client, "textDocument/foldingRange", None)["id"] == "odd"


@pytest.mark.parametrize("method", REQUESTS)
def test_every_request_is_answered_wherever_it_asks(
    client: Client, method: str, capsys: pytest.CaptureFixture[str]
):
    texts = {
        "whole": TEXT,
        "empty": "",
        "broken": TEXT.replace(":", "", 9),
        "odd": "\ufeffa😀: \r- [",
    }
    chance = random.Random(method)
    for name, text in texts.items():
        uri = client.open(f"{name}.vsp", text)
        lines = text.split("\n")
        for _ in range(25):
            line = chance.randrange(len(lines) + 1)
            place = {"line": line, "character": chance.choice((0, 2, 7, 40, 2**31 - 1))}
            params = placed(sound(method, uri, chance), place)
            assert code(answer(client, method, params)) in ALLOWED, params
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("method", REQUESTS)
def test_a_request_about_a_document_that_is_not_open_says_so_or_knows_nothing(
    client: Client, method: str
):
    params = sound(method, client.uri("never.vsp"), random.Random(method))
    given = answer(client, method, params)

    assert code(given) in ALLOWED
    if code(given) == -32803:
        assert given["error"]["data"]["hint"]


@pytest.mark.parametrize("method", REQUESTS)
def test_before_initialize_and_after_shutdown_every_request_is_refused(tmp_path: Path, method: str):
    client = Client(tmp_path)
    params = sound(method, client.uri("a.vsp"), random.Random(method))

    assert code(answer(client, method, params)) == -32002
    client.initialize()
    client.request("shutdown")
    assert code(answer(client, method, params)) == -32600


def test_edits_of_a_document_that_is_not_open_are_told_once_and_harm_nobody(
    client: Client, capsys: pytest.CaptureFixture[str]
):
    uri = client.open("a.vsp", TEXT)
    for version in range(20):
        document = {"uri": client.uri("never.vsp"), "version": version}
        changes = [edit((0, 0), (0, 0), "x")]
        client.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": changes}
        )

    assert capsys.readouterr().err.count("is not open") == 1
    assert client.text(uri) == TEXT
