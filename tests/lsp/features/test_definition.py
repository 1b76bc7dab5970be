"""Definition over the protocol, in one file and across files."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import at, words_at
from vesper.lsp.convert import to_uri

CALLER = """\
node_id: shop_v1
inputs: {amount: decimal}
flow:
  - step: pay
    operation: call_node
    node_id: pay_v1.*
    parameters: {total: "{amount}"}
  - {step: check, operation: agent_run, role: clerk, goal: "{amount}"}
"""
CALLEE = "# 👋\nnode_id: pay_v1.0.0\ninputs: {total: decimal}\n"
ROLES = "clerk:\n  description: Looks\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {"pay.vsp": CALLEE, "roles.yaml": ROLES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def defined(client: Client, uri: str, needle: str) -> list[Any]:
    return client.request("textDocument/definition", at(uri, CALLER, needle, 1))


@pytest.mark.parametrize(
    ("needle", "file", "text", "place"),
    [
        ('amount}"}', "shop.vsp", CALLER, "2:amount"),
        ("pay_v1.*", "pay.vsp", CALLEE, "2:pay_v1.0.0"),
        ("total", "pay.vsp", CALLEE, "3:total"),
        ("clerk", "roles.yaml", ROLES, "1:clerk"),
    ],
)
def test_a_name_leads_to_its_definition_in_whichever_file(
    workspace: Path, needle: str, file: str, text: str, place: str
):
    with running(workspace) as client:
        uri = client.open("shop.vsp", CALLER)
        (found,) = defined(client, uri, needle)
    assert found["uri"] == to_uri(workspace / file)
    assert words_at(text, [found["range"]]) == [place]


def test_an_editor_that_knows_links_is_told_what_it_came_from(workspace: Path):
    can = {"textDocument": {"definition": {"linkSupport": True}}}
    with running(workspace, can) as client:
        uri = client.open("shop.vsp", CALLER)
        (found,) = defined(client, uri, "pay_v1.*")
    assert words_at(CALLER, [found["originSelectionRange"]]) == ["6:pay_v1.*"]
    assert found["targetUri"] == to_uri(workspace / "pay.vsp")
    assert words_at(CALLEE, [found["targetSelectionRange"]]) == ["2:pay_v1.0.0"]


def test_an_unsaved_definition_counts_as_it_is_in_the_editor(workspace: Path):
    with running(workspace) as client:
        client.open("pay.vsp", f"#\n{CALLEE}")
        uri = client.open("shop.vsp", CALLER)
        (found,) = defined(client, uri, "pay_v1.*")
    assert found["range"]["start"]["line"] == 2


@pytest.mark.parametrize("needle", ["call_node", "goal"])
def test_words_of_the_language_are_defined_nowhere(client: Client, needle: str):
    uri = client.open("shop.vsp", CALLER)
    assert defined(client, uri, needle) == []
