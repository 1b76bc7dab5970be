"""A cancelled request is answered at once, and what works for it stops."""

from typing import Any

import pytest

from tests.lsp.client import Client
from tests.lsp.places import at
from tests.lsp.process import WITH_ODD_HANDLERS, Server, initialize, notification, request
from vesper.lsp.messages import Request
from vesper.lsp.protocol import Refusal

TEXT = """\
node_id:   pay_v1
inputs:
    amount: decimal
flow:
    - {step: a, operation: log, message: "{amount}"}
"""
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
OPTIONS = {"options": {"tabSize": 2, "insertSpaces": True}}

LONG: dict[str, dict[str, Any]] = {
    "textDocument/formatting": OPTIONS,
    "textDocument/rangeFormatting": {"range": WHOLE, **OPTIONS},
    "textDocument/semanticTokens/full": {},
    "textDocument/semanticTokens/full/delta": {"previousResultId": "1"},
    "textDocument/documentSymbol": {},
    "textDocument/foldingRange": {},
    "textDocument/references": {"context": {"includeDeclaration": True}},
    "textDocument/rename": {"newName": "sum"},
}


@pytest.mark.parametrize("method", LONG)
def test_a_handler_that_takes_long_stops_when_nobody_waits_for_it(client: Client, method: str):
    uri = client.open("a.vsp", TEXT)
    params = at(uri, TEXT, "amount:", 1) | LONG[method]
    assert client.request(method, params), "it has something to do"
    protocol = client.server.protocol
    handle = protocol.features[method]
    _, _, kind, _ = protocol_types(method)
    protocol.running = Request(1, method, params, cancelled=True)
    with pytest.raises(Refusal) as refused:
        handle(protocol.structure(params, kind))
    assert refused.value.code == -32800


def protocol_types(method: str) -> Any:
    from lsprotocol import types

    return types.METHOD_TO_TYPES[method]


def test_the_next_request_is_not_taken_for_the_cancelled_one(client: Client):
    uri = client.open("a.vsp", TEXT)
    client.post(request("gone", "textDocument/foldingRange", {"textDocument": {"uri": uri}}))
    client.post(notification("$/cancelRequest", {"id": "gone"}))
    client.settle()
    assert client.request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    client.server.check_cancelled()


@pytest.mark.e2e
def test_a_handler_at_work_notices_and_the_next_request_is_served():
    with Server(WITH_ODD_HANDLERS) as server:
        server.send(initialize(), request("long", "test/heed"))
        server.wait_for(lambda it: it.get("method") == "test/heeding")
        server.send(notification("$/cancelRequest", {"id": "long"}))

        assert server.answer("long")["error"]["code"] == -32800
        assert server.ask("next", "test/echo", {"a": 1})["result"] == {"a": 1}
        assert [it.get("id") for it in server.heard].count("long") == 1


@pytest.mark.e2e
def test_heavy_requests_that_are_cancelled_at_once_are_not_worked_off():
    text = "node_id: a_v1\nflow:\n" + "".join(
        f"  - step: s{it}\n    operation: log\n    message: 'm'\n" for it in range(3_000)
    )
    uri = "untitled:a.vsp"
    document = {"uri": uri, "languageId": "vsp", "version": 1, "text": text}
    asked = {"textDocument": {"uri": uri}}
    ids = range(1, 21)
    with Server() as server:
        server.send(initialize())
        server.answer(0)
        server.send(
            notification("textDocument/didOpen", {"textDocument": document}),
            *(request(it, "textDocument/documentSymbol", asked) for it in ids),
            *(notification("$/cancelRequest", {"id": it}) for it in ids),
        )
        cancelled = [it for it in ids if server.answer(it).get("error", {}).get("code") == -32800]
        symbols = server.ask("again", "textDocument/documentSymbol", asked)["result"]

    assert len(cancelled) >= 19
    assert symbols
