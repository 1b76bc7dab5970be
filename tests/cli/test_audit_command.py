"""`vesper audit`: records for people and tools, and what verification says."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner
from tests.requirements import requirement
from vesper.execution.audit import Record
from vesper.project import Project


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


@pytest.fixture
def filled(tmp_path: Path) -> None:
    project = Project(tmp_path)
    done = Record("pay_v1", "ada", "run", "f" * 32, ["amount"], {"status": "success"}, site="")
    project.audit.append(done)
    said = {"status": "refused", "code": "capability_denied", "capability": "shell.run.\x1b[31mgit"}
    project.audit.append(Record("pay_v1", "eve", "refused", "e" * 32, [], said, site="push"))
    project.close()


def test_before_the_first_record_there_is_nothing_to_show_or_doubt(run: Run, tmp_path: Path):
    assert run("audit", "list") == (0, "", "nothing was audited that fits\n")
    assert run("audit", "verify") == (0, "0 records, each as it was written, none missing\n", "")
    assert not (tmp_path / ".vesper").exists()


@pytest.mark.usefixtures("filled")
def test_records_are_a_line_each_the_newest_first(run: Run):
    code, out, err = run("audit", "list")
    assert (code, err) == (0, "")
    refused, done = out.splitlines()
    assert refused.split()[0] == "2"
    assert (
        "eve  pay_v1  refused  refused  capability_denied  shell.run.\\u001b[31mgit  push"
        in refused
    )
    assert "ada  pay_v1  run  success  ffffffffffff" in done


@pytest.mark.usefixtures("filled")
def test_records_can_be_chosen_and_read_by_tools(run: Run):
    code, out, _ = run("audit", "list", "--json", "--action", "run")
    assert code == 0
    (found,) = json.loads(out)
    assert (found["number"], found["user_id"], found["inputs"]) == (1, "ada", ["amount"])
    assert run("audit", "list", "--node", "other_v1")[1] == ""
    assert run("audit", "list", "--limit", "0")[0] == 2


@requirement("V80", "A59", "O48")
@pytest.mark.usefixtures("filled")
def test_tampering_is_told_with_its_place(run: Run, tmp_path: Path):
    assert run("audit", "verify")[0] == 0
    connection = sqlite3.connect(tmp_path / ".vesper" / "vesper.db")
    connection.executescript(
        "DROP TRIGGER audit_is_not_changed; UPDATE audit SET body = body || ' ' WHERE id = 1"
    )
    connection.close()
    code, out, err = run("audit", "verify")
    assert code == 1
    assert out.startswith("record 1 is not what was sealed")
    assert err == "the audit is not whole: 1 problem in 2 records\n"
    assert json.loads(run("audit", "verify", "--json")[1])["records"] == 2
    code, out, _ = run("doctor")
    assert code == 1
    assert "not whole: record 1" in out
