"""The server's text is the editor's text, after every edit and in every encoding."""

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lsp.client import Client, edit, running
from tests.lsp.editing import CASES, ENCODINGS, SEPARATORS, Case, Model, outside_crlf
from vesper.lang.check import MAX_DIAGNOSTICS

NODE = "node_id: pay_v1\ntype: function\n"


@pytest.fixture
def client(tmp_path: Path):
    with running(tmp_path) as client:
        yield client


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_edits_land_where_every_editor_puts_them(client: Client, case: Case):
    uri = client.open("a.vsp", case.before)
    client.change(uri, *(edit(*it) for it in case.edits))

    assert client.text(uri) == case.after


def test_a_change_without_a_range_is_the_whole_text(client: Client):
    uri = client.open("a.vsp", NODE)
    client.change(uri, {"text": "a"}, edit((0, 1), (0, 1), "b"), {"range": None, "text": "c\n"})
    client.change(uri, edit((1, 0), (1, 0), "d"))

    assert client.text(uri) == "c\nd"


def test_half_a_character_of_two_units_is_one_unit(client: Client):
    uri = client.open("a.vsp", "ab\n")
    half = rb'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"'
    half += (
        uri.encode()
        + rb'","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":1},'
    )
    half += rb'"end":{"line":0,"character":1}},"text":"\ud83d \\ud83d \ud83d\ude00"}]}}'
    client.post(half)
    client.settle()
    client.change(uri, edit((0, 2), (0, 2), "|"))

    assert client.text(uri) == "a\ufffd| \\ud83d 😀b\n"


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_columns_count_in_the_units_that_were_agreed(tmp_path: Path, encoding: str, column: int):
    with running(tmp_path, {"general": {"positionEncodings": [encoding]}}) as client:
        uri = client.open("a.vsp", "xé😀y\n")
        client.change(uri, edit((0, column), (0, column + 1), "|"))

        assert client.text(uri) == "xé😀|\n"


ALPHABET = st.sampled_from(
    [*"ab :-#'\"{[", *SEPARATORS, "\r\n", *"éß中אא", "😀", "𝄞", "e\u0301", "\ufeff"]
)
TEXTS = st.lists(ALPHABET, max_size=30).map("".join)


@given(
    text=TEXTS,
    edits=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), TEXTS), max_size=12),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_edits_give_the_text_and_the_problems_of_a_fresh_document(
    client: Client, text: str, edits: list[tuple[int, int, str]], encoding: Any
):
    client.heard.clear()
    client.server.documents.encoding = encoding
    model = Model(text, encoding)
    uri = client.open("a.vsp", text)
    for first, second, new in edits:
        start, end = sorted(outside_crlf(model.text, it) for it in (first, second))
        client.change(uri, edit(model.place(start), model.place(end), new))
        model.replace(start, end, new)

        assert client.text(uri) == model.text
    fresh = client.open("b.vsp", model.text)
    assert client.diagnostics(uri)["diagnostics"] == client.diagnostics(fresh)["diagnostics"]
    client.close(uri)
    client.close(fresh)


@pytest.mark.slow
def test_ten_thousand_edits_leave_the_text_exact(client: Client):
    chance = random.Random(20260)
    model = Model(Path(__file__).parents[1].joinpath("lang/payment.vsp").read_text(), "utf-16")
    uri = client.open("a.vsp", model.text)
    characters = [*"ab :-#'\"{[\n\n", *SEPARATORS, "\r\n", *"é中א", "😀", "\ufeff"]
    for version in range(2, 10_002):
        start = outside_crlf(model.text, chance.randint(0, len(model.text)))
        end = outside_crlf(model.text, start + chance.choice((0, 0, 1, 2, 30)))
        new = "".join(chance.choices(characters, k=chance.choice((0, 1, 1, 2, 20))))
        changes = [edit(model.place(start), model.place(max(start, end)), new)]
        client.post(_change(uri, version, changes))
        model.replace(start, max(start, end), new)
        if version % 200 == 0:
            client.settle()
            assert client.text(uri) == model.text
    client.settle()
    fresh = client.open("b.vsp", model.text)

    assert client.text(uri) == model.text
    assert client.diagnostics(uri)["diagnostics"] == client.diagnostics(fresh)["diagnostics"]


def test_a_burst_of_edits_is_published_once_with_the_newest_version(client: Client):
    uri = client.open("a.vsp", NODE)
    before = len(client.heard)
    for version in range(2, 202):
        changes = [edit((0, 0), (0, 0), "x")]
        client.post(_change(uri, version, changes))
    client.settle()

    assert [it["params"]["version"] for it in client.heard[before:]] == [201]
    assert client.text(uri) == "x" * 200 + NODE


def test_a_request_between_edits_sees_the_text_of_its_moment(client: Client):
    uri = client.open("a.vsp", "")
    place = {"textDocument": {"uri": uri}}
    client.post(_change(uri, 2, [{"text": NODE}]))
    client.post(
        {"jsonrpc": "2.0", "id": 1, "method": "textDocument/documentSymbol", "params": place}
    )
    client.post(_change(uri, 3, [{"text": ""}]))
    client.post(
        {"jsonrpc": "2.0", "id": 2, "method": "textDocument/documentSymbol", "params": place}
    )
    client.settle()

    assert client.answers(1)[0]["result"] != []
    assert client.answers(2)[0]["result"] == []


def test_the_document_edited_last_is_published_first(client: Client):
    first, second = client.open("a.vsp", NODE), client.open("b.vsp", NODE)
    before = len(client.heard)
    for uri in (first, second, first):
        client.post(_change(uri, 2, [edit((0, 0), (0, 0), "x")]))
    client.settle()

    assert [it["params"]["uri"] for it in client.heard[before:]] == [first, second]


def test_closing_clears_the_problems(client: Client):
    uri = client.open("a.vsp", "flo: 1\n")
    assert client.diagnostics(uri)["diagnostics"] != []
    client.close(uri)

    assert client.diagnostics(uri)["diagnostics"] == []


def test_closing_before_the_problems_were_said_says_none(client: Client):
    uri = client.open("a.vsp", NODE)
    before = len(client.heard)
    client.post(_change(uri, 2, [{"text": "flo: 1\n"}]))
    client.close(uri)

    assert [it["params"]["diagnostics"] for it in client.heard[before:]] == [[]]


def test_saving_says_the_problems_once_more(client: Client):
    uri = client.open("a.vsp", "flo: 1\n")
    known = client.diagnostics(uri)
    client.heard.clear()
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    assert client.told("textDocument/publishDiagnostics") == [known]


def test_a_document_opened_again_begins_anew(client: Client):
    uri = client.open("a.vsp", "flo: 1\n")
    client.open("a.vsp", "")
    client.change(uri, edit((0, 0), (0, 0), "y"))

    assert client.text(uri) == "y"


@pytest.mark.parametrize(
    "params",
    [
        {"textDocument": {"uri": "file:///never/opened.vsp", "version": 2}, "contentChanges": []},
        {"textDocument": {"uri": "URI", "version": 2}, "contentChanges": 5},
        {"textDocument": {"uri": "URI", "version": 2}, "contentChanges": [5]},
        {"textDocument": {"uri": "URI", "version": 2}, "contentChanges": [{"text": 5}]},
        {"textDocument": {"uri": "URI", "version": 2}, "contentChanges": [{"range": {}}]},
        {"textDocument": "URI", "contentChanges": [{"text": "lost"}]},
        {"contentChanges": [{"text": "lost"}]},
        {
            "textDocument": {"uri": "URI", "version": 2},
            "contentChanges": [{"text": "lost"}, {"text": "lost", "range": {"start": 1}}],
        },
    ],
    ids=str,
)
def test_a_malformed_change_is_left_out_whole(
    client: Client, params: dict[str, Any], capsys: pytest.CaptureFixture[str]
):
    uri = client.open("a.vsp", NODE)
    document = params.get("textDocument")
    if isinstance(document, dict) and document["uri"] == "URI":
        params = params | {"textDocument": {"uri": uri, "version": 2}}
    client.notify("textDocument/didChange", params)

    assert client.text(uri) == NODE
    assert "vesper lsp: textDocument/didChange: " in capsys.readouterr().err
    client.change(uri, edit((0, 0), (0, 0), "x"))
    assert client.text(uri) == f"x{NODE}"


@pytest.mark.parametrize("version", [None, "two", 1.5])
def test_an_odd_version_does_not_cost_the_edit(client: Client, version: object):
    uri = client.open("a.vsp", NODE)
    params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": "x"}]}
    client.notify("textDocument/didChange", params)

    assert client.text(uri) == "x"
    assert client.diagnostics(uri)["version"] == 1, "the last version that was one"


def test_very_many_problems_are_counted_but_not_all_listed(client: Client):
    text = NODE + "".join(f"unknown_{number}: 1\n" for number in range(2_500))
    uri = client.open("a.vsp", text)
    *listed, rest = client.diagnostics(uri)["diagnostics"]

    assert len(listed) == MAX_DIAGNOSTICS
    assert re.fullmatch(r"and 1,?5\d\d more problems", rest["message"])
    client.close(uri)
    assert client.diagnostics(uri)["diagnostics"] == []


def test_a_text_beyond_the_limit_is_kept_but_not_checked(client: Client):
    client.server.documents.limit = 1000
    uri = client.open("a.vsp", "flo: 1\n" + "#" * 1000)
    (remark,) = client.diagnostics(uri)["diagnostics"]
    assert "not checked" in remark["message"]

    client.change(uri, edit((1, 10), (1, 1000), ""))
    assert client.text(uri) == "flo: 1\n" + "#" * 10
    assert any("flo" in it["message"] for it in client.diagnostics(uri)["diagnostics"])

    client.change(uri, edit((1, 0), (1, 0), "#" * 1000))
    client.change(uri, edit((0, 0), (0, 3), "flow"))
    assert client.text(uri) == "flow: 1\n" + "#" * 1010
    assert len(client.diagnostics(uri)["diagnostics"]) == 1


@pytest.mark.parametrize(
    ("name", "language", "checked"),
    [
        ("a.vsp", "plaintext", True),
        ("a.role.yaml", "yaml", True),
        ("roles/a.yaml", "yaml", True),
        ("docker-compose.yaml", "yaml", False),
        ("README.md", "markdown", False),
        ("no-extension", "vsp", True),
    ],
)
def test_only_our_own_files_are_checked(client: Client, name: str, language: str, checked: bool):
    uri = client.open(name, "flo: 1\n", language)

    assert (client.diagnostics(uri)["diagnostics"] != []) is checked
    assert client.text(uri) == "flo: 1\n"


def test_every_published_range_is_inside_the_text(client: Client):
    text = "flo: 1"
    uri = client.open("a.vsp", text)
    places = [
        it["range"][end]
        for it in client.diagnostics(uri)["diagnostics"]
        for end in ("start", "end")
    ]

    assert places
    assert all(it["line"] == 0 and it["character"] <= len(text) for it in places)


def _change(uri: str, version: int, changes: list[dict[str, Any]]) -> dict[str, Any]:
    document = {"uri": uri, "version": version}
    params = {"textDocument": document, "contentChanges": changes}
    return {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}


def test_an_edit_touches_its_own_line_alone(client: Client):
    uri = client.open("a.vsp", NODE * 50)
    before = client.server.document(uri).text
    lines = list(before.lines)
    client.change(uri, edit((7, 0), (7, 0), "x"))
    after = client.server.document(uri).text

    assert after is before
    assert [it for it, line in enumerate(after.lines) if line is not lines[it]] == [7]
