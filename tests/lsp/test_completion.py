"""Completion as a person meets it in an editor: what is inserted, and what is told about it later."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, edit, running
from tests.lsp.places import cut
from tests.requirements import requirement

STEP = "flow:\n  - step: x\n    operation: compute\n    expression: "
LEAD = "lead:\n  display_name: Team lead\n  description: Plans the work\n"
RICH = {
    "snippetSupport": True,
    "insertReplaceSupport": True,
    "labelDetailsSupport": True,
    "commitCharactersSupport": True,
    "documentationFormat": ["markdown"],
}


def asked(client: Client, marked: str) -> tuple[str, dict[str, Any]]:
    """The URI of a document, and the items offered at its mark, by label."""
    text, position = cut(marked)
    uri = client.open("a.vsp", text)
    params = {"textDocument": {"uri": uri}, "position": position}
    found = client.request("textDocument/completion", params)["items"]
    return uri, {it["label"]: it for it in found}


def speaking(item: dict[str, Any]) -> dict[str, Any]:
    return {"textDocument": {"completion": {"completionItem": item}}}


def test_a_function_comes_with_places_for_its_arguments_where_the_client_has_snippets(
    tmp_path: Path,
):
    with running(tmp_path, speaking(RICH)) as client:
        _, found = asked(client, f'{STEP}"re^')
    assert found["replace"]["insertTextFormat"] == 2
    assert found["replace"]["textEdit"]["newText"] == "replace(${1:text}, ${2:old}, ${3:new})"
    with running(tmp_path) as client:
        _, found = asked(client, f'{STEP}"re^')
    assert "insertTextFormat" not in found["replace"]
    assert found["replace"]["textEdit"]["newText"] == "replace("


def test_a_step_is_plain_text_for_a_client_without_snippets(tmp_path: Path):
    with running(tmp_path) as client:
        _, found = asked(client, "flow:\n  - ^\n")
    written = found["compute step"]["textEdit"]["newText"]
    assert (
        written
        == 'step: compute\n    operation: compute\n    expression: "true"\n    output: result'
    )


def test_what_is_inserted_and_what_is_replaced_are_told_apart(tmp_path: Path):
    with running(tmp_path, speaking(RICH)) as client:
        _, found = asked(client, f'inputs:\n  amount: decimal\n{STEP}"am^xt + 1"')
    change = found["amount"]["textEdit"]
    assert change["insert"]["start"] == change["replace"]["start"] == {"line": 5, "character": 17}
    assert (change["insert"]["end"]["character"], change["replace"]["end"]["character"]) == (19, 21)
    assert found["amount"]["labelDetails"] == {"description": "decimal"}
    assert found["amount"]["commitCharacters"] == ["."]


def test_places_are_in_the_units_of_the_client(tmp_path: Path):
    with running(tmp_path) as client:
        _, found = asked(client, f"inputs:\n  amount: decimal\n{STEP}\"'🎉' + am^\"")
    assert found["amount"]["textEdit"]["range"]["start"]["character"] == 17 + 7


@pytest.mark.parametrize(
    ("marked", "label", "says"),
    [
        ("^", "intent", "What the node is for"),
        ("type: ^", "workflow", "durably"),
        (f'{STEP}"^', "round", "half to even"),
        ("flow:\n  - operation: ^", "for_each", "once for each item"),
        ("inputs:\n  a: ^", "decimal", "with its digits"),
        ("security:\n  capabilities_required: [^", "database.read.", "read rows"),
        ("inputs:\n  # of the order\n  amount:\n    type: decimal\n    description: What it costs\n"
         f'{STEP}"^', "amount", "What it costs"),
    ],
)  # fmt: skip
def test_documentation_comes_when_the_client_asks_for_it(
    tmp_path: Path, marked: str, label: str, says: str
):
    with running(tmp_path, speaking(RICH)) as client:
        uri, found = asked(client, marked)
        assert "documentation" not in found[label]
        # Somebody types on before the client asks.
        client.change(uri, edit((0, 0), (0, 0), "# another line\n"))
        told = client.request("completionItem/resolve", found[label])
    assert told["documentation"]["kind"] == "markdown"
    assert says in told["documentation"]["value"]
    assert told["textEdit"] == found[label]["textEdit"]


def test_an_item_of_a_document_that_was_closed_keeps_what_it_has(tmp_path: Path):
    with running(tmp_path, speaking(RICH)) as client:
        uri, found = asked(client, f'inputs:\n  amount: decimal\n{STEP}"am^')
        client.close(uri)
        told = client.request("completionItem/resolve", found["amount"])
    assert told == found["amount"]


def test_an_item_of_somebody_else_is_given_back(tmp_path: Path):
    item = {"label": "x", "data": {"anything": [1]}}
    with running(tmp_path) as client:
        assert client.request("completionItem/resolve", item) == item


@requirement("V47")
@pytest.mark.parametrize(
    ("name", "marked", "language"),
    [
        ("more.role.yaml", f"{LEAD}hand:\n  extends: ^\n", "yaml"),
        ("a.vsp", "flow:\n  - step: x\n    operation: agent_run\n    role: ^\n", "vsp"),
    ],
)
def test_a_role_is_offered_with_its_title_and_what_it_is_for(
    tmp_path: Path, name: str, marked: str, language: str
):
    if language == "vsp":
        (tmp_path / "roles.yaml").write_text(LEAD)
    text, position = cut(marked)
    with running(tmp_path, speaking(RICH)) as client:
        uri = client.open(name, text, language)
        params = {"textDocument": {"uri": uri}, "position": position}
        found = client.request("textDocument/completion", params)["items"]
        (lead,) = [it for it in found if it["label"] == "lead"]
        told = client.request("completionItem/resolve", lead)
    assert "Team lead" in json.dumps(lead)
    assert "Plans the work" in told["documentation"]["value"]
