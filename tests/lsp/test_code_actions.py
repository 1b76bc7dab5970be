"""Code actions over the protocol: their edits, the version these are for, their kinds."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, edit, running
from tests.lsp.places import cut

MARKED = "node_id: pay_v1\ninputs:\n  am^ount: decimal\n"
WITH_KEYS = "Write `amount` with keys, for more than its type"
LAZY = {
    "textDocument": {
        "codeAction": {
            "resolveSupport": {"properties": ["edit"]},
            "disabledSupport": True,
            "dataSupport": True,
        }
    }
}


def asked(client: Client, marked: str, *only: str) -> tuple[str, list[dict[str, Any]]]:
    text, position = cut(marked)
    uri = client.open("a.vsp", text)
    context: dict[str, Any] = {"diagnostics": []} | ({"only": list(only)} if only else {})
    params = {"textDocument": {"uri": uri}, "range": {"start": position, "end": position}}
    return uri, client.request("textDocument/codeAction", params | {"context": context})


def named(actions: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return next(it for it in actions if it["title"] == title)


def take(client: Client, uri: str, action: dict[str, Any]) -> None:
    """Apply an action's edits as an editor does: the last first."""
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == uri
    edits = sorted(
        change["edits"], key=lambda it: tuple(it["range"]["start"].values()), reverse=True
    )
    changes = [{"range": it["range"], "text": it["newText"]} for it in edits]
    client.change(uri, *changes)


def test_edits_are_worked_out_when_the_action_is_chosen(tmp_path: Path):
    with running(tmp_path, LAZY) as client:
        uri, actions = asked(client, MARKED)
        action = named(actions, WITH_KEYS)
        assert "edit" not in action
        resolved = client.request("codeAction/resolve", action)
        (change,) = resolved["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 1
        take(client, uri, resolved)
        assert client.text(uri) == "node_id: pay_v1\ninputs:\n  amount:\n    type: decimal\n"


def test_a_client_that_cannot_ask_later_gets_the_edits_at_once(tmp_path: Path):
    with running(tmp_path) as client:
        uri, actions = asked(client, MARKED)
        take(client, uri, named(actions, WITH_KEYS))
        assert client.text(uri) == "node_id: pay_v1\ninputs:\n  amount:\n    type: decimal\n"


def test_an_action_that_is_no_longer_possible_says_so(tmp_path: Path):
    with running(tmp_path, LAZY) as client:
        uri, actions = asked(client, MARKED)
        client.change(uri, edit((2, 0), (2, 20), "  other: integer"))
        with pytest.raises(Failed, match="no longer possible"):
            client.request("codeAction/resolve", named(actions, WITH_KEYS))


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["refactor.rewrite"], {"refactor.rewrite"}),
        (["source"], {"source", "source.organizeKeys", "source.fixAll"}),
        (["source.organizeKeys"], {"source.organizeKeys"}),
        (["source.fixAll"], {"source.fixAll"}),
    ],
)
def test_only_the_kinds_that_were_asked_for_are_offered(
    tmp_path: Path, only: list[str], kinds: set[str]
):
    text = "inputs:\n  amount: dec^mal\ntype: payment_handler\nnode_id: pay_v1\n"
    with running(tmp_path) as client:
        _, actions = asked(client, text, *only)
    assert {it["kind"] for it in actions} == kinds


def test_what_cannot_be_done_is_shown_to_those_who_look_for_it(tmp_path: Path):
    with running(tmp_path, LAZY) as client:
        _, everything = asked(client, MARKED)
        _, refactorings = asked(client, MARKED, "refactor")
    title = "Make a type of these fields"
    assert title not in [it["title"] for it in everything]
    assert "no record" in named(refactorings, title)["disabled"]["reason"]


def test_a_quick_fix_names_the_problem_it_solves(tmp_path: Path):
    with running(tmp_path) as client:
        _, actions = asked(client, "node_id: pay_v1\ntype: functi^n\n", "quickfix")
    fix = named(actions, "Change it to `function`")
    assert fix["isPreferred"] is True
    assert [it["code"] for it in fix["diagnostics"]] == ["VSP116"]
    assert [it["code"] for it in named(actions, "Silence VSP116 on this line")["diagnostics"]] == [
        "VSP116"
    ]
