"""Rename and prepare over the protocol, in one file and across files."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, running
from tests.lsp.places import at, edited, place_of, words_at
from vesper.lang.source import Encoding
from vesper.lsp.convert import to_uri

PAY = """\
node_id: pay_v1
type: function
intent: Pay
inputs: {amount: decimal, note: {type: string, required: false}}
outputs: {success: {paid: decimal}}
flow:
  - {step: done, operation: return, return_success: {paid: "{amount}"}}
"""
SHOP = """\
node_id: shop_v1
type: function
intent: Sell
metadata: {dependencies: [pay_v1]}
inputs: {amount: decimal}
outputs: {success: {ok: boolean}}
flow:
  - step: pay
    operation: call_node
    node_id: pay_v1
    parameters: {amount: "{amount}"}
    output: paid
  - step: pay_again
    operation: call_node
    node_id: pay_v1.*
    parameters: {amount: "{amount}"}
  - step: check
    operation: agent_run
    role: clerk
    goal: Look at it
  - {step: done, operation: return, return_success: {ok: true}}
security:
  capabilities_required: [node.call.pay_v1, agent.run.clerk]
"""
ROLES = "clerk:\n  description: Looks\nboss:\n  extends: clerk\n"
VERSIONED = {"workspace": {"workspaceEdit": {"documentChanges": True}}}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {"pay_v1.vsp": PAY, "shop.vsp": SHOP, "roles.yaml": ROLES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rename(client: Client, uri: str, text: str, needle: str, new: str) -> Any:
    return client.request("textDocument/rename", at(uri, text, needle) | {"newName": new})


def texts_after(workspace: Path, answer: Any) -> dict[str, str]:
    """The texts of the changed files, by their names."""
    found = answer.get("changes") or {
        it["textDocument"]["uri"]: it["edits"] for it in answer["documentChanges"] if "edits" in it
    }
    files = {to_uri(it): it for it in workspace.iterdir()}
    return {
        files[uri].name: edited(files[uri].read_text(encoding="utf-8"), edits)
        for uri, edits in found.items()
    }


def test_prepare_gives_the_exact_range_and_the_name(client: Client):
    text = PAY.replace("amount:", '"amount":')
    uri = client.open("a.vsp", text)
    found = client.request("textDocument/prepareRename", at(uri, text, "amount", 3))
    assert words_at(text, [found["range"]]) == ["4:amount"]
    assert found["placeholder"] == "amount"


@pytest.mark.parametrize(
    ("needle", "says"),
    [
        ("function", "no name stands here (go to a name that a document defines)"),
        ("intent", "no name stands here"),
        ("clerk", "no file of this workspace defines `clerk`"),
        ("other_v1", "no file of this workspace defines `other_v1`"),
        ("sum:", "no file of this workspace defines `other_v1.sum`"),
    ],
)
def test_prepare_says_why_something_keeps_its_name(client: Client, needle: str, says: str):
    text = PAY + "  - {step: a, operation: agent_run, role: clerk, goal: x}\n"
    text += "  - {step: b, operation: call_node, node_id: other_v1, parameters: {sum: 1}}\n"
    uri = client.open("a.vsp", text)
    with pytest.raises(Failed) as failed:
        client.request("textDocument/prepareRename", at(uri, text, needle))
    assert says in failed.value.message


def test_a_name_of_one_document_changes_there_alone(workspace: Path):
    with running(workspace, VERSIONED) as client:
        uri = client.open("shop.vsp", SHOP)
        answer = rename(client, uri, SHOP, "pay\n", "charge")
        (change,) = answer["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert texts_after(workspace, answer) == {
        "shop.vsp": SHOP.replace("step: pay\n", "step: charge\n")
    }


def test_without_versions_the_edits_come_by_uri(workspace: Path):
    with running(workspace) as client:
        uri = client.open("shop.vsp", SHOP)
        assert list(rename(client, uri, SHOP, "pay\n", "charge")) == ["changes"]


@pytest.mark.parametrize(("file", "text"), [("pay_v1.vsp", PAY), ("shop.vsp", SHOP)])
def test_a_node_gets_its_new_id_in_all_files_but_not_in_ranges(
    workspace: Path, file: str, text: str
):
    with running(workspace) as client:
        uri = client.open(file, text)
        answer = rename(client, uri, text, "pay_v1", "charge_v2")
    shop = SHOP.replace("pay_v1.*", "RANGE").replace("pay_v1", "charge_v2")
    assert texts_after(workspace, answer) == {
        "pay_v1.vsp": PAY.replace("pay_v1", "charge_v2"),
        "shop.vsp": shop.replace("RANGE", "pay_v1.*"),
    }


@pytest.mark.parametrize(("file", "text"), [("roles.yaml", ROLES), ("shop.vsp", SHOP)])
def test_a_role_gets_its_new_name_in_role_files_and_documents(
    workspace: Path, file: str, text: str
):
    with running(workspace) as client:
        uri = client.open(file, text, "yaml")
        answer = rename(client, uri, text, "clerk", "book-keeper")
    assert texts_after(workspace, answer) == {
        "roles.yaml": ROLES.replace("clerk", "book-keeper"),
        "shop.vsp": SHOP.replace("clerk", "book-keeper"),
    }


@pytest.mark.parametrize(
    ("file", "text", "needle"), [("pay_v1.vsp", PAY, "amount"), ("shop.vsp", SHOP, 'amount: "')]
)
def test_an_input_gets_its_new_name_in_every_call(
    workspace: Path, file: str, text: str, needle: str
):
    with running(workspace) as client:
        uri = client.open(file, text)
        answer = rename(client, uri, text, needle, "sum")
    assert texts_after(workspace, answer) == {
        "pay_v1.vsp": PAY.replace("amount", "sum"),
        "shop.vsp": SHOP.replace('amount: "', 'sum: "'),
    }


def test_open_texts_count_and_carry_their_version(workspace: Path):
    with running(workspace, VERSIONED) as client:
        other = "# open\n" + SHOP
        shop, uri = client.open("shop.vsp", other), client.open("pay_v1.vsp", PAY)
        changes = rename(client, uri, PAY, "amount", "sum")["documentChanges"]
    edits = {it["textDocument"]["uri"]: it for it in changes}
    assert edits[shop]["textDocument"]["version"] == 1
    assert edited(other, edits[shop]["edits"]) == other.replace('amount: "', 'sum: "')


def test_closed_files_have_no_version(workspace: Path):
    with running(workspace, VERSIONED) as client:
        uri = client.open("pay_v1.vsp", PAY)
        changes = rename(client, uri, PAY, "amount", "sum")["documentChanges"]
    versions = {it["textDocument"]["uri"]: it["textDocument"]["version"] for it in changes}
    assert versions == {uri: 1, to_uri(workspace / "shop.vsp"): None}


@pytest.mark.parametrize(
    ("needle", "new", "says"),
    [
        ("pay_v1", "shop_v1", "`shop_v1` is already a node (shop.vsp:1)"),
        ("pay_v1", "Pay", "`Pay` is no node id (write a name in snake_case"),
        ("amount", "note", "`note` is already an input (line 4)"),
        ("amount", "a b", "`a b` is no name"),
    ],
)
def test_a_name_that_is_taken_or_malformed_is_refused(
    workspace: Path, needle: str, new: str, says: str
):
    with running(workspace) as client:
        uri = client.open("pay_v1.vsp", PAY)
        with pytest.raises(Failed) as failed:
            rename(client, uri, PAY, needle, new)
    assert says in failed.value.message


def test_a_file_named_after_its_node_may_follow_it_if_the_person_agrees(workspace: Path):
    can = {"resourceOperations": ["rename"], "changeAnnotationSupport": {}, "documentChanges": True}
    with running(workspace, {"workspace": {"workspaceEdit": can}}) as client:
        uri = client.open("pay_v1.vsp", PAY)
        answer = rename(client, uri, PAY, "pay_v1", "charge_v1")
    move = answer["documentChanges"][-1]
    assert (move["kind"], move["oldUri"]) == ("rename", uri)
    assert move["newUri"] == to_uri(workspace / "charge_v1.vsp")
    assert answer["changeAnnotations"][move["annotationId"]]["needsConfirmation"] is True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_edits_count_in_the_units_of_the_client(workspace: Path, encoding: Encoding):
    text = SHOP.replace('parameters: {amount: "', 'parameters: {"é👋": 1, amount: "')
    (workspace / "shop.vsp").write_text(text, encoding="utf-8")
    with running(workspace, {"general": {"positionEncodings": [encoding]}}) as client:
        uri = client.open("pay_v1.vsp", PAY)
        place = place_of(PAY, "amount", 2, encoding)
        params = {"textDocument": {"uri": uri}, "position": place, "newName": "sum"}
        changes = client.request("textDocument/rename", params)["changes"]
    edits = changes[to_uri(workspace / "shop.vsp")]
    assert edited(text, edits, encoding) == text.replace(', amount: "', ', sum: "')
