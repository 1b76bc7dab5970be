"""What a person sees in an editor, feature by feature, over the protocol and in process."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, edit, running
from tests.lsp.places import at, place_of
from vesper.project import Project

DOCUMENT = (Path(__file__).parents[1] / "lang" / "payment.vsp").read_text(encoding="utf-8")
BROKEN = DOCUMENT.replace("type: http_handler", "type: http_handlr")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with running(tmp_path) as client:
        yield client


def actions(client: Client, uri: str, text: str, needle: str, only: Any = None) -> list[Any]:
    here = place_of(text, needle)
    context: dict[str, Any] = {"diagnostics": []}
    if only:
        context["only"] = only
    params = {"textDocument": {"uri": uri}, "range": {"start": here, "end": here}}
    return client.request("textDocument/codeAction", params | {"context": context})


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("    oper", "operation"),
        ("    operation: val", "validation"),
        ('    guards:\n      - "amo', "amount"),
        ("    on_failure:\n      return_error: inv", "invalid_amount"),
    ],
)
def test_completion_offers_what_fits_in_a_step_that_is_being_typed(
    client: Client, typed: str, offered: str
):
    text = DOCUMENT.replace("  - step: fee\n", f"  - step: new\n{typed}\n\n  - step: fee\n")
    uri = client.open("a.vsp", text)
    found = client.request("textDocument/completion", at(uri, text, typed, len(typed)))["items"]
    assert offered in [it["label"] for it in found]


@pytest.mark.parametrize(
    ("needle", "says"),
    [
        ("operation: validation", "What the step does"),
        ("validation\n", "every guard"),
        ('amount > 0"\n      - "amount <=', "amount: decimal"),
        ("http_handler", "Answers a request"),
        ("round(amount", "round(number, digits?)"),
        ("database.read.payments", "read rows"),
    ],
)
def test_hover_explains_keys_words_names_and_functions(client: Client, needle: str, says: str):
    uri = client.open("a.vsp", DOCUMENT)
    hover = client.request("textDocument/hover", at(uri, DOCUMENT, needle, 1))
    assert says in hover["contents"]


@pytest.mark.parametrize(
    ("formats", "shown"),
    [(["markdown", "plaintext"], "**type** —"), (["plaintext"], "type —"), ([], "type —")],
)
def test_hover_speaks_markdown_only_to_those_who_read_it(
    tmp_path: Path, formats: list[str], shown: str
):
    can = {"textDocument": {"hover": {"contentFormat": formats}}}
    with running(tmp_path, can) as client:
        uri = client.open("a.vsp", DOCUMENT)
        hover = client.request("textDocument/hover", at(uri, DOCUMENT, "type: http", 1))
    contents = hover["contents"]
    assert (contents if isinstance(contents, str) else contents["value"]).startswith(shown)


@pytest.mark.parametrize(
    ("use", "defined"),
    [
        ("amount * 0.029", "  amount:\n    type: decimal"),
        ('fee: "{fee}"', "    output: fee\n"),
        ("earlier[0]", "    output: earlier\n"),
        ('"{charge_id}"', "        charge_id: "),
    ],
)
def test_definition_leads_from_a_name_to_its_input_or_step(client: Client, use: str, defined: str):
    uri = client.open("a.vsp", DOCUMENT)
    name_at = use.index("{") + 1 if "{" in use else 0
    (found,) = client.request("textDocument/definition", at(uri, DOCUMENT, use, name_at))
    assert found["uri"] == uri
    assert found["range"]["start"]["line"] == place_of(DOCUMENT, defined)["line"]


def test_a_quick_fix_edits_the_version_it_was_made_for(client: Client):
    uri = client.open("a.vsp", BROKEN)
    fix = actions(client, uri, BROKEN, "http_handlr", ["quickfix"])[0]
    assert fix["title"] == "Change it to `http_handler`"
    (change,) = fix["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    (it,) = change["edits"]
    start, end = it["range"]["start"], it["range"]["end"]
    client.change(
        uri,
        edit((start["line"], start["character"]), (end["line"], end["character"]), it["newText"]),
    )
    assert client.text(uri) == DOCUMENT
    assert client.diagnostics(uri)["diagnostics"] == []


def test_a_problem_becomes_a_task_with_its_place_and_the_editor_is_told(client: Client):
    uri = client.open("pay/a.vsp", BROKEN)
    action = next(
        it
        for it in actions(client, uri, BROKEN, "http_handlr")
        if it["title"].startswith("Create task ")
    )
    made = client.request("workspace/executeCommand", action["command"])
    assert client.told("vesper/tasksChanged")
    assert client.workspace is not None
    task = Project.open(client.workspace).board.get(made["id"])
    assert task.place is not None
    assert (task.place.path, task.place.line, task.place.code) == ("pay/a.vsp", 1, "VSP116")
    lenses = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    (lens,) = (it for it in lenses if it.get("command", {}).get("command") == "vesper.showTasks")
    assert lens["range"]["start"]["line"] == 1
    assert f"Task {task.id}" in lens["command"]["title"]


def test_asking_twice_for_a_task_of_one_problem_makes_one_task(client: Client):
    uri = client.open("a.vsp", BROKEN)
    (action,) = (
        it for it in actions(client, uri, BROKEN, "http_handlr") if "Create task " in it["title"]
    )
    first = client.request("workspace/executeCommand", action["command"])
    second = client.request("workspace/executeCommand", action["command"])
    assert first["id"] == second["id"]


def test_every_problem_of_a_file_becomes_a_task_at_once(client: Client):
    text = BROKEN.replace("operation: validation", "operation: validaton")
    uri = client.open("a.vsp", text)
    problems = client.diagnostics(uri)["diagnostics"]
    action = actions(client, uri, text, "node_id", ["source"])[0]
    made = client.request("workspace/executeCommand", action["command"])
    assert len(made) == len(problems) == 2


def test_a_task_of_a_problem_that_is_gone_is_refused(client: Client):
    uri = client.open("a.vsp", BROKEN)
    action = actions(client, uri, BROKEN, "http_handlr")[1]
    line = place_of(BROKEN, "http_handlr")["line"]
    client.change(uri, edit((line, 0), (line, 100), "type: function"))
    with pytest.raises(Failed, match="no longer there"):
        client.request("workspace/executeCommand", action["command"])


def test_a_change_by_another_process_reaches_the_editor(client: Client, tmp_path: Path):
    uri = client.open("a.vsp", BROKEN)
    action = actions(client, uri, BROKEN, "http_handlr")[1]
    made = client.request("workspace/executeCommand", action["command"])
    told = len(client.told("vesper/tasksChanged"))
    other = Project.open(tmp_path)
    other.board.claim(actor="somebody", task_id=made["id"])
    other.close()
    deadline = time.monotonic() + 20
    while len(client.told("vesper/tasksChanged")) == told and time.monotonic() < deadline:
        client.settle()
    assert len(client.told("vesper/tasksChanged")) == told + 1


def test_role_files_have_their_own_language(client: Client):
    text = "worker:\n  extends: wroker\n"
    uri = client.open("roles.yaml", text, "yaml")
    codes = [it["code"] for it in client.diagnostics(uri)["diagnostics"]]
    assert codes == ["ROL101"]
    found = client.request("textDocument/completion", at(uri, text, "extends", 0))["items"]
    assert "restrictions" in [it["label"] for it in found]


@pytest.mark.parametrize(("wanted", "told"), [(True, ["written here first"]), (False, [])])
def test_the_other_place_of_a_problem_is_told_to_clients_that_show_it(
    tmp_path: Path, wanted: bool, told: list[str]
):
    can = {"textDocument": {"publishDiagnostics": {"relatedInformation": wanted}}}
    with running(tmp_path, can) as client:
        uri = client.open("a.vsp", "intent: one\nintent: two\n")
        (found,) = [it for it in client.diagnostics(uri)["diagnostics"] if it["code"] == "VSP118"]
        related = found.get("relatedInformation", [])
        assert [it["message"] for it in related] == told
        assert [it["location"]["uri"] for it in related] == [uri] * len(told)
