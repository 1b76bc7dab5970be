import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.commands import CLEAN, MISSPELT, OLD_WORD, PROSE, Run, run_process, runner
from vesper.cli.main import main
from vesper.workspace.files import MAX_BYTES

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "examples" / "broken"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_a_clean_document_is_well(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(CLEAN)
    assert run("check", "sum.vsp") == (0, "", "no problems in 1 file\n")


def test_a_problem_is_one_line_with_its_place_and_the_code_is_1(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    code, out, err = run("check", "sum.vsp")
    assert code == 1
    assert out == (
        "sum.vsp:2:7: error: `funtion` is not allowed here; did you mean `function`? VSP116\n"
    )
    assert err == "1 error in 1 file\n"


@pytest.mark.parametrize(("text", "word"), [(PROSE, "1 warning"), (OLD_WORD, "1 hint")])
def test_warnings_and_hints_alone_are_no_failure(run: Run, tmp_path: Path, text: str, word: str):
    (tmp_path / "sum.vsp").write_text(text)
    code, out, err = run("check")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err == f"{word} in 1 file\n"


def test_a_folder_is_searched_for_documents_and_roles_and_tools_folders_are_not(
    run: Run, tmp_path: Path
):
    for name in ("a.vsp", "sub/b.vsp", "node_modules/c.vsp", ".vesper/d.vsp", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MISSPELT.replace("sum_v1", f"{Path(name).stem}_v1"))
    (tmp_path / "roles").mkdir()
    for name in ("roles.yaml", "one.role.yaml", "roles/two.yml", "other.yaml"):
        role = Path(name).name.split(".")[0]
        (tmp_path / name).write_text(f"{role}:\n  extends: nobody\n")
    _, out, err = run("check")
    assert [it.split(":")[0] for it in out.splitlines()] == [
        "a.vsp", "one.role.yaml", "roles.yaml", "roles/two.yml", "sub/b.vsp",
    ]  # fmt: skip
    assert err == "5 errors in 5 files\n"


def test_a_role_file_is_checked_as_one(run: Run, tmp_path: Path):
    (tmp_path / "team.role.yaml").write_text("writer:\n  extends: nobody\n")
    code, out, _ = run("check", "team.role.yaml")
    assert code == 1
    assert re.fullmatch(r"team\.role\.yaml:2:12: error: .*`nobody`.* ROL101\n", out)


def test_a_file_given_twice_is_checked_once(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    assert run("check", "sum.vsp", ".", "sum.vsp").err == "1 error in 1 file\n"


def test_the_broken_examples_say_what_is_written_beside_them(run: Run):
    out = run("check", BROKEN).out.replace(f"{BROKEN.as_posix()}/", "")
    assert out == (BROKEN / "expected.txt").read_text(encoding="utf-8")


def test_a_folder_without_documents_says_what_documents_are_called(run: Run):
    assert run("check") == (
        0,
        "",
        "no documents found: their names end in .vsp or .role.yaml\n",
    )


def test_a_path_that_is_not_there_is_a_wrong_command_line(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    code, out, err = run("check", "sum.vsp", "gone.vsp")
    assert (code, out) == (2, "")
    assert err == "vesper: there is no file or folder gone.vsp\n  check the path\n"


def test_an_unknown_format_is_a_wrong_command_line(run: Run):
    code, out, err = run("check", "--format", "xml")
    assert (code, out) == (2, "")
    assert err == (
        "vesper: --format takes text, json, sarif or github, not `xml`\n"
        "  `vesper check --help` shows how it is used\n"
    )


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ((), ["VSP120", "VSP402"]),
        (("--select", "vsp4"), ["VSP402"]),
        (("--select", "VSP402,VSP120"), ["VSP120", "VSP402"]),
        (("--select", "VSP4", "--select", "VSP120"), ["VSP120", "VSP402"]),
        (("--ignore", "VSP402"), ["VSP120"]),
        (("--ignore", "VSP1,VSP4"), []),
        (("--select", "VSP", "--ignore", "VSP12"), ["VSP402"]),
    ],
)
def test_problems_are_chosen_by_their_codes_or_the_beginnings_of_them(
    run: Run, tmp_path: Path, options: tuple[str, ...], codes: list[str]
):
    (tmp_path / "sum.vsp").write_text(PROSE.replace("function", "payment_handler"))
    out = run("check", *options).out
    assert [it.split()[-1] for it in out.splitlines()] == codes


def test_a_code_that_no_problem_has_is_a_wrong_command_line(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(CLEAN)
    code, out, err = run("check", "--select", "VSP999")
    assert (code, out) == (2, "")
    assert err.startswith("vesper: no problem has the code VSP999; did you mean `VSP199`?\n")


@pytest.mark.parametrize(("text", "code"), [(CLEAN, 0), (PROSE, 1), (OLD_WORD, 1)])
def test_strict_makes_warnings_and_hints_a_failure_too(
    run: Run, tmp_path: Path, text: str, code: int
):
    (tmp_path / "sum.vsp").write_text(text)
    assert run("check", "--strict").code == code


@pytest.mark.parametrize(
    ("data", "name", "out"),
    [
        (CLEAN.encode(), "stdin.vsp", ""),
        (MISSPELT.encode(), "pay.vsp", "pay.vsp:2:7: error: `funtion` is not allowed here; "
         "did you mean `function`? VSP116\n"),
        (b"writer:\n  extends: nobody\n", "team.role.yaml", "team.role.yaml:2:12: error: there is "
         "no role `nobody` ROL101\n"),
        (b"a: \xff", "stdin.vsp", "stdin.vsp:1:4: error: byte 0xFF at offset 3 is not UTF-8: "
         "save it as UTF-8 in your editor VSP199\n"),
    ],
)  # fmt: skip
def test_what_comes_in_on_stdin_is_checked_under_the_name_it_is_given(
    run: Run, monkeypatch: pytest.MonkeyPatch, data: bytes, name: str, out: str
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    code, said, _ = run("check", "--stdin-name", name, "-")
    assert (code, said) == (1 if out else 0, out)


@pytest.mark.parametrize("options", [("-", "sum.vsp"), ("--fix", "-"), ("--watch", "-")])
def test_stdin_goes_with_nothing_that_needs_a_file(run: Run, options: tuple[str, ...]):
    code, out, err = run("check", *options)
    assert (code, out) == (2, "")
    assert err.endswith("  name the file instead\n")


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (CLEAN.encode("utf-16"), "1:1", "UTF-16; documents are UTF-8"),
        (b"node_id: a_v1\nint\xe9nt: x\n", "2:4", "byte 0xE9 at offset 17 is not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "1:1", "larger than 4 MiB"),
    ],
    ids=["utf-16", "latin-1", "too large"],
)
def test_what_is_no_readable_text_is_one_problem_and_others_are_still_checked(
    run: Run, tmp_path: Path, data: bytes, place: str, message: str
):
    (tmp_path / "a.vsp").write_bytes(data)
    (tmp_path / "b.vsp").write_text(MISSPELT)
    code, out, err = run("check")
    assert code == 1
    of_a, of_b = ([it for it in out.splitlines() if it.startswith(name)] for name in "ab")
    assert len(of_b) == 1
    assert of_a[0].startswith(f"a.vsp:{place}: error: ")
    assert message in of_a[0]
    assert err.endswith(" in 2 files\n")


def test_a_device_is_refused_without_reading_it(run: Run):
    code, out, _ = run("check", os.devnull)
    assert code == 1
    assert "is not a regular file" in out


@pytest.mark.e2e
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_console_without_unicode_gets_escapes_once_instead_of_a_crash(tmp_path: Path, form: str):
    (tmp_path / "größe 📐.vsp").write_text(
        CLEAN.replace("inputs:", "größe: 1\ninputs:"), encoding="utf-8"
    )
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run_process("check", "--format", form, cwd=tmp_path, **plain)
    assert done.returncode == 1, done.stderr
    out = done.stdout.decode("ascii")
    assert b"Traceback" not in done.stderr
    if form in ("json", "sarif"):
        assert (
            quote("größe 📐.vsp") in out or "größe 📐.vsp" in json.loads(out)["problems"][0]["file"]
        )
        assert "`größe`" in json.dumps(json.loads(out), ensure_ascii=False)
    else:
        assert out.count("VSP112") == 1
        assert r"gr\xf6\xdfe" in out


@pytest.mark.e2e
def test_a_reader_that_leaves_early_is_no_error_worth_a_trace(tmp_path: Path):
    for number in range(300):
        (tmp_path / f"{number}.vsp").write_text(MISSPELT)
    process = subprocess.Popen(
        [sys.executable, "-m", "vesper", "check"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


def test_a_roles_folder_counts_inside_the_workspace_and_not_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    inside = tmp_path / "roles" / "project" / "roles"
    inside.mkdir(parents=True)
    (tmp_path / "roles" / "project" / "vesper.toml").touch()
    (inside / "team.yaml").write_text("worker:\n  extends: nobody\n")
    (inside.parent / "other.yaml").write_text("anything: at all\n")
    monkeypatch.chdir(inside)
    assert main(["check"]) == 1
    assert "ROL101" in capsys.readouterr().out
    monkeypatch.chdir(inside.parent)
    assert main(["check"]) == 1
    assert "other.yaml" not in capsys.readouterr().out


def test_settings_say_which_files_count_and_how_grave_a_problem_is(run: Run, tmp_path: Path):
    for name in ("a.vsp", "drafts/b.vsp", "inner/c.vsp", "inner/old/d.vsp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(MISSPELT.replace("sum_v1", f"{name[-5]}_v1"))
    (tmp_path / "vesper.toml").write_text('exclude = ["drafts/"]\n[rules]\nVSP116 = "hint"\n')
    (tmp_path / "inner" / "vesper.toml").write_text('exclude = ["old/"]\n')
    code, out, _ = run("check")
    assert [it.split(":")[0] for it in out.splitlines()] == ["a.vsp", "inner/c.vsp"]
    assert [": hint: " in it for it in out.splitlines()] == [True, False]
    assert code == 1
    assert "drafts/b.vsp" in run("check", "drafts/b.vsp").out
    assert "drafts/b.vsp" in run("check", "drafts").out


def test_settings_with_a_mistake_are_told_before_anything_is_checked(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(MISSPELT)
    (tmp_path / "vesper.toml").write_text("strict = 3\n")
    code, out, err = run("check")
    assert (code, out) == (2, "")
    assert err.startswith("vesper: vesper.toml:1: ")


def test_a_file_is_checked_beside_the_others_of_its_workspace(run: Run, tmp_path: Path):
    call = "  - step: go\n    operation: call_node\n    node_id: {}\n    output: x\n"
    (tmp_path / "vesper.toml").touch()
    (tmp_path / "sum.vsp").write_text(CLEAN)
    (tmp_path / "a.vsp").write_text(CLEAN.replace("sum_v1", "a_v1") + call.format("smu_v1"))
    out = run("check", "a.vsp").out
    assert "did you mean `sum_v1`?" in out
    assert "VSP701" in out
    (tmp_path / "a.vsp").write_text(CLEAN.replace("sum_v1", "a_v1") + call.format("sum_v1"))
    assert "VSP701" not in run("check", "a.vsp").out
