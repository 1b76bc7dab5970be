import json
import shlex
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner
from vesper.project import Project

WRITTEN = [".mcp.json", ".vesper", ".vesper/.gitignore", "hello.vsp", "vesper.toml"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def below(folder: Path) -> list[str]:
    return sorted(it.relative_to(folder).as_posix() for it in folder.rglob("*"))


def test_a_workspace_is_made_here_and_the_next_step_is_told(run: Run, tmp_path: Path):
    code, out, err = run("init")
    assert (code, err) == (0, "")
    assert below(tmp_path) == WRITTEN
    assert out.splitlines() == [
        f"  written  {Path('.vesper/.gitignore')}",
        "  written  vesper.toml",
        "  written  hello.vsp",
        "  written  .mcp.json",
        "",
        "next: open hello.vsp in your editor, or",
        "  vesper check .",
        "  vesper doctor --workspace .",
    ]


def test_its_example_has_no_problems(run: Run):
    run("init")
    assert run("check", ".") == (0, "", "no problems in 1 file\n")


def test_its_entry_for_agent_hosts_starts_the_mcp_server(run: Run, tmp_path: Path):
    run("init")
    assert json.loads((tmp_path / ".mcp.json").read_text()) == {
        "mcpServers": {"vesper": {"command": "vesper", "args": ["mcp"]}}
    }


def test_what_it_makes_is_the_root_for_all_folders_below_and_stays_out_of_git(
    run: Run, tmp_path: Path
):
    run("init", "work")
    below_it = tmp_path / "work" / "deep" / "down"
    below_it.mkdir(parents=True)
    assert Project.open(below_it).root == (tmp_path / "work").resolve()
    assert (tmp_path / "work/.vesper/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize("name", ["new/folder", "with space", "-dash", "größe 📐"])
def test_a_folder_with_any_name_is_made_and_the_next_step_can_be_pasted(
    run: Run, tmp_path: Path, name: str
):
    code, out, _ = run("init", "--", name)
    assert code == 0
    assert below(tmp_path / name) == WRITTEN
    check, doctor = (shlex.split(it) for it in out.splitlines()[-2:])
    assert (check[:2], doctor[:2]) == (["vesper", "check"], ["vesper", "doctor"])
    assert run(*check[1:]) == (0, "", "no problems in 1 file\n")
    assert run(*doctor[1:]).code == 0


def test_a_second_time_keeps_every_file_as_it_is(run: Run, tmp_path: Path):
    run("init")
    for name in ("hello.vsp", "vesper.toml", ".mcp.json", ".vesper/.gitignore"):
        (tmp_path / name).write_text("mine")
    code, out, _ = run("init")
    assert code == 0
    assert out.count("  kept     ") == 4
    assert "written" not in out
    files = [it for it in tmp_path.rglob("*") if it.is_file()]
    assert {it.read_text() for it in files} == {"mine"}


@pytest.mark.parametrize("taken", ["work", "work/.vesper"])
def test_a_file_in_the_way_is_named_and_kept(run: Run, tmp_path: Path, taken: str):
    (tmp_path / taken).parent.mkdir(exist_ok=True)
    (tmp_path / taken).write_text("mine")
    code, out, err = run("init", "work")
    assert (code, out) == (1, "")
    assert err.startswith("vesper: work cannot be made a workspace: ")
    assert err.endswith("\n  check the path and who may write there\n")
    assert (tmp_path / taken).read_text() == "mine"


def test_the_state_of_a_workspace_is_private(run: Run, tmp_path: Path):
    run("init")
    assert (tmp_path / ".vesper").stat().st_mode & 0o077 == 0
