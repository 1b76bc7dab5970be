import io
import itertools
import os
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, MISSPELT, Run, runner
from vesper.cli.terminal import cells


class Terminal(io.StringIO):
    """An output stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_what_is_no_terminal_gets_no_escape_codes(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    assert "\x1b" not in "".join(map(str, run("check")))


@pytest.fixture
def look(run: Run, monkeypatch: pytest.MonkeyPatch):
    """What `vesper check` shows on a terminal of so many columns, without colours."""

    def look(columns: int = 80) -> str:
        monkeypatch.setattr("sys.stdout", terminal := Terminal())
        monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))
        monkeypatch.setenv("NO_COLOR", "1")
        run("check")
        return terminal.getvalue()

    return look


def test_a_terminal_shows_the_source_with_the_problem_underlined_and_its_fix(look, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    assert (
        look()
        == """\
error[VSP116]: `funtion` is not allowed here; did you mean `function`?
 --> sum.vsp:2:7
  |
2 | type: funtion
  |       ^^^^^^^
  = fix: Change it to `function`

"""
    )


def test_the_other_places_of_a_problem_are_named_so_that_a_terminal_links_them(
    look, tmp_path: Path
):
    (tmp_path / "sum.vsp").write_text(CLEAN + "type: function\n")
    assert "  = " in look()
    assert ": sum.vsp:2:1\n" in look()


@pytest.mark.parametrize(
    ("line", "shown", "underline"),
    [
        ("größe: 1", "größe: 1", "^^^^^"),
        ("名前: 1", "名前: 1", "^^^^"),
        ("a\u0301b: 1", "a\u0301b: 1", "^^"),
    ],
)
def test_the_underline_fits_whatever_the_letters_are(
    look, tmp_path: Path, line: str, shown: str, underline: str
):
    (tmp_path / "sum.vsp").write_text(f"{line}\n{CLEAN}", encoding="utf-8")
    lines = look().splitlines()
    at = lines.index(f"1 | {shown}")
    assert lines[at + 1] == f"  | {underline}"


def test_a_byte_order_mark_moves_nothing(look, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(f"\ufeffgroup: 1\n{CLEAN}", encoding="utf-8")
    lines = look().splitlines()
    assert ("1 | group: 1", "  | ^^^^^") in itertools.pairwise(lines)


@pytest.mark.parametrize("columns", [10, 60, 80])
def test_a_long_line_is_cut_around_the_problem(look, tmp_path: Path, columns: int):
    long = f"{'a + ' * 60}(b = {'a' * 200}) + {'b + ' * 60}a"
    (tmp_path / "sum.vsp").write_text(CLEAN.replace("a + b", long))
    lines = look(columns).splitlines()
    source = [(it, below) for it, below in itertools.pairwise(lines) if "^" in below]
    assert source
    for it, below in source:
        assert cells(it) <= max(columns, 40)
        assert "..." in it
        marked = it[below.index("^") : below.rindex("^") + 1]
        assert marked.strip()


def test_control_characters_of_a_document_never_reach_the_terminal(look, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(
        CLEAN + "gr\u202eoup: 1\n" + 'documentation: "\x1b]0;owned\x07"\n', encoding="utf-8"
    )
    shown = look()
    assert "\\u001b" in shown
    assert not set("\x1b\x07\u202e") & set(shown)


def test_a_terminal_gets_colours_unless_no_color_is_set(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    run("check")
    assert "\x1b[1;31merror[VSP116]\x1b[0m" in terminal.getvalue()
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    run("check")
    assert "error[VSP116]" in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()


def test_colours_can_be_forced_where_there_is_no_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror\x1b[0m" in run("check").out


def test_the_summary_says_in_how_many_files_the_problems_are(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(MISSPELT)
    (tmp_path / "b.vsp").write_text(CLEAN.replace("sum_v1", "sum_v2"))
    assert run("check").err == "1 error in 1 of 2 files\n"
