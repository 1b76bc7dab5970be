"""Running tests and nodes from an editor: answers, progress, and what fails shown at its line."""

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import Client, Failed, edit, running
from tests.requirements import requirement

TEXT = """\
node_id: sum_v1
type: function
intent: Add amounts
inputs:
  amounts: array<decimal>
outputs: {total: decimal}
flow:
  - step: add
    operation: compute
    expression: "SUM(amounts)"
    output: total
testing:
  test_cases:
    - name: cents
      inputs: {amounts: [1.10, 2.20]}
      expected_output: {total: 3.30}
    - name: wrong
      inputs: {amounts: [1.10, 2.20]}
      expected_output:
        success: true
        total: 4
"""


def ordered(client: Client, command: str, *arguments: Any) -> Any:
    """What a command answers that works in the background."""
    number = f"command-{len(client.heard)}"
    params = {"command": command, "arguments": list(arguments)}
    client.post(
        {"jsonrpc": "2.0", "id": number, "method": "workspace/executeCommand", "params": params}
    )
    answer = client.finish(number)
    if "error" in answer:
        raise Failed(answer["error"])
    return answer["result"]


def failures(client: Client, uri: str) -> list[tuple[int, str]]:
    """The tests that fail, as the editor shows them: line and message."""
    found = client.diagnostics(uri)["diagnostics"]
    return [(it["range"]["start"]["line"], it["message"]) for it in found if it["code"] == "VSP900"]


def test_a_case_is_run_on_the_text_as_it_stands_and_its_failure_is_shown_at_its_line(
    tmp_path: Path,
):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT)
        assert ordered(client, "vesper.runTest", uri, "sum_v1", "cents")["passed"] == 1
        assert failures(client, uri) == []
        found = ordered(client, "vesper.runTest", uri, "sum_v1", "wrong")
        client.settle()
        assert failures(client, uri) == [
            (20, "wrong: `total` is not what is expected: expected 4, got 3.30")
        ]
        (row,) = found["tests"]
        assert (found["failed"], row["name"], row["passed"], row["troubles"][0]["line"]) == (
            1, "wrong", False, 21,
        )  # fmt: skip
        assert client.told("vesper/testResults")[-1] == found
        client.change(uri, edit((20, 15), (20, 16), "3.3"))
        assert failures(client, uri) == []
        assert ordered(client, "vesper.runTest", uri)["passed"] == 2


def test_a_failure_is_taken_back_when_the_test_passes_though_nothing_was_typed(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT)
        ordered(client, "vesper.runTest", uri)
        client.settle()
        assert len(failures(client, uri)) == 1
        ordered(client, "vesper.runTest", uri, "sum_v1", "cents")
        client.settle()
        assert failures(client, uri) == []


@requirement("F41")
def test_a_node_that_promises_idempotency_and_breaks_it_is_shown_so(tmp_path: Path):
    text = (
        "node_id: note_v1\ntype: function\nintent: Keep a note\ninputs: {text: string}\n"
        "outputs: {kept: boolean}\ncontracts:\n  invariants:\n    - idempotency: same note => one entry\n"
        "flow:\n  - step: keep\n    operation: memory_store\n    content: '{text}'\n"
        "  - step: done\n    operation: return\n    return_success: {kept: true}\n"
        "security:\n  capabilities_required: [memory.write.workspace]\n"
    )
    with running(tmp_path) as client:
        uri = client.open("note.vsp", text)
        ordered(client, "vesper.runTest", uri)
        client.settle()
        ((line, message),) = failures(client, uri)
    assert line == 7
    assert message.startswith("idempotency: the repeated request writes again: `keep`, with {")


def test_a_document_with_errors_says_why_nothing_ran(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT.replace("SUM(amounts)", "SUM(amuonts)"))
        found = ordered(client, "vesper.runTest", uri)
    assert (found["passed"], found["tests"]) == (0, [])
    assert "amuonts" in found["problem"]


def test_progress_is_shown_to_a_client_that_shows_it(tmp_path: Path):
    with running(tmp_path, {"window": {"workDoneProgress": True}}) as client:
        uri = client.open("sum.vsp", TEXT)
        ordered(client, "vesper.runTest", uri, "sum_v1", "cents")
        created = [it["token"] for it in client.told("window/workDoneProgress/create")]
    assert any(it.startswith("vesper-command-") for it in created)


def test_the_server_answers_others_while_a_test_runs(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT)
        params = {"command": "vesper.runTest", "arguments": [uri]}
        message = {"jsonrpc": "2.0", "id": "run", "method": "workspace/executeCommand"}
        client.post({**message, "params": params})
        hover = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 2}}
        assert client.request("textDocument/hover", hover) is not None
        assert client.finish("run")["result"]["passed"] == 1


def test_a_node_is_run_for_real_and_answers_with_the_envelope(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT)
        found = ordered(client, "vesper.runNode", uri, "sum_v1", {"amounts": [1, 2]})
        wrong = ordered(client, "vesper.runNode", uri)
        told = client.told("vesper/runResult")
    assert (found["status"], found["output"]) == ("success", {"total": 3})
    assert wrong["error"]["code"] == "input_invalid"
    assert told == [{"uri": uri, "envelope": it} for it in (found, wrong)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["file:///nowhere.vsp"], "not open"), ([1], "arguments"), ([], "arguments")],
)
@pytest.mark.parametrize("command", ["vesper.runTest", "vesper.runNode"])
def test_wrong_arguments_are_refused(tmp_path: Path, command: str, arguments: list[Any], told: str):
    with running(tmp_path) as client, pytest.raises(Failed):
        ordered(client, command, *arguments)


ASKING = """\
node_id: asking_v1
type: workflow
intent: Ask before going on
inputs: {what: string}
outputs: {said: string}
flow:
  - step: ask
    operation: approval
    question: "Do {what}?"
    output: answer
  - step: done
    operation: return
    return_success: {said: "{answer.comment}"}
security:
  capabilities_required: [human.ask]
"""


def test_what_a_run_asks_is_answered_in_the_editor_and_the_run_goes_on(tmp_path: Path):
    (tmp_path / "ask.vsp").write_text(ASKING, encoding="utf-8")
    with running(tmp_path) as client:
        uri = client.open("ask.vsp", ASKING)
        found = ordered(client, "vesper.runNode", uri, "asking_v1", {"what": "it"})
        assert found["error"]["code"] == "waiting"
        (question,) = ordered(client, "vesper.listApprovals")
        assert (question["question"], question["node"]) == ("Do it?", "asking_v1")
        answered = ordered(client, "vesper.answerApproval", question["id"], True, "go on")
        assert answered["result"]["output"] == {"said": "go on"}
        assert answered["result"]["trace_id"] == found["trace_id"]
        assert ordered(client, "vesper.listApprovals") == []
        with pytest.raises(Failed):
            ordered(client, "vesper.answerApproval", question["id"], False)


def test_a_case_to_debug_is_told_as_a_debugger_is_started(tmp_path: Path):
    with running(tmp_path) as client:
        uri = client.open("sum.vsp", TEXT)
        found = ordered(client, "vesper.debugTest", uri, "sum_v1", "cents")
    assert found == {
        "type": "vesper", "request": "launch", "name": "sum_v1: cents",
        "program": str(tmp_path / "sum.vsp"), "node": "sum_v1", "case": "cents",
    }  # fmt: skip
