"""`vesper compile`: a node as a Python file that runs by itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, Run, runner
from tests.requirements import requirement

SURE = CLEAN.replace("  a: integer\n", "  a: {type: integer, constraints: [positive]}\n") + (
    'contracts:\n  preconditions: ["a > 0"]\n'
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "sum.vsp").write_text(SURE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_the_file_goes_to_stdout_or_where_it_is_wanted(run: Run, tmp_path: Path):
    shown = run("compile", "sum.vsp")
    assert shown.code == 0
    assert shown.out.startswith("# AUTO-GENERATED - DO NOT EDIT\n# digest ")
    assert '"""Add two numbers\n' in shown.out
    assert run("compile", "sum.vsp", "-o", "sum.py") == (0, "", "")
    assert (tmp_path / "sum.py").read_text(encoding="utf-8") == shown.out


def test_explain_says_what_was_left_out_and_why(run: Run):
    ran = run("compile", "sum.vsp", "-o", "sum.py", "--explain")
    assert ran.code == 0
    assert "`a > 0`" in ran.err
    assert "makes it sure" in ran.err


def test_a_file_that_cannot_be_written_and_a_broken_document_are_told(run: Run, tmp_path: Path):
    ran = run("compile", "sum.vsp", "-o", "missing/sum.py")
    assert ran.code == 2
    assert "missing/sum.py cannot be written" in ran.err
    (tmp_path / "bad.vsp").write_text(CLEAN.replace('"a + b"', '"a +"'), encoding="utf-8")
    assert run("compile", "bad.vsp").code == 2


@requirement("F50")
def test_a_file_that_somebody_edited_is_not_overwritten_by_the_way(run: Run, tmp_path: Path):
    out = tmp_path / "sum.py"
    run("compile", "sum.vsp", "-o", "sum.py")
    written = out.read_text(encoding="utf-8")
    assert run("compile", "sum.vsp", "-o", "sum.py").code == 0
    for held, why in (
        (written.replace("total", "sum"), "was edited by hand"),
        ("print('mine')\n", "was not written by `vesper compile`"),
    ):
        out.write_text(held, encoding="utf-8")
        ran = run("compile", "sum.vsp", "-o", "sum.py")
        assert ran.code != 0
        assert why in ran.err
        assert "--force" in ran.err
        assert out.read_text(encoding="utf-8") == held
    assert run("compile", "sum.vsp", "-o", "sum.py", "--force").code == 0
    assert out.read_text(encoding="utf-8") == written


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["a=2", "b=3"], 0, {"output": {"total": 5}, "error": None}),
        (["a=0", "b=3"], 1, None),
        (["a=2", "b=three"], 2, None),
        (["c=2"], 2, None),
    ],
)
def test_the_file_runs_by_itself(
    run: Run, tmp_path: Path, given: list[str], code: int, said: object
):
    run("compile", "sum.vsp", "-o", "sum.py")
    ran = subprocess.run(
        [sys.executable, "sum.py", *given],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code
    assert (json.loads(ran.stdout) if code < 2 else ran.stdout) == (
        said or json.loads(ran.stdout or '""')
    )
    assert bool(ran.stderr) is (code == 2)
