import importlib.util
import json
import os
import re
import sysconfig
from pathlib import Path

import pytest

import vesper
from tests.cli.commands import Run, runner
from vesper.project import Project


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"))
    return runner(capsys)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def lines(out: str) -> dict[str, tuple[str, str]]:
    """The mark and the state of each thing looked at; lines of advice are left out."""
    found = (
        re.fullmatch(r"(ok|broken|note) +(\S+(?: \S+)?)  +(.*)", it) for it in out.splitlines()
    )
    return {it[2]: (it[1], it[3]) for it in found if it}


def advice(out: str, what: str) -> str:
    """What is advised about one thing, empty when it is well."""
    found = out.splitlines()
    at = next(number for number, it in enumerate(found) if re.match(rf"\w+ +{what} ", it))
    after = found[at + 1 : at + 2]
    return after[0].strip() if after and after[0].startswith(" ") else ""


def editor(tmp_path: Path, name: str, says: str) -> str:
    """A folder with a program of that name, to be put on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)
    return str(folder)


def test_a_sound_installation_is_told_part_by_part(run: Run, work: Path):
    run("init")
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    found = lines(out)
    assert list(found) == [
        "vesper", "python", "PyYAML", "pygls", "mcp", "sqlite-utils", "sqlite", "command", "sandbox",
        "editor", "workspace", "settings", "state", "tasks", "audit", "agents",
    ]  # fmt: skip
    assert found["vesper"] == ("ok", vesper.__version__)
    assert found["workspace"] == ("ok", f"{work.resolve()}, 2 documents")
    assert found["tasks"] == ("ok", "none yet")
    assert found["agents"] == ("ok", ".mcp.json starts vesper")
    assert {name for name, (mark, _) in found.items() if mark != "ok"} == {"editor"}


def test_a_part_that_is_missing_is_a_failure_with_advice(run: Run, monkeypatch: pytest.MonkeyPatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pygls" else find(name)
    )
    code, out, _ = run("doctor")
    assert code == 1
    assert lines(out)["pygls"] == ("broken", "missing, for the language server")
    assert advice(out, "pygls") == "install Vesper again, with all that it depends on"


def test_a_command_that_editors_cannot_find_is_a_note(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    code, out, _ = run("doctor")
    assert code == 0
    assert lines(out)["command"] == ("note", "not on PATH")
    assert advice(out, "command").endswith(" on PATH, so that editors find it")


def test_a_command_of_another_installation_is_a_note(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", editor(tmp_path, "vesper", "another"))
    _, out, _ = run("doctor")
    assert lines(out)["command"][0] == "note"
    assert "another installation" in advice(out, "command")


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("says", "mark", "state"),
    [
        ("NVIM v0.11.4", "ok", "0.11.4, "),
        ("NVIM v0.9.5", "note", "0.9.5, "),
        ("something else", "ok", ""),
    ],
)
def test_neovim_is_told_with_its_version(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, mark: str, state: str
):
    folder = editor(tmp_path, "nvim", says)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}{os.pathsep}/bin")
    code, out, _ = run("doctor")
    assert code == 0
    assert lines(out)["neovim"] == (mark, f"{state}{folder}/nvim")


def test_a_folder_without_documents_is_told_how_to_begin_and_stays_empty(run: Run, work: Path):
    code, out, _ = run("doctor")
    assert code == 0
    assert lines(out)["workspace"][0] == "note"
    assert "`vesper init` writes a first one" in out
    assert list(work.iterdir()) == []


def test_recorded_changes_are_counted(run: Run, work: Path):
    project = Project(work)
    project.board.create("first", actor="test")
    project.close()
    assert lines(run("doctor").out)["tasks"] == ("ok", "1 changes recorded")


def test_what_is_no_database_is_a_failure_with_advice(run: Run, work: Path):
    project = Project(work)
    project.board.create("first", actor="test")
    project.close()
    for path in (work / ".vesper").glob("vesper.db*"):
        path.write_bytes(b"this is no database at all, and long enough to be looked at" * 20)
    code, out, err = run("doctor")
    assert (code, err) == (1, "")
    assert lines(out)["tasks"][0] == "broken"
    assert advice(out, "tasks") == "nothing was changed: move it away to start anew"


def test_a_database_that_opens_is_looked_through_for_damage(run: Run, work: Path):
    project = Project(work)
    for number in range(60):
        project.board.create(f"task {number}", actor="test", description="x" * 900)
    project.close()
    path = work / ".vesper" / "vesper.db"
    data = bytearray(path.read_bytes())
    half = len(data) // 2 // 4096 * 4096
    data[half : half + 8192] = b"\xff" * 8192
    path.write_bytes(data)
    code, out, _ = run("doctor")
    assert code == 1
    assert lines(out)["tasks"][0] == "broken"
    assert "damaged" in lines(out)["tasks"][1]


def test_settings_that_cannot_be_read_are_a_failure(run: Run, work: Path):
    (work / "vesper.toml").write_text("a = [\n")
    code, out, _ = run("doctor")
    assert code == 1
    assert lines(out)["settings"][0] == "broken"


@pytest.mark.parametrize(
    ("text", "mark", "told"),
    [
        ("{", "broken", "mend or delete it"),
        ("[]", "broken", "mend or delete it"),
        ('{"mcpServers": {}}', "note", "add "),
        ('{"mcpServers": {"vesper": {"command": "/gone/vesper", "args": ["mcp"]}}}', "note",
         "write the whole path"),
        ('{"mcpServers": {"vesper": {"command": "vesper", "args": ["mcp"]}}}', "ok", ""),
    ],
)  # fmt: skip
def test_the_entry_for_agent_hosts_is_looked_at(
    run: Run, work: Path, text: str, mark: str, told: str
):
    (work / ".mcp.json").write_text(text)
    code, out, _ = run("doctor")
    assert code == (mark == "broken")
    assert lines(out)["agents"][0] == mark
    assert advice(out, "agents").startswith(told)


def test_a_state_folder_that_others_may_change_is_a_note(run: Run, work: Path):
    (work / ".vesper").mkdir()
    (work / ".vesper").chmod(0o777)
    _, out, _ = run("doctor")
    assert lines(out)["state"][0] == "note"
    assert advice(out, "state").startswith("others may change it: chmod go-w ")


def test_tools_get_json(run: Run):
    code, out, _ = run("doctor", "--format", "json")
    found = {it["what"]: it for it in json.loads(out)}
    assert code == 0
    assert found["vesper"] == {
        "what": "vesper", "mark": "ok", "state": vesper.__version__, "advice": None,
    }  # fmt: skip
    assert found["workspace"]["mark"] == "note"


def test_a_workspace_that_is_not_there_is_a_wrong_command_line(run: Run):
    code, out, err = run("doctor", "--workspace", "gone")
    assert (code, out) == (2, "")
    assert err == "vesper: there is no folder gone\n  give --workspace a folder that exists\n"


def test_what_is_no_terminal_gets_no_escape_codes(run: Run):
    assert "\x1b" not in run("doctor").out
