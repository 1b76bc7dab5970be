"""Signature help and inlay hints over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import edit, running
from tests.lsp.places import cut, place_of

CALL = 'flow:\n  - step: x\n    operation: compute\n    expression: "round(1.5, ^'
OFFSETS = {
    "textDocument": {
        "signatureHelp": {
            "signatureInformation": {
                "parameterInformation": {"labelOffsetSupport": True},
                "documentationFormat": ["markdown"],
            }
        }
    }
}


@pytest.mark.parametrize(("capabilities", "label"), [({}, "digits?: integer"), (OFFSETS, [22, 38])])
def test_the_argument_that_is_written_is_marked(
    tmp_path: Path, capabilities: dict[str, Any], label: Any
):
    text, position = cut(CALL)
    with running(tmp_path, capabilities) as client:
        uri = client.open("a.vsp", text)
        params = {"textDocument": {"uri": uri}, "position": position}
        found = client.request("textDocument/signatureHelp", params)
    (signature,) = found["signatures"]
    assert signature["label"] == "round(number: number, digits?: integer) -> decimal"
    assert signature["parameters"][found["activeParameter"]]["label"] == label


def test_outside_of_a_call_there_is_no_signature(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("a.vsp", "node_id: a_v1\n")
        params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
        assert client.request("textDocument/signatureHelp", params) is None


FLOW = """\
types:
  Item:
    fields:
      price: decimal
inputs:
  items: array<Item>
outputs:
  total: decimal
flow:
  - step: all
    operation: for_each
    items: "items"
    as: one
    steps:
      - step: each
        operation: arithmetic
        expression: "one.price"
        output: price
    output: prices
  - step: rows
    operation: database_query
    table: orders
    output: rows
  - step: sum
    operation: arithmetic
    expression: "1"
    output: total
security:
  capabilities_required:
    - clock.read
"""


def test_hints_tell_what_is_not_written(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("a.vsp", FLOW)
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        params: dict[str, Any] = {"textDocument": {"uri": uri}, "range": whole}
        found = client.request("textDocument/inlayHint", params)
        rows = FLOW.split("\n")
        shown = {f"{rows[it['position']['line']].strip()}|{it['label']}" for it in found}
        assert {"as: one|: Item", "operation: database_query|needs database.read.orders"} <= shown
        # An output says its type already.
        assert not any(it.startswith("output: total|") for it in shown)
        assert all(it["position"]["character"] == len(rows[it["position"]["line"]]) for it in found)
        start = place_of(FLOW, "  - step: rows")
        some = params | {"range": {"start": start, "end": place_of(FLOW, "    output: rows")}}
        assert {
            it["position"]["line"] for it in client.request("textDocument/inlayHint", some)
        } <= {start["line"] + it for it in range(4)}


def test_a_capability_that_is_listed_is_no_hint(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("a.vsp", FLOW.replace("clock.read", "database.read.*"))
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        found = client.request(
            "textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole}
        )
    assert not any("needs" in it["label"] for it in found)


@pytest.mark.parametrize(("can", "times"), [(True, 1), (False, 0)])
def test_hints_are_asked_for_again_when_another_file_changes(tmp_path: Path, can: bool, times: int):
    called = "node_id: mail_v1\ninputs:\n  to: string\n"
    with running(tmp_path, {"workspace": {"inlayHint": {"refreshSupport": can}}}) as client:
        client.open(
            "a.vsp", "node_id: a_v1\nflow:\n  - operation: call_node\n    node_id: mail_v1\n"
        )
        uri = client.open("mail.vsp", called)
        client.settle()
        before = len(client.told("workspace/inlayHint/refresh"))
        client.change(uri, edit((2, 6), (2, 12), "integer"))
        client.settle()
        assert len(client.told("workspace/inlayHint/refresh")) - before == times
