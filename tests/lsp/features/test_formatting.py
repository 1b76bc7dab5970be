"""Formatting over the protocol."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from vesper.editing.format import format_text

UNTIDY = """\
node_id:   pay_v1
inputs:
    amount :  decimal
    note: string


flow:
- step: a
  operation: log
  message: "{amount>1 and true}"
"""
OPTIONS = {"tabSize": 8, "insertSpaces": False}


def apply(client: Client, uri: str, edits: list[Any]) -> str:
    """The text once an editor has made the edits, the last first as editors do."""
    starts = [tuple(it["range"]["start"].values()) for it in edits]
    ends = [tuple(it["range"]["end"].values()) for it in edits]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False)), "they overlap"
    for it, start, end in reversed(list(zip(edits, starts, ends, strict=True))):
        client.change(uri, edit(start, end, it["newText"]))
    return client.text(uri)


def ask(client: Client, uri: str, method: str = "formatting", **params: Any) -> Any:
    options = OPTIONS | params.pop("options", {})
    given = {"textDocument": {"uri": uri}, "options": options, **params}
    return client.request(f"textDocument/{method}", given)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text",
    [UNTIDY, UNTIDY.replace("note", "n😀te").replace("{amount", "😀é{amount"),
     UNTIDY.replace("\n", "\r\n"), "\ufeff" + UNTIDY, UNTIDY + "    ", UNTIDY.rstrip()],
    ids=["plain", "of two units", "CRLF", "byte order mark", "blanks at the end", "no end"],
)  # fmt: skip
def test_the_edits_make_the_text_what_the_command_makes_of_it(
    tmp_path: Path, encoding: str, text: str
):
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
        uri = client.open("a.vsp", text)
        assert apply(client, uri, ask(client, uri)) == format_text(text)
        assert ask(client, uri) is None


def test_a_line_that_is_well_is_not_touched(client: Client):
    uri = client.open("a.vsp", UNTIDY)
    touched = {it["range"]["start"]["line"] for it in ask(client, uri)}
    assert touched == {0, 2, 3, 5, 7, 8, 9}


def test_role_files_are_formatted_as_such(client: Client):
    uri = client.open("roles.yaml", "worker:\n    tags: [ a ]\n", "yaml")
    assert apply(client, uri, ask(client, uri)) == "worker:\n  tags: [a]\n"


def test_the_ends_of_lines_and_of_the_text_stay_where_the_editor_wants_it(client: Client):
    text = "intent: a  \ninputs:\n    a: string\n\n"
    uri = client.open("a.vsp", text)
    keep = {"trimTrailingWhitespace": False, "trimFinalNewlines": False}
    found = ask(client, uri, options=keep)
    assert apply(client, uri, found) == "intent: a  \ninputs:\n  a: string\n\n"
    other = client.open("b.vsp", "intent: a")
    assert ask(client, other, options={"insertFinalNewline": False}) is None


@pytest.mark.parametrize(("first", "last"), [((6, 0), (9, 0)), ((7, 3), (8, 1)), ((8, 0), (8, 0))])
def test_of_a_range_only_what_it_touches_is_formatted(
    client: Client, first: tuple[int, int], last: tuple[int, int]
):
    uri = client.open("a.vsp", UNTIDY)
    places = [{"line": line, "character": column} for line, column in (first, last)]
    found = ask(client, uri, "rangeFormatting", range={"start": places[0], "end": places[1]})
    assert apply(client, uri, found).startswith(UNTIDY[: UNTIDY.index("flow")] + "flow:\n  - step")


def test_a_text_beyond_the_limit_is_left_alone(client: Client):
    client.server.documents.limit = 100
    uri = client.open("a.vsp", UNTIDY)
    assert ask(client, uri) is None


ENTERED = {
    "below a key": ("inputs:\n^\n", 2),
    "below a key in an item": ("flow:\n  - step: a\n    guards:\n^\n", 6),
    "below a key that begins an item": ("flow:\n  - then:\n^\n", 6),
    "below the first key of an item": ("flow:\n  - step: a\n  ^\n", 4),
    "below a value": ("inputs:\n  a: string\n^\n", 2),
    "below a lone dash": ("flow:\n  -\n^\n", 4),
    "below the start of a text": ("metadata:\n  description: |\n^\n", 4),
    "inside a text": ("metadata:\n  description: |\n    a: b\n^\n", 4),
    "behind a comment at a key": ("inputs:  # all\n^\n", 2),
    "with an anchor": ("metadata:\n  x: &a\n^\n", 4),
    "already there": ("inputs:\n  ^\n", None),
    "below a blank line": ("inputs:\n\n^\n", None),
    "in front of a word": ("inputs:\n^a: string\n", None),
    "below an item that is a text": ("metadata:\n  tags:\n    - a\n^\n", None),
    "below a bracket": ("metadata:\n  tags: [a,\n  ]\n^\n", None),
    "at the start of the text": ("^\n", None),
}


@pytest.mark.parametrize("name", ENTERED)
def test_after_enter_the_next_line_begins_where_it_goes_on(client: Client, name: str):
    marked, column = ENTERED[name]
    text = marked.replace("^", "")
    before = marked[: marked.index("^")]
    place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    uri = client.open("a.vsp", text)
    found = ask(client, uri, "onTypeFormatting", position=place, ch="\n")
    if column is None:
        assert found is None
    else:
        line = apply(client, uri, found).split("\n")[place["line"]]
        assert line == " " * column
