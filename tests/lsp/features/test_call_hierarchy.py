"""Call hierarchy over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from tests.lsp.places import at, words_at
from vesper.lsp.convert import to_uri

PAY = "# 👋\nnode_id: pay_v1.0.0\nintent: Charge a card\n"
SHOP = """\
node_id: shop_v1
flow:
  - step: pay
    operation: call_node
    node_id: pay_v1.*
    parameters: {note: "é"}
  - {step: again, operation: call_node, node_id: "pay_v1.0.0"}
  - {step: other, operation: call_node, node_id: nowhere_v1}
  - {step: rest, operation: wait, duration: 1s}
"""
ADMIN = "node_id: admin_v1\nflow:\n  - {step: pay, operation: call_node, node_id: shop_v1}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {"pay.vsp": PAY, "shop.vsp": SHOP, "admin.vsp": ADMIN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def prepared(client: Client, needle: str) -> list[Any]:
    uri = client.open("shop.vsp", SHOP)
    return client.request("textDocument/prepareCallHierarchy", at(uri, SHOP, needle))


@pytest.mark.parametrize(
    ("needle", "name"),
    [
        ("shop_v1", "shop_v1"),
        ("pay_v1.*", "pay_v1.0.0"),
        ("pay_v1.0.0", "pay_v1.0.0"),
        ("note:", "pay_v1.0.0"),
        ("nowhere_v1", None),
        ("duration", None),
        ("flow:", None),
    ],
)
def test_the_hierarchy_begins_at_a_node_or_at_a_step_that_calls_one(
    workspace: Path, needle: str, name: str | None
):
    with running(workspace) as client:
        assert [it["name"] for it in prepared(client, needle)] == ([name] if name else [])


def test_an_item_says_what_the_node_is_for_and_where_it_is(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "pay_v1.*")
    assert item["detail"] == "Charge a card"
    assert item["uri"] == to_uri(workspace / "pay.vsp")
    assert words_at(PAY, [item["selectionRange"]]) == ["2:pay_v1.0.0"]


def test_outgoing_calls_are_grouped_by_the_node_they_mean(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "shop_v1")
        (call,) = client.request("callHierarchy/outgoingCalls", {"item": item})
    assert call["to"]["name"] == "pay_v1.0.0"
    assert [it["start"]["line"] for it in call["fromRanges"]] == [4, 6]


def test_incoming_calls_come_from_exact_ids_and_ranges_alike(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "pay_v1.*")
        (call,) = client.request("callHierarchy/incomingCalls", {"item": item})
        assert call["from"]["name"] == "shop_v1"
        assert [it["start"]["line"] for it in call["fromRanges"]] == [4, 6]
        (above,) = client.request("callHierarchy/incomingCalls", {"item": call["from"]})
    assert above["from"]["name"] == "admin_v1"
    assert words_at(ADMIN, above["fromRanges"]) == ["3:shop_v1"]


def test_an_item_is_found_again_after_edits(workspace: Path):
    with running(workspace) as client:
        (item,) = prepared(client, "pay_v1.*")
        uri = client.uri("shop.vsp")
        client.change(uri, edit((0, 0), (0, 0), "#\n"))
        (call,) = client.request("callHierarchy/incomingCalls", {"item": item})
        text = client.text(uri)
    assert words_at(text, [call["from"]["selectionRange"]]) == ["2:shop_v1"]
    assert [it["start"]["line"] for it in call["fromRanges"]] == [5, 7]


@pytest.mark.parametrize("data", [None, 1, {"root": "/", "file": "x", "name": "y"}, {"root": 1}])
@pytest.mark.parametrize("method", ["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"])
def test_an_item_of_somebody_else_has_no_calls(workspace: Path, method: str, data: Any):
    with running(workspace) as client:
        (item,) = prepared(client, "shop_v1")
        assert client.request(method, {"item": item | {"data": data}}) == []
