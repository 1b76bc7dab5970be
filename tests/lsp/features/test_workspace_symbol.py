"""Workspace symbols over the protocol."""

from pathlib import Path

import pytest

from tests.lsp.client import edit, running
from tests.lsp.places import words_at
from tests.requirements import requirement
from vesper.lsp.convert import to_uri

PAY = (
    "# 👋\nnode_id: pay_v1\nmetadata: {tags: [billing, daily]}\n"
    "flow:\n  - {step: 'charge_card', operation: wait}\n"
)
SHOP = "node_id: shop_v1\nmetadata: {tags: [daily]}\ninputs: {card: string}\n"
RESOLVES = {"workspace": {"symbol": {"resolveSupport": {"properties": ["location.range"]}}}}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {"pay.vsp": PAY, "shop.vsp": SHOP}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_definitions_of_all_files_are_found_by_parts_of_their_names(workspace: Path):
    with running(workspace) as client:
        found = client.request("workspace/symbol", {"query": "card"})
    within = {it["name"]: it["containerName"] for it in found}
    assert within == {"card": "shop_v1", "charge_card": "pay_v1"}
    step = next(it for it in found if it["name"] == "charge_card")
    assert step["location"]["uri"] == to_uri(workspace / "pay.vsp")
    assert step["location"]["range"]["start"]["line"] == 4


@requirement("F18")
def test_nodes_are_found_by_their_tags(workspace: Path):
    with running(workspace) as client:
        for query, names in (("daily", ["pay_v1", "shop_v1"]), ("billing", ["pay_v1"])):
            found = client.request("workspace/symbol", {"query": query})
            assert [(it["name"], it["containerName"]) for it in found] == [
                (query, it) for it in names
            ]
        client.open("shop.vsp", SHOP.replace("daily", "rare"))
        found = client.request("workspace/symbol", {"query": "daily"})
        assert [it["containerName"] for it in found] == ["pay_v1"]


def test_nothing_is_found_for_letters_that_nobody_has(workspace: Path):
    with running(workspace) as client:
        assert client.request("workspace/symbol", {"query": "zzz"}) == []


def test_an_editor_that_resolves_gets_the_place_later_and_as_it_is_then(workspace: Path):
    with running(workspace, RESOLVES) as client:
        (found,) = client.request("workspace/symbol", {"query": "shop_v1"})
        assert found["location"] == {"uri": to_uri(workspace / "shop.vsp")}
        uri = client.open("shop.vsp", SHOP)
        client.change(uri, edit((0, 0), (0, 0), "#\n#\n"))
        resolved = client.request("workspaceSymbol/resolve", found)
        text = client.text(uri)
    assert resolved["location"]["uri"] == uri
    assert words_at(text, [resolved["location"]["range"]]) == ["3:shop_v1"]


def test_a_symbol_that_is_gone_stays_without_a_range(workspace: Path):
    with running(workspace, RESOLVES) as client:
        (found,) = client.request("workspace/symbol", {"query": "shop_v1"})
        client.open("shop.vsp", "inputs: {}\n")
        assert client.request("workspaceSymbol/resolve", found)["location"] == found["location"]
