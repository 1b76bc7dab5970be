"""Linked editing over the protocol."""

from pathlib import Path

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import at, words_at

TEXT = """\
node_id: pay_v1
inputs: {amounts: "array<decimal>", sum: decimal}
flow:
  - step: loop
    operation: for_each
    items: amounts
    as: one
    steps:
      - {step: tell, operation: log, message: "{one} of {sum}"}
  - {step: next, operation: data_transform, transform: map, input: amounts, function: "amount + 1"}
"""


@pytest.mark.parametrize(
    ("needle", "linked"),
    [
        ("one\n", ["7:one", "9:one"]),
        ("sum: dec", ["2:sum", "9:sum"]),
        ("loop", ["4:loop"]),
        ("one} of", None),
        ("for_each", None),
        ("pay_v1", None),
        ("amounts: ", None),
    ],
)
def test_a_definition_is_linked_to_its_uses(client: Client, needle: str, linked: list[str] | None):
    uri = client.open("a.vsp", TEXT)
    found = client.request("textDocument/linkedEditingRange", at(uri, TEXT, needle))
    assert (words_at(TEXT, found["ranges"]) if found else None) == linked


def test_an_input_that_other_files_give_is_not_linked(tmp_path: Path):
    call = "node_id: b_v1\nflow:\n  - {step: c, operation: call_node, node_id: pay_v1, parameters: {}}\n"
    (tmp_path / "b.vsp").write_text(call, encoding="utf-8")
    with running(tmp_path) as client:
        uri = client.open("a.vsp", TEXT)
        params = at(uri, TEXT, "sum: dec")
        assert client.request("textDocument/linkedEditingRange", params) is None
