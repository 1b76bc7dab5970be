"""Every feature that speaks of places counts them in the units of the client, in and out.

The same request is made in each of the three units; the answers must name the same characters.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import place_of
from vesper.lang.source import Encoding, split_lines, to_column

TEXT = """\
node_id: 😀_v1
type: function
intent: "é𝄞"
inputs:
  amount: decimal
  "é😀": string
outputs: {"𝄞": boolean}
flow:
  - {step: "é😀", operation: log, message: "👋🏽 é {amount} and {amuont}"}
  - {"x-😀": é, step: b, operation: compute,   expression: "'😀' == 'é' and amount > 1", output: 𝄞}
  - {"x-😀": 𝄞, step: c, operation: agent_run, role: "😀"}
contracts:
  preconditions:
    - "'😀é' != '' and round(amount, 2) > 0"
"""
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
RANGED = ("textDocument/codeAction", "textDocument/inlayHint", "textDocument/rangeFormatting",
          "textDocument/semanticTokens/range")  # fmt: skip
FORMAT = {"tabSize": 2, "insertSpaces": True}
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "textDocument/hover": ("round(", {}),
    "textDocument/completion": ("amount > 1", {}),
    "textDocument/definition": ("amount > 1", {}),
    "textDocument/references": ("amount > 1", {"context": {"includeDeclaration": True}}),
    "textDocument/documentHighlight": ("amount > 1", {}),
    "textDocument/prepareRename": ("amount > 1", {}),
    "textDocument/rename": ("amount > 1", {"newName": "sum"}),
    "textDocument/documentSymbol": ("", {}),
    "textDocument/codeAction": ("amuont", {"context": {"diagnostics": []}}),
    "textDocument/selectionRange": ("amount > 1", {}),
    "textDocument/formatting": ("", {"options": FORMAT}),
    "textDocument/rangeFormatting": ("amount > 1", {"options": FORMAT}),
    "textDocument/semanticTokens/full": ("", {}),
    "textDocument/semanticTokens/range": ("amount > 1", {}),
}
"""Methods, the text their place is behind, and what else they are asked."""


def ask(client: Client, uri: str, method: str, encoding: Encoding) -> Any:
    needle, more = ASKED[method]
    params: dict[str, Any] = {"textDocument": {"uri": uri}, **more}
    if needle:
        place = place_of(TEXT, needle, 2, encoding)
        if method == "textDocument/selectionRange":
            params["positions"] = [place]
        elif method in RANGED:
            params["range"] = {"start": place, "end": place}
        else:
            params["position"] = place
    return client.request(method, params)


def in_characters(answer: Any, encoding: Encoding) -> Any:
    """The answer with every place in code points."""
    lines = split_lines(TEXT)
    match answer:
        case {"line": int(line), "character": int(units), **rest} if not rest:
            return line, to_column(lines[line], units, encoding)
        case {"data": [int(), *_] as data}:
            return words(data, encoding)
        case dict():
            return {key: in_characters(value, encoding) for key, value in answer.items()}
        case list():
            return [in_characters(value, encoding) for value in answer]
        case _:
            return answer


def words(data: list[int], encoding: Encoding) -> list[tuple[int, ...]]:
    lines = split_lines(TEXT)
    found: list[tuple[int, ...]] = []
    line = units = 0
    for down, right, length, *kind in (data[it : it + 5] for it in range(0, len(data), 5)):
        line, units = line + down, right if down else units + right
        ends = (to_column(lines[line], it, encoding) for it in (units, units + length))
        found.append((line, *ends, *kind))
    return found


@pytest.mark.parametrize("method", ASKED)
def test_the_same_characters_are_meant_in_every_unit(tmp_path: Path, method: str):
    raw: dict[str, Any] = {}
    meant: dict[str, Any] = {}
    for encoding in ENCODINGS:
        can: Any = {
            "general": {"positionEncodings": [encoding]},
            "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
        }
        with running(tmp_path, can) as client:
            uri = client.open("a.vsp", TEXT)
            raw[encoding] = ask(client, uri, method, encoding)
            meant[encoding] = in_characters(raw[encoding], encoding)
    assert raw["utf-32"], "there is something to compare"
    assert meant["utf-8"] == meant["utf-16"] == meant["utf-32"]
    # Hover explains the name under the cursor; all others name places behind wide characters.
    if method not in ("textDocument/hover", "textDocument/definition"):
        assert raw["utf-8"] != raw["utf-16"] != raw["utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_published_problems_are_where_they_are_in_every_unit(tmp_path: Path, encoding: Encoding):
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
        uri = client.open("a.vsp", TEXT)
        found = client.diagnostics(uri)["diagnostics"]
    lines = split_lines(TEXT)
    places = [in_characters(it["range"], encoding) for it in found]
    assert "amuont" in [
        lines[it["start"][0]][it["start"][1] : it["end"][1]]
        for it in places
        if it["start"][0] == it["end"][0]
    ]
