import importlib.util
import re
from pathlib import Path

import pytest

import vesper
from tests.cli.commands import Run, runner
from vesper.project import Project


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def lines(out: str) -> dict[str, tuple[str, str]]:
    """The mark and the state of each thing looked at; lines of advice are left out."""
    found = (re.fullmatch(r"(ok|missing|note) +(\S+) +(.*)", it) for it in out.splitlines())
    return {it[2]: (it[1], it[3]) for it in found if it}


def test_a_sound_installation_is_told_part_by_part(run: Run, tmp_path: Path):
    run("init")
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    found = lines(out)
    assert list(found) == [
        "vesper", "python", "yaml", "pygls", "mcp", "sqlite_utils", "sqlite", "command",
        "workspace", "tasks",
    ]  # fmt: skip
    assert found["vesper"] == ("ok", vesper.__version__)
    assert found["workspace"] == ("ok", f"{tmp_path.resolve()}, 1 document")
    assert found["tasks"] == ("ok", "none yet")
    assert "missing" not in {mark for mark, _ in found.values()}


def test_a_part_that_is_missing_is_a_failure_with_advice(run: Run, monkeypatch: pytest.MonkeyPatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pygls" else find(name)
    )
    code, out, _ = run("doctor")
    assert code == 1
    assert lines(out)["pygls"] == ("missing", "the language server")
    after = out[out.index("pygls") :].splitlines()[1]
    assert after.strip() == "install Vesper again, with all that it depends on"


def test_a_command_that_editors_cannot_find_is_a_note(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    code, out, _ = run("doctor")
    assert code == 0
    assert lines(out)["command"] == ("note", "not on PATH")
    assert "put the folder of the `vesper` script on PATH" in out


def test_a_folder_without_documents_is_told_how_to_begin_and_stays_empty(run: Run, tmp_path: Path):
    code, out, _ = run("doctor")
    assert code == 0
    assert lines(out)["workspace"][0] == "note"
    assert "`vesper init` writes a first one" in out
    assert list(tmp_path.iterdir()) == []


def test_recorded_changes_are_counted(run: Run, tmp_path: Path):
    project = Project(tmp_path)
    project.board.create("first", actor="test")
    project.close()
    assert lines(run("doctor").out)["tasks"] == ("ok", "1 changes recorded")


def test_a_damaged_database_is_a_failure_with_advice(run: Run, tmp_path: Path):
    project = Project(tmp_path)
    project.board.create("first", actor="test")
    project.close()
    for path in (tmp_path / ".vesper").glob("vesper.db*"):
        path.write_bytes(b"this is no database at all, and long enough to be looked at" * 20)
    code, out, err = run("doctor")
    assert (code, err) == (1, "")
    assert lines(out)["tasks"][0] == "missing"
    assert out.splitlines()[-1].strip() == "nothing was changed: move it away to start anew"


def test_a_workspace_that_is_not_there_is_a_wrong_command_line(run: Run):
    code, out, err = run("doctor", "--workspace", "gone")
    assert (code, out) == (2, "")
    assert err == "vesper: there is no folder gone\n  give --workspace a folder that exists\n"


def test_what_is_no_terminal_gets_no_escape_codes(run: Run):
    assert "\x1b" not in run("doctor").out
