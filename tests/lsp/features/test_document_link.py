"""Document links over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import words_at
from vesper.lsp.convert import to_uri

NODE = """\
node_id: shop_v1
metadata:
  dependencies: [pay_v1, nowhere_v1]
  source: "see https://example.org/a_(b)?q=1)."
intent: "👋 https://example.org/intent, or docs/guide.md"
inputs:
  a: {type: string, description: "As in <http://example.org/x>."}
flow:
  - {step: pay, operation: call_node, node_id: "pay_v1"}
  - {step: ask, operation: agent_run, role: clerk, goal: "https://example.org/goal"}
documentation:
  text: >-
    Read docs/guide.md, [notes](./notes.txt) or ../secret.txt and
    outside.txt, /etc/passwd, docs/missing.md, javascript:alert(1), file:///etc/passwd.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    (inside / "docs").mkdir(parents=True)
    texts = {"pay.vsp": "node_id: pay_v1\n", "roles.yaml": "clerk: {}\n", "vesper.toml": ""}
    for name in ("docs/guide.md", "notes.txt", "../secret.txt"):
        texts[name] = "text"
    for name, text in texts.items():
        (inside / name).write_text(text, encoding="utf-8")
    (inside / "outside.txt").symlink_to(tmp_path / "secret.txt")
    return inside


def links(client: Client, name: str = "shop.vsp", text: str = NODE) -> list[tuple[str, str]]:
    uri = client.open(name, text)
    params = {"textDocument": {"uri": uri}}
    found: list[Any] = client.request("textDocument/documentLink", params)
    words = words_at(text, [it["range"] for it in found])
    return sorted(zip(words, (it["target"] for it in found), strict=True))


def test_nodes_roles_paths_and_addresses_lead_to_what_they_name(workspace: Path):
    pay, guide = to_uri(workspace / "pay.vsp"), to_uri(workspace / "docs/guide.md")
    with running(workspace) as client:
        assert links(client) == sorted(
            [
                ("3:pay_v1", pay),
                ("4:https://example.org/a_(b)?q=1", "https://example.org/a_(b)?q=1"),
                ("5:https://example.org/intent", "https://example.org/intent"),
                ("5:docs/guide.md", guide),
                ("7:http://example.org/x", "http://example.org/x"),
                ("9:pay_v1", pay),
                ("10:clerk", to_uri(workspace / "roles.yaml")),
                ("13:docs/guide.md", guide),
                ("13:./notes.txt", to_uri(workspace / "notes.txt")),
            ]
        )


def test_no_link_leads_out_of_the_workspace_or_to_anything_but_files_and_web_pages(
    workspace: Path,
):
    with running(workspace) as client:
        targets = {target for _, target in links(client)}
    root = to_uri(workspace)
    assert all(it.startswith((f"{root}/", "http://", "https://")) for it in targets)
    assert not any("secret" in it or "passwd" in it or "outside" in it for it in targets)


def test_a_role_links_to_its_parents(workspace: Path):
    with running(workspace) as client:
        found = links(client, "more.role.yaml", "boss:\n  extends: [clerk, nobody]\n")
    assert found == [("2:clerk", to_uri(workspace / "roles.yaml"))]


def test_a_link_says_what_it_opens(workspace: Path):
    with running(workspace) as client:
        uri = client.open("shop.vsp", NODE)
        params = {"textDocument": {"uri": uri}}
        found = client.request("textDocument/documentLink", params)
    assert "Open pay_v1 in pay.vsp" in {it["tooltip"] for it in found}


def test_very_many_paths_are_not_all_looked_up(workspace: Path):
    text = "documentation: |\n" + "  notes.txt\n" * 300
    with running(workspace) as client:
        assert len(links(client, "many.vsp", text)) == 200
