"""Code lenses over the protocol: what is used how often, and test cases that the client can run."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from tests.lsp.places import cut

TEXT = """\
node_id: pay_v1
types:
  Item:
    fields:
      sku: string
inputs:
  items: array<Item>
  first: Item
flow:
  - step: count
    operation: compute
    expression: "len(items)"
    output: number
  - step: say
    operation: log
    message: "{number} items"
testing:
  test_cases:
    - name: none
      inputs: {items: []}
"""
CALLER = "node_id: other_v1\nflow:\n  - operation: call_node\n    node_id: pay_v1\n"


def commands(*names: str) -> dict[str, Any]:
    return {"experimental": {"commands": {"commands": list(names)}}}


def shown(client: Client, uri: str) -> dict[tuple[int, str], dict[str, Any]]:
    """The command of each lens by its line and title, as an editor has them after asking."""
    found = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    whole = [it if "command" in it else client.request("codeLens/resolve", it) for it in found]
    return {(it["range"]["start"]["line"], it["command"]["title"]): it["command"] for it in whole}


def test_names_say_how_often_they_are_used_in_all_files(tmp_path: Path):
    (tmp_path / "caller.vsp").write_text(CALLER, encoding="utf-8")
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT)
        client.settle()
        found = shown(client, uri)
    counts = {(0, "1 reference"), (2, "2 references"), (12, "1 reference")}
    assert set(found) == {*counts, (18, "Run test")}


def test_the_count_is_that_of_the_text_as_it_is_when_it_is_shown(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT)
        found = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        of_type = next(it for it in found if it["range"]["start"]["line"] == 2)
        client.change(uri, edit((7, 9), (7, 13), "string"))
        assert client.request("codeLens/resolve", of_type)["command"]["title"] == "1 reference"
        client.close(uri)
        assert client.request("codeLens/resolve", of_type)["command"]["title"] == "0 references"


def test_a_client_that_shows_places_gets_them(tmp_path: Path):
    with running(tmp_path, commands("vesper.peekReferences")) as client:
        uri = client.open("a.vsp", TEXT)
        command = shown(client, uri)[2, "2 references"]
    assert command["command"] == "vesper.peekReferences"
    where, position, places = command["arguments"]
    assert (where, position) == (uri, {"line": 2, "character": 2})
    assert [it["range"]["start"]["line"] for it in places] == [6, 7]


def test_every_other_client_is_told_where_when_somebody_clicks(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT)
        command = shown(client, uri)[2, "2 references"]
        places = client.request("workspace/executeCommand", command)
        (told,) = client.told("window/showMessage")
    assert told["message"] == "Used at a.vsp:7, a.vsp:8"
    assert len(places) == 2


@pytest.mark.parametrize(
    ("names", "titles"),
    [([], {"Run test"}), (["vesper.debugTest"], {"Run test", "Debug test"})],
)
def test_a_test_case_can_be_run_and_debugged_where_the_client_has_a_debugger(
    tmp_path: Path, names: list[str], titles: set[str]
):
    with running(tmp_path, commands(*names)) as client:
        uri = client.open("a.vsp", TEXT)
        found = {title: it for (line, title), it in shown(client, uri).items() if line == 18}
    assert set(found) == titles
    assert all(it["arguments"] == [uri, "pay_v1", "none"] for it in found.values())


def test_a_property_can_be_run_by_its_name_or_by_what_it_states(tmp_path: Path):
    properties = (
        '  property_tests:\n    - "number >= 0"\n    - property: idempotency\n'
        '    - {name: small, property: "number < 9"}\n'
    )
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT + properties)
        found = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    tests = [it for it in found if it.get("command", {}).get("command") == "vesper.runTest"]
    assert [(it["range"]["start"]["line"], it["command"]["arguments"][2]) for it in tests] == [
        (18, "none"), (21, "number >= 0"), (22, "idempotency"), (23, "small"),
    ]  # fmt: skip


def test_roles_are_counted_too(tmp_path: Path):
    text, _ = cut("worker:\n  tags: [a]\nhelper:\n  extends: worker\n^")
    with running(tmp_path) as client:
        uri = client.open("roles.yaml", text, "yaml")
        client.settle()
        assert set(shown(client, uri)) == {(0, "1 reference"), (2, "0 references")}
