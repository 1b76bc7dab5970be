import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner

UNTIDY = "node_id: sum_v1\ntype:   function\ninputs:\n    a: integer\n"
TIDY = "node_id: sum_v1\ntype: function\ninputs:\n  a: integer\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_documents_below_a_folder_are_formatted_in_place(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(UNTIDY)
    (tmp_path / "b.vsp").write_text(TIDY)
    (tmp_path / "roles.yaml").write_text("worker:\n    tags: [ a ]\n")
    code, out, err = run("format")
    assert (code, out) == (0, "formatted a.vsp\nformatted roles.yaml\n")
    assert err == "2 files formatted, 1 file left as it is\n"
    assert (tmp_path / "a.vsp").read_text() == TIDY
    assert (tmp_path / "roles.yaml").read_text() == "worker:\n  tags: [a]\n"
    assert run("format") == (0, "", "3 files left as they are\n")


def test_a_check_says_what_would_change_and_writes_nothing(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(UNTIDY)
    (tmp_path / "b.vsp").write_text(TIDY)
    code, out, err = run("format", "--check")
    assert (code, out) == (1, "would format a.vsp\n")
    assert err == "1 file would change, 1 file left as it is\n"
    assert (tmp_path / "a.vsp").read_text() == UNTIDY
    assert run("format", "--check", "b.vsp") == (0, "", "1 file left as it is\n")


def test_a_diff_shows_what_would_change_and_writes_nothing(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(UNTIDY)
    code, out, _ = run("format", "--diff", "a.vsp")
    assert code == 1
    assert out.splitlines()[0] == "--- a.vsp"
    assert {"-type:   function", "+type: function", "-    a: integer", "+  a: integer"} < set(
        out.splitlines()
    )
    assert (tmp_path / "a.vsp").read_text() == UNTIDY


def test_bytes_that_are_no_text_are_named_and_the_others_formatted(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_bytes(b"intent: \xfc\n")
    (tmp_path / "b.vsp").write_text(UNTIDY)
    code, out, err = run("format")
    assert (code, out) == (1, "formatted b.vsp\n")
    assert "a.vsp:1:9: byte 0xFC" in err
    assert "1 file formatted, 1 file failed" in err
    assert (tmp_path / "a.vsp").read_bytes() == b"intent: \xfc\n"


def test_a_part_that_cannot_be_read_is_named_and_stays(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(
        'intent:  a\ninputs:\n    a: "open\n\noutputs:\n    b: string\n'
    )
    code, _, err = run("format", "a.vsp")
    assert code == 0
    assert "a.vsp: lines 2 to 3 cannot be read and stay as they are" in err
    assert (tmp_path / "a.vsp").read_text() == (
        'intent: a\ninputs:\n    a: "open\n\noutputs:\n  b: string\n'
    )


def test_line_ends_and_permissions_and_links_stay(run: Run, tmp_path: Path):
    target = tmp_path / "kept" / "a.vsp"
    target.parent.mkdir()
    target.write_bytes(UNTIDY.replace("\n", "\r\n").encode())
    target.chmod(0o640)
    link = tmp_path / "link.vsp"
    link.symlink_to(target)
    assert run("format", "link.vsp").code == 0
    assert link.is_symlink()
    assert target.read_bytes() == TIDY.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path):
    (tmp_path / "a.vsp").write_text(UNTIDY)
    command = [sys.executable, "-m", "vesper", "format", "a.vsp"]
    ran = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *command],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "a.vsp cannot be written: File too large" in ran.stderr
    assert "nothing was lost" in ran.stderr
    assert os.listdir(tmp_path) == ["a.vsp"]
    assert (tmp_path / "a.vsp").read_text() == UNTIDY


@pytest.mark.parametrize(
    ("arguments", "code", "out"),
    [
        ((), 0, "intent: ü\r\ntype: a\r\n"),
        (("--check",), 1, ""),
        (("--stdin-name", "x.role.yaml"), 0, "intent: ü\r\ntype: a\r\n"),
    ],
)
def test_stdin_is_formatted_to_stdout(
    tmp_path: Path, arguments: tuple[str, ...], code: int, out: str
):
    ran = subprocess.run(
        [sys.executable, "-m", "vesper", "format", *arguments, "-"],
        cwd=tmp_path, input="intent:   ü\r\ntype: a".encode(), capture_output=True, timeout=30,
        check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (ran.returncode, ran.stdout.decode()) == (code, out)


def test_stdin_and_paths_do_not_mix(run: Run):
    assert run("format", "-", "a.vsp").code == 2


def test_a_path_that_is_missing_is_said(run: Run):
    code, _, err = run("format", "nowhere.vsp")
    assert code == 2
    assert "there is no file or folder nowhere.vsp" in err
