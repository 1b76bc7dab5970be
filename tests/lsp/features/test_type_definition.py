"""Type definition over the protocol."""

from pathlib import Path

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import at, words_at

TEXT = """\
node_id: pay_v1
types:
  Order: {fields: {parts: "array<Part>", buyer: string}}
  Part: {fields: {price: decimal}}
inputs: {orders: "map<string, Order?>", list: "array<Order>", count: integer}
outputs: {success: {order: Order, plain: boolean}}
contracts:
  preconditions: ["FORALL it IN list: len(it.parts) > count"]
flow:
  - step: loop
    operation: for_each
    items: list
    as: one
    steps:
      - {step: tell, operation: log, message: "{one} {one.parts[0].price}"}
"""
ORDER, PART = "3:Order", "4:Part"


@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("orders:", [ORDER]), ("list:", [ORDER]), ("order: O", [ORDER]), ('Order>", c', [ORDER]),
        ("it.parts", [ORDER]), ("parts) >", [PART]), ("one} ", [ORDER]), ("parts[0]", [PART]),
        ("parts:", [PART]), ("count", []), ("price}", []), ("plain", []), ("log", []),
    ],
)  # fmt: skip
def test_a_value_leads_to_the_types_it_is_made_of(client: Client, needle: str, expected: list[str]):
    uri = client.open("a.vsp", TEXT)
    found = client.request("textDocument/typeDefinition", at(uri, TEXT, needle))
    assert words_at(TEXT, [it["range"] for it in found]) == expected


def test_an_editor_that_knows_links_is_told_what_it_came_from(tmp_path: Path):
    can = {"textDocument": {"typeDefinition": {"linkSupport": True}}}
    with running(tmp_path, can) as client:
        uri = client.open("a.vsp", TEXT)
        (found,) = client.request("textDocument/typeDefinition", at(uri, TEXT, "one} "))
    assert words_at(TEXT, [found["originSelectionRange"]]) == ["15:one"]
    assert words_at(TEXT, [found["targetRange"]]) == [ORDER]
