"""References over the protocol."""

from pathlib import Path

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import at, place_of, words_at
from vesper.lang.source import Encoding

TEXT = """\
node_id: pay_v1
type: function
intent: Pay
inputs:
  amount: decimal
outputs: {ok: boolean}
flow:
  - {step: a, operation: log, message: "{amount}"}
  - {step: b, operation: compute, expression: "amount > 1", output: ok}
"""


@pytest.mark.parametrize(
    ("with_definitions", "expected"),
    [(True, ["5:amount", "8:amount", "9:amount"]), (False, ["8:amount", "9:amount"])],
)
@pytest.mark.parametrize("needle", ["amount: dec", "amount}", "amount > 1"])
def test_references_are_the_uses_and_if_asked_for_the_definition(
    client: Client, needle: str, with_definitions: bool, expected: list[str]
):
    uri = client.open("a.vsp", TEXT)
    params = at(uri, TEXT, needle) | {"context": {"includeDeclaration": with_definitions}}
    found = client.request("textDocument/references", params)
    assert {it["uri"] for it in found} == {uri}
    assert words_at(TEXT, [it["range"] for it in found]) == expected


def test_prose_has_no_references(client: Client):
    uri = client.open("a.vsp", TEXT)
    params = at(uri, TEXT, "Pay") | {"context": {"includeDeclaration": True}}
    assert client.request("textDocument/references", params) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_references_count_in_the_units_of_the_client(tmp_path: Path, encoding: Encoding):
    text = TEXT.replace('"{amount}"', '"👋🏽 é {amount}"')
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as other:
        uri = other.open("a.vsp", text)
        place = place_of(text, "amount}", 2, encoding)
        params = {"textDocument": {"uri": uri}, "position": place}
        found = other.request(
            "textDocument/references", params | {"context": {"includeDeclaration": True}}
        )
    ranges = [it["range"] for it in found]
    assert words_at(text, ranges, encoding) == ["5:amount", "8:amount", "9:amount"]


def test_references_of_what_files_share_come_from_all_of_them(tmp_path: Path):
    caller = """\
node_id: shop_v1
flow:
  - {step: a, operation: call_node, node_id: pay_v1, parameters: {amount: 1}}
  - {step: b, operation: call_node, node_id: "pay_v1.*", parameters: {"amount": 1}}
  - {step: c, operation: call_node, node_id: other_v1, parameters: {amount: 1}}
"""
    (tmp_path / "shop.vsp").write_text(caller, encoding="utf-8")
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT)
        found: dict[str, list[str]] = {}
        for needle in ("pay_v1", "amount: dec"):
            params = at(uri, TEXT, needle) | {"context": {"includeDeclaration": False}}
            places = client.request("textDocument/references", params)
            ranges = [it["range"] for it in places if it["uri"] != uri]
            found[needle] = words_at(caller, ranges)
    assert found == {
        "pay_v1": ["3:pay_v1", "4:pay_v1.*"],
        "amount: dec": ["3:amount", "4:amount"],
    }
