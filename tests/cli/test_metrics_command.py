"""`vesper metrics`: numbers of other processes' runs, as Prometheus reads them."""

from pathlib import Path

import pytest

from tests.cli.commands import Run, runner
from tests.execution.test_telemetry import NODE, value


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("sum.vsp").write_text(NODE, encoding="utf-8")
    Path("vesper.toml").touch()
    return runner(capsys)


def test_before_the_first_run_there_is_nothing_to_tell(run: Run):
    assert run("metrics") == (0, "", "")
    assert not Path(".vesper").exists()


def test_runs_and_what_their_steps_report_are_told(run: Run):
    assert run("run", "sum.vsp", "--input", "numbers=[1, 2, 5]")[0] == 0
    code, out, err = run("metrics")
    assert (code, err) == (0, "")
    assert value(out, "parts_found", node="sum_v1", kind="half") == 3
    runs = [line for line in out.splitlines() if line.startswith("vesper_executions_total{")]
    assert len(runs) == 1
    assert runs[0].endswith(" 1.0")
    assert "# HELP vesper_executions_total Runs that have ended" in out
