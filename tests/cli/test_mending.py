from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, MISSPELT, PROSE, Run, runner
from vesper.errors import VesperError
from vesper.workspace.writing import rewrite


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_what_mends_itself_is_mended_and_told(run: Run, tmp_path: Path):
    path = tmp_path / "sum.vsp"
    path.write_text(MISSPELT.replace("inputs", "inptus"))
    code, out, err = run("check", "--fix")
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "sum.vsp:2:7: Change it to `function`",
        "sum.vsp:4:1: Change it to `inputs`",
        "2 problems mended",
        "no problems in 1 file",
    ]
    assert path.read_text() == CLEAN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MISSPELT, CLEAN),
        (MISSPELT.replace("\n", "\r\n"), CLEAN.replace("\n", "\r\n")),
        ("\ufeff" + MISSPELT, "\ufeff" + CLEAN),
        ("# größe 📐\n" + MISSPELT, "# größe 📐\n" + CLEAN),
        (MISSPELT.rstrip("\n"), CLEAN.rstrip("\n")),
    ],
    ids=["plain", "crlf", "byte order mark", "astral", "no last line end"],
)
def test_all_else_of_the_file_stays_as_it_was(run: Run, tmp_path: Path, before: str, after: str):
    path = tmp_path / "sum.vsp"
    path.write_bytes(before.encode())
    run("check", "--fix")
    assert path.read_bytes() == after.encode()


@pytest.mark.parametrize(
    "text",
    [
        CLEAN,
        PROSE,
        CLEAN.replace("operation: arithmetic", "operation: file_read\n    path: a.txt"),
        CLEAN.replace("outputs:\n  total: integer\n", ""),
    ],
    ids=["clean", "nothing to mend", "a capability is a decision", "a section is a decision"],
)
def test_a_file_without_corrections_is_not_touched(run: Run, tmp_path: Path, text: str):
    path = tmp_path / "sum.vsp"
    path.write_text(text)
    before = path.stat()
    assert "0 problems mended" in run("check", "--fix").err
    assert (path.read_text(), path.stat()) == (text, before)


def test_only_the_chosen_problems_are_mended(run: Run, tmp_path: Path):
    path = tmp_path / "sum.vsp"
    path.write_text(MISSPELT.replace("inputs", "inptus"))
    assert "1 problem mended" in run("check", "--fix", "--ignore", "VSP112").err
    assert path.read_text() == CLEAN.replace("inputs", "inptus")


def test_a_link_stays_a_link_and_the_mode_stays_the_mode(run: Run, tmp_path: Path):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "sum.vsp", tmp_path / "link.vsp"
    real.write_text(MISSPELT)
    real.chmod(0o640)
    link.symlink_to(real)
    run("check", "--fix", "link.vsp")
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == (CLEAN, 0o640)
    assert [it.name for it in real.parent.iterdir()] == ["sum.vsp"]


def test_what_somebody_else_changed_meanwhile_is_left_alone(tmp_path: Path):
    path = tmp_path / "sum.vsp"
    path.write_text("theirs")
    with pytest.raises(VesperError, match="changed by somebody else"):
        rewrite(path, "as it was read", "mended")
    assert path.read_text() == "theirs"


def test_a_folder_where_nothing_can_be_written_is_told(tmp_path: Path):
    path = tmp_path / "gone" / "sum.vsp"
    with pytest.raises(VesperError):
        rewrite(path, "a", "b")
