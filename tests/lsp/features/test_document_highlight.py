"""Document highlight over the protocol."""

from tests.lsp.client import Client, edit
from tests.lsp.places import at, words_at

TEXT = """\
node_id: pay_v1
inputs:
  total: decimal
flow:
  - step: a
    operation: compute
    expression: "total + 1"
    output: total
"""
READ, WRITE = 2, 3


def test_writing_and_reading_places_are_told_apart(client: Client):
    uri = client.open("a.vsp", TEXT)
    found = client.request("textDocument/documentHighlight", at(uri, TEXT, "total + 1"))
    assert words_at(TEXT, [it["range"] for it in found]) == ["3:total", "7:total", "8:total"]
    assert [it["kind"] for it in found] == [WRITE, READ, WRITE]


def test_nothing_is_highlighted_where_no_name_stands(client: Client):
    uri = client.open("a.vsp", TEXT)
    assert client.request("textDocument/documentHighlight", at(uri, TEXT, "compute")) == []


def test_the_newest_text_counts(client: Client):
    uri = client.open("a.vsp", TEXT)
    client.change(uri, edit((6, 17), (6, 22), "1"))
    found = client.request("textDocument/documentHighlight", at(uri, TEXT, "total: dec"))
    assert [it["range"]["start"]["line"] for it in found] == [2, 7]
