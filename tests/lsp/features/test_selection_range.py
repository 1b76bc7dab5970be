"""Selection ranges over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, running
from tests.lsp.places import place_of
from vesper.lang.source import Encoding, split_lines, to_column

TEXT = """\
node_id: pay_v1
contracts:
  preconditions:
    - "len(name) > 0 AND amount > 1"
flow:
  - step: a
    operation: log
    message: "😀 {amount * 2} left"
"""


def texts(found: Any, text: str, encoding: Encoding = "utf-16") -> list[str]:
    lines = split_lines(text)
    seen: list[str] = []
    while found:
        start, end = found["range"]["start"], found["range"]["end"]
        offsets = [
            sum(map(len, lines[: it["line"]]))
            + to_column(lines[it["line"]], it["character"], encoding)
            for it in (start, end)
        ]
        seen.append(text[offsets[0] : offsets[1]])
        found = found.get("parent")
    return seen


def select(client: Client, text: str, *places: Any) -> list[Any]:
    uri = client.open("a.vsp", text)
    params = {"textDocument": {"uri": uri}, "positions": list(places)}
    return client.request("textDocument/selectionRange", params)


def test_a_selection_grows_from_a_word_to_the_whole_text(client: Client):
    (found,) = select(client, TEXT, place_of(TEXT, "name) >", 1))
    assert texts(found, TEXT) == [
        "name",
        "len(name)",
        "len(name) > 0",
        "len(name) > 0 AND amount > 1",
        '"len(name) > 0 AND amount > 1"',
        '- "len(name) > 0 AND amount > 1"',
        'preconditions:\n    - "len(name) > 0 AND amount > 1"',
        'contracts:\n  preconditions:\n    - "len(name) > 0 AND amount > 1"',
        TEXT[:-1],
        TEXT,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_templates_are_selected_part_by_part_in_every_unit(tmp_path: Path, encoding: Encoding):
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
        (found,) = select(client, TEXT, place_of(TEXT, "amount * 2", 2, encoding))
    assert texts(found, TEXT, encoding)[:6] == [
        "amount",
        "amount * 2",
        "😀 {amount * 2} left",
        '"😀 {amount * 2} left"',
        'message: "😀 {amount * 2} left"',
        TEXT[TEXT.index("step: a") : -1],
    ]


def test_several_places_are_answered_in_their_order(client: Client):
    first, second = select(client, TEXT, place_of(TEXT, "pay_v1"), place_of(TEXT, "node_id"))
    assert texts(first, TEXT)[0] == "pay_v1"
    assert texts(second, TEXT)[:2] == ["node_id", "node_id: pay_v1"]


def test_an_item_of_a_long_section_grows_to_the_section(client: Client):
    steps = "".join(f"  - step: s{it}\n    operation: log\n" for it in range(40))
    text = f"node_id: a_v1\nflow:\n{steps}\nintent: a\n"
    (found,) = select(client, text, place_of(text, "s20"))
    flow = f"flow:\n{steps}".rstrip("\n")
    assert texts(found, text) == [
        "s20", "step: s20", "step: s20\n    operation: log", "- step: s20\n    operation: log",
        flow, text.rstrip("\n"), text,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", "a", "flow:\n  - step: 'open\n", "a: {b: [c\n", TEXT])
def test_each_range_holds_the_one_before_in_any_state(client: Client, text: str):
    lines = split_lines(text)
    places = [{"line": it, "character": len(line) // 2} for it, line in enumerate(lines)]
    for innermost, place in zip(select(client, text, *places), places, strict=True):
        inner: Any = {"start": place, "end": place}
        found = innermost
        while found:
            outer = found["range"]
            assert tuple(outer["start"].values()) <= tuple(inner["start"].values())
            assert tuple(inner["end"].values()) <= tuple(outer["end"].values())
            inner, found = outer, found.get("parent")
