"""Programs run at the level that this machine offers."""

import contextlib
import os
import sys
import time
from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.sandbox.box import Box, Finished, Limits
from vesper.sandbox.confinement import offered
from vesper.sandbox.probe import attack
from vesper.sandbox.running import ProgramNotFound, Work, run

pytestmark = pytest.mark.e2e
LEVELS = ["none", *(it for it in offered() if not attack(it)[1])]
CONFINED = LEVELS[1:]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in (".git/hooks", ".vesper", "src", "deep/.claude"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".env").write_text("PASSWORD=hunter2\n")
    (tmp_path / "roles.yaml").write_text("{}\n")
    (tmp_path / ".vesper" / "audit.key").write_text("key\n")
    return tmp_path


def shell(level: str, root: Path, line: str, stdin: bytes = b"", **limits: int) -> Finished:
    box = Box(root, limits=Limits(**limits), environment={"NAME": "ada"})
    return run(level, box, Work(["sh", "-c", line], stdin=stdin, deadline=time.monotonic() + 20))


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_gets_its_input_and_tells_its_output_and_exit_code(level: str, root: Path):
    done = shell(level, root, 'cat; echo "for $NAME" >&2; exit 7', b"hello")
    assert (done.code, done.stdout, done.stderr) == (7, b"hello", b"for ada\n")
    assert (done.level, done.ended, done.is_cut) == (level, "exited", False)


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_of_the_surrounding_environment_is_inherited(level: str, root: Path, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "secret")
    done = shell(level, root, "env")
    names = {line.split(b"=")[0] for line in done.stdout.splitlines()}
    assert names <= {
        b"PATH",
        b"HOME",
        b"TMPDIR",
        b"LANG",
        b"NAME",
        b"PWD",
        b"SHLVL",
        b"_",
        b"OLDPWD",
    }


@pytest.mark.parametrize("level", LEVELS)
def test_output_beyond_the_limit_is_dropped_and_said(level: str, root: Path):
    done = shell(level, root, "head -c 300000 /dev/zero", output=1000)
    assert (done.code, len(done.stdout), done.is_cut) == (0, 1000, True)


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_that_takes_too_long_dies_with_all_it_started(level: str, root: Path):
    line = "echo $$ > src/pid; (setsid sleep 300 & echo $! > src/child); sleep 300"
    box = Box(root)
    done = run(level, box, Work(["sh", "-c", line], deadline=time.monotonic() + 1))
    assert done.ended == "timeout"
    assert (root / "src" / "pid").exists()
    assert not [it for it in _command_lines() if it == b"sleep\x00300\x00"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_run_that_is_stopped_ends(level: str, root: Path):
    done = run(level, Box(root), Work(["sleep", "300"], is_stopped=lambda: True))
    assert done.ended == "stopped"


@pytest.mark.parametrize("level", LEVELS)
def test_a_program_that_multiplies_is_ended(level: str, root: Path):
    done = shell(level, root, "while :; do sleep 100 & done", processes=20)
    assert done.ended == "crowded"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("argv", [["no-such-program"], [""], ["-c"], ["./missing"], ["src"]])
def test_a_program_that_is_not_there_is_told_apart(level: str, root: Path, argv: list[str]):
    with pytest.raises(ProgramNotFound):
        run(level, Box(root), Work(argv))


@pytest.mark.parametrize("folder", ["..", "/", "src/../..", "missing"])
def test_a_program_starts_inside_the_workspace_only(root: Path, folder: str):
    with pytest.raises(VesperError):
        run("none", Box(root), Work(["true"], folder))


def test_the_words_of_a_command_are_never_read_by_a_shell(root: Path):
    hostile = [
        "; touch PWNED",
        "$(touch PWNED)",
        "`touch PWNED`",
        "a\ntouch PWNED",
        "| touch PWNED",
    ]
    done = run("none", Box(root), Work(["printf", "%s\\n", *hostile]))
    assert done.stdout.decode() == "".join(f"{it}\n" for it in hostile)
    assert not (root / "PWNED").exists()


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/post-commit",
        ".vesper/vesper.db",
        "roles.yaml",
        ".env",
        "deep/.claude/settings.json",
    ],
)
def test_what_steers_tools_stays_as_it_is(level: str, root: Path, path: str):
    before = (root / path).read_bytes() if (root / path).is_file() else None
    top = Path(path).parts[0]
    done = shell(level, root, f"echo x > {path}; mv {top} src/ && echo moved")
    assert b"moved" not in done.stdout or path.startswith("deep")
    now = root / path if (root / "deep").exists() else root / "src" / path
    assert (now.read_bytes() if now.is_file() else None) == before


@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize("path", [".env", ".vesper/audit.key"])
def test_secrets_of_the_workspace_cannot_be_read(level: str, root: Path, path: str):
    done = shell(level, root, f"cat {path}")
    assert (done.code, done.stdout) == (1, b"")


@pytest.mark.parametrize("level", CONFINED)
def test_the_rest_of_the_workspace_can_be_changed(level: str, root: Path):
    done = shell(
        level, root, "mkdir src/new && echo text > src/new/file && rm -r src/new/file && ls src"
    )
    assert (done.code, done.stdout, done.stderr) == (0, b"new\n", b"")


@pytest.mark.parametrize("level", CONFINED)
def test_protected_files_that_a_program_makes_are_set_aside(level: str, root: Path):
    done = shell(level, root, "mkdir -p src/.git/hooks && echo evil > src/.git/hooks/pre-commit")
    assert (done.code, done.set_aside) == (0, ("src/.git",))
    assert not (root / "src" / ".git").exists()
    (kept,) = (root / ".vesper" / "set-aside").glob("*/0-.git/hooks/pre-commit")
    assert kept.read_text() == "evil\n"


@pytest.mark.parametrize("level", CONFINED)
def test_a_workspace_that_may_only_be_read_is_not_changed(level: str, root: Path):
    done = run(level, Box(root, is_writable=False), Work(["sh", "-c", "echo x > src/made; ls src"]))
    assert (done.stdout, (root / "src" / "made").exists()) == (b"", False)


@pytest.mark.parametrize("level", CONFINED)
def test_python_runs_with_its_libraries_and_without_the_network(level: str, root: Path):
    code = "import json, ssl, sqlite3, socket\ntry: socket.create_connection(('1.1.1.1', 53), 2)\n"
    code += "except OSError: print('alone')"
    done = run(level, Box(root), Work([os.path.realpath(sys.executable), "-I", "-c", code]))
    assert (done.code, done.stdout, done.stderr) == (0, b"alone\n", b"")


def _command_lines() -> list[bytes]:
    found: list[bytes] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return found
