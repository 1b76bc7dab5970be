import io
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner

EXAMPLES = Path(__file__).parents[2] / "examples"
PAY = ("debug", "payment_handler.vsp", "--case", "charges_a_card")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "vesper.toml").touch()
    shutil.copy(EXAMPLES / "payment_handler.vsp", tmp_path)
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def commands(*given: str) -> list[str]:
    return [word for it in given for word in ("--command", it)]


def stops(out: str) -> list[str]:
    found = [line.split()[1] for line in out.splitlines() if line.startswith("> ")]
    return [it for it in found if not it.isdecimal()]


def test_a_test_case_is_debugged_with_its_inputs_and_mocks(run: Run):
    ran = run(*PAY, "--break", "charge", *commands("vars", "p amount * 2", "continue"))
    assert ran.code == 0
    assert stops(ran.out) == ["charge"]
    assert "  breakpoint charge" in ran.out
    assert "\n200.00\n" in ran.out
    assert '"payment_id": "pay_1"' in ran.out
    assert 'charge: external_api_call -> {"status":200' in ran.out


def test_what_is_sensitive_is_shown_to_who_asks_for_it_by_name(run: Run):
    ran = run(*PAY, *commands("vars", "quit"))
    assert "tok_1" not in ran.out
    assert '"[hidden]"' in ran.out
    assert '"tok_1"' in run(*PAY, *commands("p card_token", "quit")).out


def test_inputs_count_more_than_those_of_the_case(run: Run):
    ran = run(
        *PAY, "--input", "amount=60000", "--break", "contract_violation", *commands("c", "c", "c")
    )
    assert ran.code == 1
    assert "is violated" in ran.out
    assert '"amount_invalid"' in ran.out
    ran = run(*PAY, "--input", "amount=many", *commands("c"))
    assert '"input_invalid"' in ran.out


@pytest.mark.parametrize(
    ("place", "stop"),
    [
        ("input.amount > 50", "check_amount"),
        ("fee > 3", "find_earlier"),
        ("give_back", None),
        ("charge", "charge"),
    ],
)
def test_a_run_stops_where_it_is_told_to(run: Run, place: str, stop: str | None):
    ran = run(*PAY, "--break", place, *commands("c"))
    assert stops(ran.out)[:1] == ([stop] if stop else [])


def test_commands_come_from_stdin_too(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("next\nnext\nwhere\nquit\n"))
    ran = run(*PAY)
    assert ran.code == 1
    assert len(stops(ran.out)) == 3
    assert "(vesper) where" in ran.out
    assert '"cancelled"' in ran.out


def test_without_mocks_a_read_fails_and_nothing_is_performed(run: Run, tmp_path: Path):
    inputs = ["request_key=k", "order_id=ord_4f9a21c7", "amount=1.00", "card_token=t"]
    words = [word for it in inputs for word in ("--input", it)]
    ran = run("debug", "payment_handler_v1", *words, *commands("c"))
    assert ran.code == 1
    assert '"not_mocked"' in ran.out
    assert not (tmp_path / ".vesper" / "vesper.db").exists()


def test_two_engines_go_side_by_side_and_agree(run: Run):
    ran = run(*PAY, "--comparative", *commands("n", "n", "c"))
    assert ran.code == 0
    assert "interp" in ran.out
    assert "python" in ran.out
    assert "!" not in [line[:1] for line in ran.out.splitlines()]


def test_a_run_of_the_past_is_debugged_from_its_journal(run: Run, tmp_path: Path):
    (tmp_path / "clock.vsp").write_text(CLOCK, encoding="utf-8")
    assert run("run", "clock.vsp").code == 0
    from vesper.project import Project

    project = Project.open(tmp_path)
    (execution,) = project.runs.find()
    project.close()
    ran = run("debug", "clock_v1", "--trace", execution.id[:12], *commands("n", "p at", "c"))
    assert ran.code == 0
    first = [line for line in ran.out.splitlines() if line.startswith('"20')]
    assert first
    assert run(
        "debug", "clock_v1", "--trace", execution.id[:12], *commands("n", "p at", "c")
    ).out.count(first[0]) == ran.out.count(first[0])
    (tmp_path / "clock.vsp").write_text(
        CLOCK.replace("step: stamp", "step: other"), encoding="utf-8"
    )
    ran = run("debug", "clock_v1", "--trace", execution.id[:12], *commands("c"))
    assert (ran.code, "has changed since" in ran.err) == (1, True)


def test_live_runs_perform_and_are_on_record(run: Run, tmp_path: Path):
    (tmp_path / "clock.vsp").write_text(CLOCK, encoding="utf-8")
    ran = run("debug", "clock_v1", "--live", "--comparative", *commands("c"))
    assert ran.code == 0
    assert (tmp_path / ".vesper" / "vesper.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("debug", "nobody_v1"), "there is no node `nobody_v1`"),
        ((*PAY[:3], "never"), "there is no test case `never`"),
        ((*PAY[:3], "refuses"), "`refuses` fits several cases"),
        ((*PAY, "--break", "chrage"), "there is no step `chrage`"),
        ((*PAY, "--break", "divergence"), "one engine alone cannot diverge"),
        ((*PAY, "--input", "amount"), "--input takes name=value"),
        ((*PAY, "--live"), "not allowed with argument"),
        (("debug", "payment_handler.vsp", "--trace", "ffff"), "there is no run"),
    ],
)
def test_what_cannot_be_debugged_is_refused_in_words(
    run: Run, arguments: tuple[str, ...], message: str
):
    ran = run(*arguments, "--command", "c")
    assert ran.code in (1, 2)
    assert message in ran.err


CLOCK = """\
node_id: clock_v1
type: function
intent: Say when it is
inputs:
  word: {type: string, default: now}
outputs:
  at: timestamp
flow:
  - step: stamp
    operation: compute
    expression: "current_timestamp()"
    output: at
  - step: done
    operation: return
    return_success: {at: "{at}"}
security:
  capabilities_required: [clock.read]
"""
