"""Type hierarchy of roles over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import at, words_at

ROLES = "# 👋\nmember:\n  display_name: A member\nclerk:\n  extends: [member, guest]\n"
MORE = 'boss:\n  extends: "clerk"\nguest: {}\n'
NODE = "node_id: a_v1\nflow:\n  - {step: a, operation: agent_run, role: clerk, goal: clerk}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {"roles.yaml": ROLES, "more.role.yaml": MORE, "a.vsp": NODE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def prepared(client: Client, name: str, text: str, needle: str) -> list[Any]:
    uri = client.open(name, text)
    return client.request("textDocument/prepareTypeHierarchy", at(uri, text, needle))


@pytest.mark.parametrize(
    ("file", "text", "needle", "name"),
    [
        ("roles.yaml", ROLES, "clerk", "clerk"), ("roles.yaml", ROLES, "guest", "guest"),
        ("more.role.yaml", MORE, "clerk", "clerk"), ("a.vsp", NODE, "clerk", "clerk"),
        ("a.vsp", NODE, "a_v1", None), ("a.vsp", NODE, "goal", None),
    ],
)  # fmt: skip
def test_the_hierarchy_begins_at_a_role_wherever_it_is_named(
    workspace: Path, file: str, text: str, needle: str, name: str | None
):
    with running(workspace) as client:
        found = prepared(client, file, text, needle)
    assert [it["name"] for it in found] == ([name] if name else [])


def test_supertypes_come_in_the_order_written(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "a.vsp", NODE, "clerk")
        found = client.request("typeHierarchy/supertypes", {"item": item})
    assert [(it["name"], it["detail"]) for it in found] == [
        ("member", "A member"), ("guest", "more.role.yaml"),
    ]  # fmt: skip
    assert words_at(ROLES, [found[0]["selectionRange"]]) == ["2:member"]


def test_subtypes_come_from_every_file(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "roles.yaml", ROLES, "member")
        (clerk,) = client.request("typeHierarchy/subtypes", {"item": item})
        (boss,) = client.request("typeHierarchy/subtypes", {"item": clerk})
        none = client.request("typeHierarchy/subtypes", {"item": boss})
    assert (clerk["name"], boss["name"], none) == ("clerk", "boss", [])


@pytest.mark.parametrize("method", ["typeHierarchy/supertypes", "typeHierarchy/subtypes"])
def test_an_item_of_somebody_else_has_no_kin(workspace: Path, method: str):
    with running(workspace) as client:
        (item,) = prepared(client, "a.vsp", NODE, "clerk")
        assert client.request(method, {"item": item | {"data": ["?"]}}) == []
