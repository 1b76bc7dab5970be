import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import vesper
from tests.cli.commands import Run, run_process, runner
from vesper.cli import commands

NAMES = sorted(it.name for it in pkgutil.iter_modules(commands.__path__))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_help_lists_every_command_and_the_first_steps(run: Run):
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    listed = [it.split()[0] for it in out.splitlines() if it.startswith("    ")]
    assert listed == NAMES
    assert "vesper init " in out.partition("first steps:")[2]


def test_no_command_at_all_shows_the_commonest_and_is_a_wrong_command_line(run: Run):
    code, out, err = run()
    assert (code, err) == (2, "")
    shown = [it.split()[1] for it in out.splitlines() if it.startswith("  vesper ")]
    assert shown == ["init", "check", "task"]
    assert "`vesper --help`" in out


@pytest.mark.parametrize(
    ("given", "said", "hint"),
    [
        (["chek"], "there is no command `chek`", "did you mean `vesper check`?"),
        (["xyzzy"], "there is no command `xyzzy`", "`vesper --help` shows how it is used"),
        (["task", "lst"], "there is no action `lst`", "did you mean `vesper task list`?"),
        (["check", "--fomat", "json"], "`vesper check` does not take `--fomat`",
         "did you mean `--format`?"),
        (["check", "--forma=json"], "`vesper check` does not take `--forma=json`",
         "did you mean `--format`?"),
        (["task", "list", "--parent", "x"], "argument --parent: invalid int value: 'x'",
         "`vesper task list --help` shows how it is used"),
        (["schema", "yaml"], "KIND takes vsp or role, not `yaml`",
         "`vesper schema --help` shows how it is used"),
        (["\x1b[31m"], "there is no command `\\x1b[31m`", "`vesper --help` shows how it is used"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_says_what_was_probably_meant(
    run: Run, given: list[str], said: str, hint: str
):
    assert run(*given) == (2, "", f"vesper: {said}\n  {hint}\n")


@pytest.mark.parametrize("name", [*NAMES, "task add", "task claim"])
def test_the_help_of_every_command_has_an_example(run: Run, name: str):
    out = run(*name.split(), "--help").out
    assert f"\n  vesper {name}" in out.partition("\nexample")[2]
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(run: Run, name: str):
    code, out, err = run(name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: vesper {name}")
    assert len(out.splitlines()) > 3


def test_the_version_is_told(run: Run):
    assert run("--version") == (0, f"vesper {vesper.__version__}\n", "")


@pytest.mark.e2e
def test_a_failure_sets_the_exit_code_of_the_process_and_says_what_to_do_next(tmp_path: Path):
    done = run_process("check", "gone 📐.vsp", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.splitlines() == [
        rb"vesper: there is no file or folder gone \U0001f4d0.vsp",
        b"  check the path",
    ]


@pytest.mark.e2e
def test_help_can_be_shown_on_a_console_without_unicode(tmp_path: Path):
    for arguments in (["--help"], *([it, "--help"] for it in NAMES)):
        done = run_process(*arguments, cwd=tmp_path, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b""), arguments


@pytest.mark.e2e
@pytest.mark.parametrize(
    "command", [["check"], ["task", "list"], ["doctor"], ["init"], ["mcp"], ["check", "-"]]
)
def test_a_folder_that_is_no_more_is_told_plainly(tmp_path: Path, command: list[str]):
    script = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone');"
        "from vesper.cli.main import run; sys.argv[1:] = sys.argv[1:]; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr == b"vesper: the folder you are in is no more\n  go to one that is\n"


@pytest.mark.e2e
@pytest.mark.parametrize("command", [["--help"], ["check", "--help"], ["schema"], []])
def test_a_reader_that_leaves_early_is_no_error_worth_a_trace(tmp_path: Path, command: list[str]):
    process = subprocess.Popen(
        [sys.executable, "-m", "vesper", *command],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert err == b""


@pytest.mark.e2e
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_of_another_encoding_is_no_reason_to_stop(tmp_path: Path, encoding: str):
    (tmp_path / "größe 📐.vsp").write_text("größe: 📐\n", encoding="utf-8")
    for command in (["check"], ["check", "größe 📐.vsp"], ["doctor"], ["task", "list"], ["init"]):
        done = run_process(*command, cwd=tmp_path, PYTHONIOENCODING=encoding)
        assert b"Traceback" not in done.stderr
        assert b"UnicodeEncodeError" not in done.stderr
        done.stdout.decode(encoding)


@pytest.mark.parametrize(
    "name",
    [
        "with space", "quote'", 'double"', "📐", "new\nline", ".hidden", "-dash", "a" * 200,
        "$(touch owned)", "; touch owned", "back\\slash", "%s %n", "\udcff",
    ],
)  # fmt: skip
def test_a_workspace_of_any_name_can_be_made_and_worked_in(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run("init").code == 0
    assert run("check").code == 0
    assert run("task", "add", "something", "--at", "hello.vsp:1").code == 0
    assert "something" in run("task", "list").out
    assert run("doctor").code == 0
    assert not (folder / "owned").exists()
    monkeypatch.chdir(tmp_path)
    assert run("check", "--", name).code == 0
    assert run("doctor", "--workspace", f"./{name}").code == 0


@pytest.mark.e2e
@pytest.mark.parametrize("environment", [{}, {"TMPDIR": "/nowhere"}, {"HOME": "/nowhere"}])
def test_nothing_is_asked_of_the_environment(tmp_path: Path, environment: dict[str, str]):
    for command in (["init"], ["check"], ["task", "add", "hello"], ["show", "hello"], ["doctor"]):
        done = subprocess.run(
            [sys.executable, "-m", "vesper", *command],
            cwd=tmp_path, env=environment, capture_output=True, timeout=30, check=False,
        )  # fmt: skip
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
