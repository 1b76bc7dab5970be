"""`vesper trace`, `vesper replay` and `vesper resume`, as people and scripts use them."""

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Run, runner
from tests.execution.documents import PAYMENT, payment_world
from tests.execution.workspace import Killed
from vesper.execution.runs import RunOptions, Runs, Setting
from vesper.project import Project
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World
from vesper.runtime.interp import Interpreter
from vesper.tasks.board import Board

CARD = "4111222233334444"
INPUTS: dict[str, Any] = {"order_id": "ord_1", "amount": Decimal("100.00"), "card": CARD}
ASKING = """\
node_id: ask_v1
type: function
intent: Ask a person whether to go on
inputs:
  what: string
outputs:
  answer: string
flow:
  - step: ask
    operation: approval
    question: "Go on with {what}?"
  - step: done
    operation: return
    return_success: {answer: "yes to {what}"}
security:
  capabilities_required: [human.ask]
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vesper.toml").write_text(
        '[databases.main]\nschema = "schema.sql"\n[providers.cards]\nurl = "https://cards.invalid"\n',
        encoding="utf-8",
    )
    (tmp_path / "schema.sql").write_text(
        "CREATE TABLE payments (order_id TEXT, payment_id TEXT, amount TEXT);", encoding="utf-8"
    )
    (tmp_path / "pay.vsp").write_text(PAYMENT, encoding="utf-8")
    (tmp_path / "ask.vsp").write_text(ASKING, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begun(root: Path, node: str, inputs: dict[str, Any], **world: Any) -> Envelope | None:
    """A run of the workspace whose providers are played; None where its process ended."""
    project = Project.open(root)
    with closing(Board(root)) as board:
        registry = Registry([payment_world(**world)])
        engines = {"interp": Interpreter()}
        setting = Setting(
            root / ".vesper", project.nodes.program, engines, World(registry), board=lambda: board
        )
        with closing(Runs(setting)) as runs:
            try:
                return runs.run(node, inputs, RunOptions(actor="ada"))
            except Killed:
                return None


def paid(root: Path) -> str:
    envelope = begun(root, "payment_v1", INPUTS)
    assert envelope is not None
    assert envelope.status == "success"
    return envelope.trace_id


def test_a_workspace_without_runs_says_how_to_make_one(root: Path, run: Run) -> None:
    ran = run("trace", "--list")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "no runs yet")
    assert not (root / ".vesper").exists()


def test_runs_are_listed_the_newest_first(root: Path, run: Run) -> None:
    first, second = paid(root), paid(root)
    lines = run("trace", "--list").out.splitlines()
    assert [it.split()[:3] for it in lines[1:]] == [
        [second[:12], "success", "payment_v1"],
        [first[:12], "success", "payment_v1"],
    ]
    found = json.loads(run("trace", "--list", "--limit", "1", "--json").out)
    assert [(it["id"], it["actor"], it["engine"]) for it in found] == [(second, "ada", "interp")]
    assert "no run matches" in run("trace", "--list", "--status", "waiting").out


def test_a_trace_shows_steps_values_and_effects(root: Path, run: Run) -> None:
    trace = paid(root)
    ran = run("trace", trace[:8])
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"run {trace}"
    assert "work_out_fee" in ran.out
    assert "fee = 3.20" in ran.out
    assert "      external_api_call (" in ran.out
    assert 'provider = "cards"' in ran.out
    assert ran.out.splitlines()[-1] == 'success  payment_id = "pay_1", fee = 3.20'
    assert CARD not in ran.out


def test_a_trace_for_scripts_hides_the_same(root: Path, run: Run) -> None:
    ran = run("trace", paid(root), "--json")
    told = json.loads(ran.out)
    assert [it["step"] for it in told["steps"]] == [
        "work_out_fee", "find_earlier", "answer_again", "charge", "record", "done",
    ]  # fmt: skip
    assert (told["equal"], told["run"]["status"]) == (True, "success")
    assert CARD not in ran.out


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_a_replay_ends_as_the_run_did(root: Path, run: Run, engine: str) -> None:
    ran = run("replay", paid(root), "--engine", engine)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "the run ended the same")


def test_a_replay_that_ends_otherwise_says_so(root: Path, run: Run) -> None:
    trace = paid(root)
    (root / "pay.vsp").write_text(PAYMENT.replace("0.029", "0.039"), encoding="utf-8")
    ran = run("replay", trace)
    assert ran.code == 1
    assert (
        ran.out.splitlines()[-1] == "the run ended otherwise then; the document has changed since"
    )
    assert "diverged" in ran.out


def test_a_change_is_tried(root: Path, run: Run) -> None:
    trace = paid(root)
    ran = run("replay", trace, "--modify", "charge.error=card_declined")
    assert (ran.code, ran.out.splitlines()[-2:]) == (
        0, ["declined  The bank refuses", "nothing was performed"])  # fmt: skip
    ran = run("replay", trace, "--modify", "input.amount=5")
    assert "it would go on to perform `external_api_call` at charge" in ran.out
    assert CARD not in ran.out
    told = json.loads(run("replay", trace, "--modify", "input.amount=5", "--json").out)
    assert told["would_perform"]["site"] == "charge"


def test_a_live_change_is_a_new_run(root: Path, run: Run) -> None:
    trace = paid(root)
    ran = run("replay", trace, "--modify", "charge.payment_id=pay_9", "--live")
    assert (ran.code, ran.out.splitlines()[0]) == (0, 'success  payment_id = "pay_9", fee = 3.20')
    found = json.loads(run("trace", "--list", "--json").out)
    assert [it["forked_from"] for it in found] == [trace, ""]
    assert f"begun from run {trace[:12]}" in run("trace", found[0]["id"]).out


REFUSED = {
    "nothing to change": (("replay", "--live"), 2, "--live without a change"),
    "a change that is none": (("replay", "--modify", "fee"), 2, "`fee` changes nothing"),
    "an unknown step": (("replay", "--modify", "fee.x=1"), 2, "has no step `fee`"),
    "an unknown engine": (("replay", "--engine", "abacus"), 2, "there is no engine `abacus`"),
    "nothing was asked": (("resume", "--answer", "redo"), 0, ""),
    "a value without a write": (("resume", "--value", "1"), 2, "--value says what a write gave"),
}


@pytest.mark.parametrize(("command", "code", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_told(
    root: Path, run: Run, command: tuple[str, ...], code: int, message: str
) -> None:
    name, *options = command
    ran = run(name, paid(root), *options)
    assert (ran.code, message in ran.err) == (code, True)


@pytest.mark.parametrize("command", ["trace", "replay", "resume"])
def test_a_run_that_is_not_there_is_told(root: Path, run: Run, command: str) -> None:
    ran = run(command, "abcdef")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "vesper: there is no run abcdef")
    assert "vesper trace --list" in ran.err


def test_a_run_that_waits_is_kept_and_resumed(root: Path, run: Run) -> None:
    project = Project.open(root)
    envelope = project.runs.run("ask_v1", {"what": "it"})
    project.close()
    assert envelope.error is not None
    assert envelope.error.code == "waiting"
    assert "waiting  ask_v1" in run("trace", "--list").out
    ran = run("resume", envelope.trace_id)
    assert (ran.code, ran.out.split()[0]) == (1, "waiting")


def test_a_run_that_nobody_wants_any_more_is_given_up(root: Path, run: Run) -> None:
    project = Project.open(root)
    trace = project.runs.run("ask_v1", {"what": "it"}).trace_id
    project.close()
    (root / "ask.vsp").unlink()
    ran = run("resume", trace, "--stop")
    assert (ran.code, ran.out) == (0, f"run {trace[:12]} of ask_v1 is cancelled\n")
    assert "cancelled  ask_v1" in run("trace", "--list").out


def test_a_person_says_what_nobody_knows(root: Path, run: Run) -> None:
    def end(*_: object) -> object:
        raise Killed

    assert begun(root, "payment_v1", INPUTS, external_api_call=end) is None
    (interrupted,) = json.loads(run("trace", "--list", "--json").out)
    assert interrupted["status"] == "interrupted"
    trace = interrupted["id"]
    ran = run("resume", trace)
    assert (ran.code, ran.out.split()[0]) == (1, "effect_ambiguous")
    assert "task 1 asks about it" in ran.out
    ran = run("resume", trace, "--answer", "done", "--value", "7")
    assert ran.code == 2
    assert ran.err.startswith("vesper: charge was answered with something else than record")
    answer = json.dumps({"status": 200, "headers": {}, "body": {"id": "pay_7"}})
    ran = run("resume", trace, "--answer", "done", "--value", answer, "--as", "ada")
    assert (ran.code, ran.out.splitlines()[0]) == (0, 'success  payment_id = "pay_7", fee = 3.20')
    assert "completed" in run("task", "show", "1").out
    assert "the run had ended already" in run("resume", trace).out


SECRETIVE = """\
node_id: greet_v1
type: function
intent: Say a pin in every place where people read
inputs:
  pin: string
outputs:
  success: {answer: string}
  error: {error_code: string, message: string}
contracts:
  postconditions: ["answer == '' OR to_integer(pin) > 0"]
flow:
  - step: tell
    operation: log
    message: "the pin is {pin}"
    data: {other: "{pin}", pin: "{pin}"}
  - step: ask
    operation: task_create
    title: "Look at {pin}"
    description: "{pin} is odd"
  - step: done
    operation: return
    return_success: {answer: "{pin}"}
security:
  capabilities_required: [log.write, task.create]
  sensitive_data: [pin]
"""


def test_what_is_sensitive_reaches_no_log_task_or_trace(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vesper.toml").touch()
    Path("greet.vsp").write_text(SECRETIVE, encoding="utf-8")
    run = runner(capsys)
    ended = run("run", "greet.vsp", "--input", "pin=Kestrel-81", "--json")
    envelope = json.loads(ended.out)
    assert envelope["error"]["details"]["values"]["answer"] == "Kestrel-81"
    entry = json.loads(ended.err)
    assert entry["message"] == "the pin is [hidden]"
    assert entry["data"] == {"other": "[hidden]", "pin": "[hidden]"}
    trace, text, tasks = (
        run("trace", envelope["trace_id"], "--json").out,
        run("trace", envelope["trace_id"]).out,
        run("task", "list", "--json").out,
    )
    assert "Look at [hidden]" in tasks
    assert json.loads(trace)["result"]["error"]["details"]["values"]["answer"] == "[hidden]"
    assert "Kestrel-81" not in trace + text + tasks
