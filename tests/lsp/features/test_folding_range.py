"""Folding ranges over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running

TEXT = """\
# Pays,
# and says so.
node_id: pay_v1
metadata:
  description: |
    One

    # two

  tags: [a,
    b]
inputs:
  amount: decimal

# The steps
# in order.
flow:
  - step: a
    operation: log
    # One comment
    message: m
  - step: b
    operation: conditional
    then:
      - step: c
        operation: log
"""


def folds(client: Client, text: str) -> list[tuple[int, int, str | None]]:
    """Lines counted from one."""
    uri = client.open("a.vsp", text)
    found = client.request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    assert all("startCharacter" not in it for it in found)
    return [(it["startLine"] + 1, it["endLine"] + 1, it.get("kind")) for it in found]


def test_sections_items_texts_brackets_and_comments_fold(client: Client):
    assert folds(client, TEXT) == [
        (1, 2, "comment"), (4, 11, None), (5, 8, None), (10, 11, None), (12, 13, None),
        (15, 16, "comment"), (17, 26, None), (18, 21, None), (22, 26, None), (24, 26, None),
        (25, 26, None),
    ]  # fmt: skip


def long(items: int) -> str:
    steps = "".join(f"  - step: s{it}\n    operation: log\n" for it in range(items))
    cases = "".join(f"    - name: c{it}\n      inputs: {{}}\n" for it in range(items))
    return f"node_id: a_v1\nflow:\n{steps}\n\ntesting:\n  test_cases:\n{cases}  x-more:\n    a: b\n"


def test_long_sections_and_lists_fold_as_short_ones(client: Client):
    found = folds(client, long(40))
    assert (2, 82, None) in found
    assert (85, 168, None) in found
    assert (86, 166, None) in found
    assert (167, 168, None) in found
    assert len(found) == 4 + 80


def test_documents_of_one_file_fold(client: Client):
    text = "node_id: a_v1\ninputs:\n  a: string\n---\nnode_id: b_v1\nintent: b\n"
    assert folds(client, text) == [(1, 3, None), (2, 3, None), (4, 6, None)]


@pytest.mark.parametrize(("limit", "expected"), [(0, []), (2, [(4, 11), (17, 26)]), (99, None)])
def test_an_editor_with_a_limit_gets_those_that_hide_most(
    tmp_path: Path, limit: int, expected: list[Any] | None
):
    can = {"textDocument": {"foldingRange": {"rangeLimit": limit, "lineFoldingOnly": True}}}
    with running(tmp_path, can) as client:
        found = [it[:2] for it in folds(client, TEXT)]
    assert found == expected if expected is not None else len(found) == 11


@pytest.mark.parametrize("text", ["", "# a\n", "a: [\n", "flow:\n  - step: a\n    x: 'open\n\n\n"])
def test_every_fold_is_inside_the_text_in_any_state(client: Client, text: str):
    lines = text.count("\n") + 1
    assert all(0 < first < last <= lines for first, last, _ in folds(client, text))
