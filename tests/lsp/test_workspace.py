"""The workspace as the client tells of it: files that change, folders, settings; diagnostics on demand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from tests.lsp.test_indexing import CALLEE, CALLER, codes, messages
from vesper.lsp.convert import to_uri
from vesper.lsp.server import create_server

WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
CREATED, CHANGED, DELETED = 1, 2, 3


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with running(tmp_path, WATCHING) as found:
        yield found


def watched(client: Client, name: str, kind: int) -> None:
    changes = [{"uri": client.uri(name), "type": kind}]
    client.notify("workspace/didChangeWatchedFiles", {"changes": changes})


def test_a_client_that_can_watch_files_is_asked_to(tmp_path: Path):
    with running(tmp_path, WATCHING) as able, running(tmp_path) as plain:
        (asked,) = able.told("client/registerCapability")
        (registered,) = asked["registrations"]
        assert registered["method"] == "workspace/didChangeWatchedFiles"
        patterns = [it["globPattern"] for it in registered["registerOptions"]["watchers"]]
        assert patterns == ["**/*.vsp", "**/*.{yaml,yml}", "**/vesper.toml", "**/.gitignore"]
        assert plain.told("client/registerCapability") == []


def test_files_that_come_change_and_go_are_followed(client: Client, tmp_path: Path):
    caller = client.open("caller.vsp", CALLER)
    helper = tmp_path / "helper.vsp"
    assert codes(client, caller) == ["VSP701"]
    helper.write_text(CALLEE.format(id="helper_v1"))
    watched(client, "helper.vsp", CREATED)
    assert codes(client, caller) == []
    helper.write_text(CALLEE.format(id="helper_v2"))
    watched(client, "helper.vsp", CHANGED)
    assert messages(client, caller) == ["`helper_v1` not found; `helper_v2` exists"]
    helper.unlink()
    watched(client, "helper.vsp", DELETED)
    assert messages(client, caller) == ["`helper_v1` not found in this workspace"]


@pytest.mark.parametrize("method", ["workspace/didRenameFiles", "workspace/didDeleteFiles"])
def test_a_folder_that_moves_or_goes_takes_its_nodes_along(
    client: Client, tmp_path: Path, method: str
):
    (tmp_path / "old").mkdir()
    (tmp_path / "old/helper.vsp").write_text(CALLEE.format(id="helper_v1"))
    client.notify("workspace/didCreateFiles", {"files": [{"uri": client.uri("old/helper.vsp")}]})
    caller = client.open("caller.vsp", CALLER)
    index = client.server.project.index
    assert [it.file for it in index.nodes("helper_v1")] == ["old/helper.vsp"]
    if method == "workspace/didRenameFiles":
        (tmp_path / "old").rename(tmp_path / "new")
        files = [{"oldUri": client.uri("old"), "newUri": client.uri("new")}]
        client.notify(method, {"files": files})
        assert [it.file for it in index.nodes("helper_v1")] == ["new/helper.vsp"]
        assert codes(client, caller) == []
    else:
        (tmp_path / "old/helper.vsp").unlink()
        client.notify(method, {"files": [{"uri": client.uri("old")}]})
        assert index.nodes("helper_v1") == ()
        assert codes(client, caller) == ["VSP701"]


def test_ignored_files_do_not_count_until_the_patterns_change(client: Client, tmp_path: Path):
    (tmp_path / ".gitignore").write_text("helper.vsp\n")
    (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v1"))
    watched(client, ".gitignore", CREATED)
    watched(client, "helper.vsp", CREATED)
    caller = client.open("caller.vsp", CALLER)
    assert codes(client, caller) == ["VSP701"]
    (tmp_path / ".gitignore").write_text("")
    watched(client, ".gitignore", CHANGED)
    assert codes(client, caller) == []


def test_settings_of_the_file_are_followed_as_it_changes(client: Client, tmp_path: Path):
    caller = client.open("caller.vsp", CALLER)
    (tmp_path / "vesper.toml").write_text('[rules]\nunknown-node = "off"\n')
    watched(client, "vesper.toml", CREATED)
    assert codes(client, caller) == []
    (tmp_path / "vesper.toml").write_text('[rules]\nunknown-node = "hint"\n')
    watched(client, "vesper.toml", CHANGED)
    (found,) = [it for it in client.diagnostics(caller)["diagnostics"] if it["code"] == "VSP701"]
    assert found["severity"] == 4
    (tmp_path / "vesper.toml").write_text("max_file_size = 30\n")
    watched(client, "vesper.toml", CHANGED)
    (found,) = client.diagnostics(caller)["diagnostics"]
    assert "larger than 30 bytes" in found["message"]


def test_a_mistake_in_the_settings_is_shown_once_and_in_the_file_when_it_is_open(tmp_path: Path):
    (tmp_path / "vesper.toml").write_text("strct = true\n")
    with running(tmp_path, WATCHING) as client:
        watched(client, "vesper.toml", CHANGED)
        (shown,) = client.told("window/showMessage")
        assert shown["message"] == (
            "Vesper: vesper.toml:1: there is no setting `strct`; did you mean `strict`?"
        )
        uri = client.open("vesper.toml", "strict = true\nexclud = []\n", "toml")
        (found,) = client.diagnostics(uri)["diagnostics"]
        assert found["range"]["start"] == {"line": 1, "character": 0}
        assert found["range"]["end"] == {"line": 1, "character": 6}
        assert "did you mean `exclude`" in found["message"]
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 2}}
        contents = client.request("textDocument/hover", place)["contents"]
        assert "Every warning counts as an error" in str(contents)
        place["position"] = {"line": 1, "character": 2}
        assert client.request("textDocument/hover", place) is None


def test_the_editors_own_settings_are_asked_for_and_override_the_file(tmp_path: Path):
    (tmp_path / "vesper.toml").write_text('[rules]\nVSP701 = "hint"\n')
    can = {"workspace": {"configuration": True, **WATCHING["workspace"]}}
    client = Client(tmp_path)
    answer = {"rules": {"VSP701": "off"}}
    send = client.server.protocol.send

    def answering(body: bytes) -> None:
        send(body)
        message = client.heard[-1]
        if message.get("method") == "workspace/configuration":
            assert message["params"]["items"] == [{"section": "vesper"}]
            client.post({"jsonrpc": "2.0", "id": message["id"], "result": [answer]})

    client.server.protocol.send = answering
    client.initialize(can)
    caller = client.open("caller.vsp", CALLER)
    assert codes(client, caller) == []
    answer["rules"] = {"VSP701": "error"}
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert codes(client, caller) == ["VSP701"]
    client.server.close()


def test_each_document_belongs_to_its_own_folder(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vesper.toml").touch()
    (tmp_path / "two/helper.vsp").write_text(CALLEE.format(id="helper_v1"))
    client = Client(tmp_path / "one", create_server())
    client.initialize(WATCHING)
    first = client.open("caller.vsp", CALLER)
    second = client.open("../two/caller.vsp", CALLER)
    assert codes(client, first) == ["VSP701"]

    two = {"uri": to_uri(tmp_path / "two"), "name": "two"}
    change_folders(client, added=[two])
    roots = [it.root.name for it in client.server.folders.projects]
    assert roots == ["one", "two"]
    documents = [client.server.document(it) for it in (first, second)]
    assert [client.server.project_of(it).root.name for it in documents] == ["one", "two"]
    assert [it.path for it in documents] == ["caller.vsp", "caller.vsp"]
    assert codes(client, first) == ["VSP701"], "it does not see the other folder's node"
    assert codes(client, second) == []

    change_folders(client, removed=[two])
    assert [it.root.name for it in client.server.folders.projects] == ["one"]
    assert client.server.project.index.node_ids() == ("caller_v1",)
    client.change(second, edit((4, 21), (4, 22), "2"))
    assert codes(client, second) == [], "nobody says what else there is where it belongs"
    client.server.close()


def change_folders(client: Client, added: Any = (), removed: Any = ()) -> None:
    event = {"added": list(added), "removed": list(removed)}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})


def pull(client: Client, uri: str, previous: str | None = None) -> dict[str, Any]:
    params = {"textDocument": {"uri": uri}, "previousResultId": previous}
    return client.request("textDocument/diagnostic", params)


PULLING = {
    "textDocument": {"diagnostic": {"dynamicRegistration": False}},
    "workspace": {"diagnostics": {"refreshSupport": True}, **WATCHING["workspace"]},
}


def test_a_client_that_pulls_is_not_pushed_the_same(tmp_path: Path):
    with running(tmp_path, PULLING) as client:
        caller = client.open("caller.vsp", CALLER)
        assert codes(client, caller) == ["VSP701"]
        first = pull(client, caller)
        assert "VSP701" in [it["code"] for it in first["items"]]
        assert client.diagnostics(caller)["diagnostics"] == [], "what was pushed is taken back"
        client.heard.clear()
        client.change(caller, edit((4, 21), (4, 22), "2"))
        assert client.told("textDocument/publishDiagnostics") == []
        second = pull(client, caller, first["resultId"])
        assert second["kind"] == "full"
        assert pull(client, caller, second["resultId"]) == {
            "kind": "unchanged", "resultId": second["resultId"],
        }  # fmt: skip


def test_a_client_that_pulls_is_told_when_others_change_what_it_knows(tmp_path: Path):
    with running(tmp_path, PULLING) as client:
        caller = client.open("caller.vsp", CALLER)
        before = pull(client, caller)
        client.heard.clear()
        helper = client.open("helper.vsp", CALLEE.format(id="helper_v1"))
        assert len(client.told("workspace/diagnostic/refresh")) == 1
        after = pull(client, caller, before["resultId"])
        assert "VSP701" not in [it["code"] for it in after["items"]]
        client.heard.clear()
        client.change(helper, edit((2, 8), (2, 8), "us "))
        assert client.told("workspace/diagnostic/refresh") == []


def ask_for_workspace(
    client: Client, number: int, previous: dict[str, str], token: Any = None
) -> None:
    ids = [{"uri": uri, "value": it} for uri, it in previous.items()]
    params = {"previousResultIds": ids, "partialResultToken": token}
    client.post(
        {"jsonrpc": "2.0", "id": number, "method": "workspace/diagnostic", "params": params}
    )
    client.settle()


def test_the_whole_workspace_is_reported_and_then_only_what_changes(tmp_path: Path):
    (tmp_path / "caller.vsp").write_text(CALLER)
    (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v2"))
    with running(tmp_path, PULLING) as client:
        ask_for_workspace(client, 1, {})
        ((answer,),) = [client.answers(1)]
        items = {Path(it["uri"]).name: it for it in answer["result"]["items"]}
        assert sorted(items) == ["caller.vsp", "helper.vsp"]
        assert "VSP701" in [it["code"] for it in items["caller.vsp"]["items"]]

        known = {it["uri"]: it["resultId"] for it in items.values()}
        ask_for_workspace(client, 2, known)
        assert client.answers(2) == [], "it waits for a change"
        (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v1"))
        watched(client, "helper.vsp", CHANGED)
        ((answer,),) = [client.answers(2)]
        items = {Path(it["uri"]).name: it for it in answer["result"]["items"]}
        assert items["caller.vsp"]["kind"] == "full"
        assert "VSP701" not in [it["code"] for it in items["caller.vsp"]["items"]]
        assert items["helper.vsp"]["kind"] == "unchanged"


def test_a_waiting_report_can_be_called_off(tmp_path: Path):
    with running(tmp_path, PULLING) as client:
        ask_for_workspace(client, 1, {})
        ask_for_workspace(client, 2, {})
        assert client.answers(2) == []
        client.notify("$/cancelRequest", {"id": 2})
        ((answer,),) = [client.answers(2)]
        assert answer["error"]["code"] == -32800
        ask_for_workspace(client, 3, {})
        client.request("shutdown")
        ((answer,),) = [client.answers(3)]
        assert answer["error"]["code"] == -32802


def test_a_report_comes_in_parts_for_a_client_that_wants_them(tmp_path: Path):
    for number in range(45):
        (tmp_path / f"n{number}.vsp").write_text(CALLEE.format(id=f"node{number}_v1"))
    with running(tmp_path, PULLING) as client:
        ask_for_workspace(client, 1, {}, "parts")
        parts = [it["value"]["items"] for it in client.told("$/progress") if it["token"] == "parts"]
        assert [len(it) for it in parts] == [20, 20, 5]
        assert client.answers(1)[0]["result"] == {"items": []}


def test_files_are_looked_at_now_and_then_where_the_client_cannot_tell(tmp_path: Path):
    with running(tmp_path) as client:
        caller = client.open("caller.vsp", CALLER)
        (tmp_path / "helper.vsp").write_text(CALLEE.format(id="helper_v1"))
        for chore in client.server._chores:
            chore.due = 0.0
        client.settle()
        assert codes(client, caller) == []
