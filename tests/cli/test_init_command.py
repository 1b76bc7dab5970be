import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tests.cli.commands import Run, runner
from vesper.config import SETTINGS, read
from vesper.project import Project

WRITTEN = [".mcp.json", ".vesper", ".vesper/.gitignore", "hello.vsp", "roles.yaml", "vesper.toml"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
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
        "  written  roles.yaml",
        "  written  .mcp.json",
        "",
        "next: open hello.vsp in your editor, or",
        "  vesper check .",
        "  vesper doctor --workspace .",
    ]


def test_its_example_and_its_roles_have_no_problems(run: Run):
    run("init")
    assert run("check", ".") == (0, "", "no problems in 2 files\n")


def test_its_settings_are_those_that_hold_anyway_and_can_be_switched_on(run: Run, tmp_path: Path):
    run("init")
    text = (tmp_path / "vesper.toml").read_text()
    assert read(text, {}) == read("", {})
    switched_on = re.sub(r"(?m)^#(?=\w)", "", text)
    assert tomllib.loads(switched_on).keys() == {it.key for it in SETTINGS}
    assert read(switched_on, {}) == read("", {})


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
    assert run(*check[1:]) == (0, "", "no problems in 2 files\n")
    assert run(*doctor[1:]).code == 0


def test_a_second_time_keeps_every_file_as_it_is(run: Run, tmp_path: Path):
    run("init")
    for name in ("hello.vsp", "roles.yaml", "vesper.toml", ".mcp.json", ".vesper/.gitignore"):
        (tmp_path / name).write_text("mine")
    code, out, _ = run("init")
    assert code == 0
    assert out.count("  kept     ") == 5
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


@pytest.mark.parametrize(
    ("editors", "files", "told"),
    [
        ([], [], False),
        (["none"], [], False),
        (["vscode"], [".vscode", ".vscode/settings.json"], False),
        (
            ["helix", "vscode"],
            [".helix", ".helix/languages.toml", ".vscode", ".vscode/settings.json"],
            False,
        ),
        (["neovim"], [], True),
    ],
)
def test_editors_get_the_settings_they_need(
    run: Run, tmp_path: Path, editors: list[str], files: list[str], told: bool
):
    _, out, _ = run("init", "work", *(word for it in editors for word in ("--editor", it)))
    assert below(tmp_path / "work") == sorted([*WRITTEN, *files])
    assert ("vim.lsp.enable" in out) is told


def test_the_settings_of_editors_are_of_the_form_they_read(run: Run, tmp_path: Path):
    run("init", "--editor", "helix", "--editor", "vscode")
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    assert settings["files.associations"] == {"*.vsp": "yaml"}
    helix = tomllib.loads((tmp_path / ".helix/languages.toml").read_text())
    assert helix["language-server"]["vesper"] == {"command": "vesper", "args": ["lsp"]}
    assert [it["language-servers"] for it in helix["language"]] == [["vesper"], ["vesper"]]


def test_without_a_word_the_editors_on_the_path_count(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "hx").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "hx").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    run("init", "work")
    assert ".helix/languages.toml" in below(tmp_path / "work")
    assert ".vscode" not in below(tmp_path / "work")


def test_a_link_that_leads_nowhere_is_not_followed(run: Run, tmp_path: Path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "hello.vsp").symlink_to(tmp_path / "elsewhere.vsp")
    assert "kept     " in run("init", "work").out
    assert not (tmp_path / "elsewhere.vsp").exists()


def test_a_name_cannot_steer_the_terminal(run: Run):
    assert "\x1b" not in run("init", "a\x1b[31mb").out
