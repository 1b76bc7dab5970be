"""Open documents that influence one another, and the files around them, read while nobody waits."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running

CALLEE = "node_id: {id}\ntype: function\nintent: Helps\n"
CALLER = """\
node_id: caller_v1
flow:
  - step: ask
    operation: call_node
    node_id: helper_v1
"""
PROGRESS = {"window": {"workDoneProgress": True}}


def codes(client: Client, uri: str) -> list[str]:
    return [it["code"] for it in client.diagnostics(uri)["diagnostics"] if it["code"][:4] == "VSP7"]


def messages(client: Client, uri: str) -> list[str]:
    return [
        it["message"] for it in client.diagnostics(uri)["diagnostics"] if it["code"][:4] == "VSP7"
    ]


def test_a_file_of_the_workspace_is_known_without_being_open(tmp_path: Path):
    (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v1"))
    with running(tmp_path) as client:
        assert codes(client, client.open("caller.vsp", CALLER)) == []


def test_a_missing_node_is_said_with_the_version_that_exists(tmp_path: Path):
    (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v2"))
    with running(tmp_path) as client:
        caller = client.open("caller.vsp", CALLER)
        assert messages(client, caller) == ["`helper_v1` not found; `helper_v2` exists"]


def test_an_edit_of_one_open_document_mends_another(tmp_path: Path):
    with running(tmp_path) as client:
        caller = client.open("caller.vsp", CALLER)
        assert codes(client, caller) == ["VSP701"]
        helper = client.open("helper.vsp", CALLEE.format(id="helper_v9"))
        assert messages(client, caller) == ["`helper_v1` not found; `helper_v9` exists"]
        client.change(helper, edit((0, 17), (0, 18), "1"))
        assert codes(client, caller) == []
        client.close(helper)
        assert codes(client, caller) == ["VSP701"], "it was never saved"


def test_an_edit_that_nobody_can_notice_publishes_nothing_for_others(tmp_path: Path):
    with running(tmp_path) as client:
        client.open("caller.vsp", CALLER)
        helper = client.open("helper.vsp", CALLEE.format(id="helper_v1"))
        client.heard.clear()
        client.change(helper, edit((2, 8), (2, 8), "us "))
        assert [it["uri"] for it in client.told("textDocument/publishDiagnostics")] == [helper]


def test_the_text_in_the_editor_counts_and_not_the_one_on_disk(tmp_path: Path):
    (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v1"))
    with running(tmp_path) as client:
        helper = client.open("helper.vsp", CALLEE.format(id="other_v1"))
        caller = client.open("caller.vsp", CALLER)
        assert codes(client, caller) == ["VSP701"]
        client.close(helper)
        assert codes(client, caller) == []


def test_nothing_is_called_missing_while_files_are_still_being_read(tmp_path: Path):
    for number in range(20):
        (tmp_path / f"n{number:02}.vsp").write_text(CALLEE.format(id=f"node{number}_v1"))
    client = Client(tmp_path)
    client.initialize()
    document = {"uri": client.uri("a.vsp"), "languageId": "vsp", "version": 1, "text": CALLER}
    client.notify("textDocument/didOpen", {"textDocument": document})
    said = [
        [it["code"] for it in told["diagnostics"] if it["code"] == "VSP701"]
        for told in client.told("textDocument/publishDiagnostics")
    ]
    client.server.close()
    assert said[-1] == ["VSP701"]


def test_a_keystroke_waits_for_one_small_step_and_not_for_two_thousand_files(tmp_path: Path):
    for number in range(2_000):
        folder = tmp_path / f"f{number % 20}"
        folder.mkdir(exist_ok=True)
        (folder / f"n{number}.vsp").write_text(CALLEE.format(id=f"node{number}_v1"))
    client = Client(tmp_path)
    uri = client.uri("caller.vsp")
    try:
        client.post(initialize(client))
        client.post({"jsonrpc": "2.0", "method": "initialized", "params": {}})
        document = {"uri": uri, "languageId": "vsp", "version": 1, "text": CALLER}
        client.post(notification("textDocument/didOpen", {"textDocument": document}))
        until_published(client, 1)
        for version in range(2, 30):
            change = {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [edit((0, 0), (0, 0), "#")],
            }
            client.post(notification("textDocument/didChange", change))
            assert until_published(client, version) <= 3, (
                "its turn, and that of what it brings about"
            )
        assert not client.server.project.index.is_complete
        client.settle()
        assert len(client.server.project.index.node_ids()) == 2_000
        assert messages(client, uri) == ["`helper_v1` not found in this workspace"]
    finally:
        client.server.close()


@pytest.mark.parametrize("able", [True, False])
def test_a_long_reading_is_shown_where_the_client_can(tmp_path: Path, able: bool):
    for number in range(60):
        (tmp_path / f"n{number:02}.vsp").write_text(CALLEE.format(id=f"node{number}_v1"))
    client = Client(tmp_path)
    answering(client)
    client.initialize(PROGRESS if able else {})
    values = [it["value"] for it in client.told("$/progress")]
    client.server.close()
    if not able:
        assert values == client.told("window/workDoneProgress/create") == []
        return
    kinds = [it["kind"] for it in values]
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    percentages = [it["percentage"] for it in values[:-1]]
    assert percentages == sorted(percentages)
    assert len(percentages) > 5


def answering(client: Client) -> None:
    """Answer every request of the server with null, as an editor does."""
    send = client.server.protocol.send

    def answer(body: bytes) -> None:
        send(body)
        message = client.heard[-1]
        if "method" in message and "id" in message:
            client.post({"jsonrpc": "2.0", "id": message["id"], "result": None})

    client.server.protocol.send = answer


def notification(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def initialize(client: Client) -> dict[str, Any]:
    folders = [{"uri": client.uri(""), "name": "w"}]
    params = {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": folders}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def until_published(client: Client, version: int) -> int:
    """Let the server work until it has published that version; how many turns that took."""
    for turns in range(1, 50):
        assert client.server.turn()
        if any(it["version"] == version for it in client.told("textDocument/publishDiagnostics")):
            return turns
    raise AssertionError("nothing was published")
