import pkgutil
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


def test_no_command_at_all_shows_the_help_and_is_a_wrong_command_line(run: Run):
    nothing, asked = run(), run("--help")
    assert nothing.code == 2
    assert nothing.out == asked.out


def test_an_unknown_command_is_refused_with_the_known_ones(run: Run):
    code, out, err = run("chek")
    assert (code, out) == (2, "")
    assert "'chek'" in err
    assert [it for it in NAMES if it not in err] == []


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
