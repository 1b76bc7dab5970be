"""Semantic tokens over the protocol."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from vesper.lang.source import Encoding, split_lines, to_column

TEXT = """\
node_id: pay_v1  # who
inputs:
  amount:
    type: array<decimal>
    required: true
contracts:
  preconditions:
    - "SUM(amount) > 0 and old(x) == '😀'"
flow:
  - step: a
    operation: log
    message: "😀 {amount} of {x}"
    x-note: 'é'
  - operation: compute
    expression: >
      amount
      IN xs
    output: total
"""
SEEN = """\
1 node_id property | 1 # who comment | 2 inputs property | 3 amount property declaration readonly
4 type property | 4 array type defaultLibrary | 4 decimal type defaultLibrary
5 required property | 5 true keyword | 6 contracts property | 7 preconditions property
8 SUM function defaultLibrary | 8 amount variable | 8 > operator | 8 0 number | 8 and keyword
8 old function defaultLibrary | 8 x variable | 8 == operator | 8 '😀' string | 9 flow property
10 step property | 10 a variable declaration | 11 operation property
11 log function defaultLibrary | 12 message property | 12 "😀 { string | 12 amount variable
12 } of { string | 12 x variable | 12 }" string | 13 x-note property
14 operation property | 14 compute function defaultLibrary | 15 expression property
16 amount variable | 17 IN keyword | 17 xs variable | 18 output property
18 total variable declaration"""


def request(client: Client, uri: str, kind: str, **more: Any) -> Any:
    params = {"textDocument": {"uri": uri}, **more}
    return client.request(f"textDocument/semanticTokens/{kind}", params)


def words(client: Client, text: str, data: list[int], encoding: Encoding = "utf-16") -> list[str]:
    """Each token as its line (from one), text, type and modifiers."""
    legend = client.server.protocol.server_capabilities.semantic_tokens_provider.legend
    lines = split_lines(text)
    found: list[str] = []
    line = units = 0
    for index in range(0, len(data), 5):
        down, right, length, kind, shades = data[index : index + 5]
        line, units = line + down, right if down else units + right
        ends = (to_column(lines[line], it, encoding) for it in (units, units + length))
        names = [it for bit, it in enumerate(legend.token_modifiers) if shades >> bit & 1]
        found.append(
            " ".join([str(line + 1), lines[line][slice(*ends)], legend.token_types[kind], *names])
        )
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_every_word_has_its_colour_in_every_unit(tmp_path: Path, encoding: Encoding):
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
        uri = client.open("a.vsp", TEXT)
        found = words(client, TEXT, request(client, uri, "full")["data"], encoding)
    assert found == [it for line in SEEN.split("\n") for it in line.split(" | ")]


def test_the_words_of_a_range_are_those_of_its_lines(client: Client):
    uri = client.open("a.vsp", TEXT)
    place = {"start": {"line": 7, "character": 3}, "end": {"line": 9, "character": 0}}
    found = words(client, TEXT, request(client, uri, "range", range=place)["data"])
    whole = words(client, TEXT, request(client, uri, "full")["data"])
    assert found == [it for it in whole if 8 <= int(it.split()[0]) <= 10]


def test_a_text_over_several_lines_is_coloured_line_by_line(client: Client):
    text = "metadata:\n  description: |\n    one\n\n    two\n  x: 'a\n    b'\n"
    uri = client.open("a.vsp", text)
    found = words(client, text, request(client, uri, "full")["data"])
    assert [it for it in found if it.endswith("string")] == [
        "2 | string", "3 one string", "5 two string", "6 'a string", "7 b' string",
    ]  # fmt: skip


def apply(data: list[int], answer: Any) -> list[int]:
    if "data" in answer:
        return answer["data"]
    for it in answer["edits"]:
        start = it["start"]
        data = data[:start] + it.get("data", []) + data[start + it["deleteCount"] :]
    return data


def big(steps: int) -> str:
    return "node_id: a_v1\nflow:\n" + "".join(
        f'  - step: s{it}\n    operation: log\n    message: "{{amount}} {it}"\n\n'
        for it in range(steps)
    )


def test_a_change_gives_only_what_changed(client: Client):
    text = big(300)
    uri = client.open("a.vsp", text)
    whole = request(client, uri, "full")
    client.change(uri, edit((602, 20), (602, 20), "😀"))
    answer = request(client, uri, "full/delta", previousResultId=whole["resultId"])
    (it,) = answer["edits"]
    assert it["deleteCount"] <= 5
    assert len(it["data"]) <= 5
    assert answer["resultId"] != whole["resultId"]
    again = request(client, uri, "full/delta", previousResultId=answer["resultId"])
    assert again["edits"] == []


def test_who_has_other_tokens_gets_them_all(client: Client):
    uri = client.open("a.vsp", TEXT)
    assert "data" in request(client, uri, "full/delta", previousResultId="no such")
    first = request(client, uri, "full")
    request(client, uri, "full")
    assert "data" in request(client, uri, "full/delta", previousResultId=first["resultId"])


def test_changes_add_up_to_what_a_fresh_document_has(client: Client):
    random = Random(7)
    uri = client.open("a.vsp", big(30))
    answer = request(client, uri, "full")
    data = answer["data"]
    for _ in range(60):
        line = random.randrange(120)
        end = line + random.choice((0, 0, 0, 1, 3))
        new = random.choice(
            ("", "x", "\n", "# c\n", "  - step: n\n", '"', "{a > 1}", "---\n", "😀")
        )
        client.change(uri, edit((line, random.randrange(9)), (end, random.randrange(9)), new))
        answer = request(client, uri, "full/delta", previousResultId=answer["resultId"])
        data = apply(data, answer)
    fresh = client.open("b.vsp", client.text(uri))
    assert data == request(client, fresh, "full")["data"]
