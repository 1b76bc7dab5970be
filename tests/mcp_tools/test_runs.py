"""Running nodes, their tests and their traces as an agent does."""

from pathlib import Path

import pytest

from tests.mcp_tools.session import call, connected, refusal

SUM = """\
node_id: sum_v1
type: function
intent: Add amounts
inputs:
  amounts: array<decimal>
outputs:
  success: {total: decimal}
  error:
    error_code: enum[nothing]
    message: string
contracts:
  postconditions: ["total > -1000"]
flow:
  - step: something
    operation: validation
    guards: ["len(amounts) > 0"]
    on_failure: {return_error: {error_code: nothing, message: There is nothing to add}}
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
      expected_output: {total: 4}
"""
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
    return_success: {said: "{answer.by}"}
security:
  capabilities_required: [human.ask]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "vesper.toml").touch()
    (tmp_path / "sum.vsp").write_text(SUM, encoding="utf-8")
    (tmp_path / "asking.vsp").write_text(ASKING, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("era", ["auto", "legacy"])
@pytest.mark.parametrize("node", ["sum_v1", "sum_v1.*", "sum.vsp", "sum.vsp#sum_v1"])
async def test_a_node_is_run_and_answers_with_the_envelope(workspace: Path, node: str, era: str):
    async with connected(workspace, era=era) as client:
        found = await call(client, "node_run", node=node, inputs={"amounts": [1.1, 2.2]})
    assert (found["status"], found["output"], found["contracts"]) == (
        "success", {"total": 3.3}, {"checked": 1},
    )  # fmt: skip
    assert len(found["trace_id"]) == 32


async def test_errors_are_answers_and_no_failures_of_the_tool(workspace: Path):
    async with connected(workspace) as client:
        declared = await call(client, "node_run", node="sum_v1", inputs={"amounts": []})
        wrong = await call(client, "node_run", node="sum_v1", inputs={"amount": [1]})
    assert (declared["status"], declared["error"]["code"]) == ("error", "nothing")
    assert wrong["error"]["code"] == "input_invalid"
    assert {it["path"] for it in wrong["error"]["details"]["problems"]} == {"amounts", "amount"}


async def test_a_number_that_no_double_holds_is_a_text(workspace: Path):
    async with connected(workspace) as client:
        found = await call(
            client, "node_run", node="sum_v1", inputs={"amounts": ["0.1", "12345678901234567890.5"]}
        )
    assert found["output"] == {"total": "12345678901234567890.6"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"node": "summ_v1"}, "did you mean `sum_v1`?"),
        ({}, "give node, or the trace of a run that waits"),
        ({"node": "../sum.vsp"}, "outside the workspace"),
        ({"node": "gone.vsp"}, "there is no file"),
        ({"node": "sum_v1", "input": {}}, "there is no argument"),
        ({"trace": "abcdef"}, "no run"),
    ],
)
async def test_what_cannot_be_run_is_told_in_a_line(
    workspace: Path, arguments: dict[str, object], told: str
):
    async with connected(workspace) as client:
        assert told in await refusal(client, "node_run", **arguments)


async def test_the_same_key_is_one_run_and_a_trace_shows_what_it_did(workspace: Path):
    given = {"node": "sum_v1", "inputs": {"amounts": [2]}, "key": "k"}
    async with connected(workspace) as client:
        first, again = [await call(client, "node_run", **given) for _ in range(2)]
        listed = await call(client, "node_trace", node="sum_v1")
        shown = await call(client, "node_trace", trace=first["trace_id"][:12])
    assert first["trace_id"] == again["trace_id"]
    assert [it["trace"] for it in listed["runs"]] == [first["trace_id"]]
    assert [it["step"] for it in shown["steps"]] == ["something", "add"]
    assert shown["steps"][1] == {"step": "add", "line": 18, "values": {"total": 2}}
    assert shown["result"]["output"] == {"total": 2}


async def test_a_run_that_waits_says_so_at_once_and_is_taken_up_by_its_trace(workspace: Path):
    async with connected(workspace) as client:
        found = await call(client, "node_run", node="asking_v1", inputs={"what": "it"}, patience=0)
        again = await call(client, "node_run", trace=found["trace_id"], patience=0)
        listed = await call(client, "node_trace")
    assert found["status"] == again["status"] == "waiting"
    assert found["trace_id"] == again["trace_id"]
    assert listed["runs"][0]["status"] == "waiting"
    assert "Do it?" in listed["runs"][0]["waits"]


@pytest.mark.parametrize(("answer", "status"), [("yes", "success"), ("no", "error")])
async def test_a_person_s_answer_is_passed_on_and_the_run_goes_on(
    workspace: Path, answer: str, status: str
):
    async with connected(workspace) as client:
        found = await call(client, "node_run", node="asking_v1", inputs={"what": "it"}, patience=0)
        number = found["error"]["details"]["waits_for"]["approval"]
        given = {"id": number, "answer": answer, "comment": "said Ada"}
        assert "must be yes or no" in await refusal(
            client, "approval_answer", id=number, answer="maybe"
        )
        told = await call(client, "approval_answer", **given)
        assert told == {"id": number, "answer": answer, "trace": found["trace_id"]}
        await refusal(client, "approval_answer", **given)
        ended = await call(client, "node_run", trace=found["trace_id"], patience=0)
    assert ended["status"] == status
    if answer == "no":
        assert ended["error"]["code"] == "not_approved"


async def test_tests_tell_what_fails_and_where(workspace: Path):
    async with connected(workspace) as client:
        found = await call(client, "node_test", path="sum.vsp")
        one = await call(client, "node_test", case="cents", engine="interp")
        assert "no test matches" in await refusal(client, "node_test", case="nothing_like_it")
    (failure,) = found["failures"]
    assert (found["passed"], found["failed"], one) == (1, 1, {"passed": 1, "failed": 0})
    (trouble,) = failure["troubles"]
    assert (failure["path"], failure["name"], trouble["line"]) == ("sum.vsp", "wrong", 29)
    assert trouble["differences"] == [{"path": "total", "expected": 4, "got": 3.3}]


async def test_a_long_answer_is_cut_and_says_where_all_of_it_is(workspace: Path):
    text = SUM.replace("total: decimal}", "total: decimal, all: array<decimal>}").replace(
        "testing:",
        "  - step: done\n    operation: return\n"
        '    return_success: {total: "{total}", all: "{amounts}"}\ntesting:',
    )
    (workspace / "sum.vsp").write_text(text, encoding="utf-8")
    async with connected(workspace) as client:
        found = await call(
            client, "node_run", node="sum_v1", inputs={"amounts": list(range(5_000))}
        )
    assert found["cut"] == f"node_trace {found['trace_id']} shows the rest"
    assert found["output"]["all"][-1].endswith("more")
