import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, MISSPELT, Run, runner
from tests.requirements import requirement

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "vesper.toml").touch()
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_a_node_is_shown_at_a_glance(run: Run, tmp_path: Path):
    shutil.copy(EXAMPLES / "greeting.vsp", tmp_path)
    assert run("show", "greeting.vsp") == (
        0,
        """\
greeting_v1  function  greeting.vsp:4
Greet a person by name, in the language they like

inputs
  name      string            max_length: 80
                              How the person wants to be called
  language  enum[en, de, fr]  default en

outputs
  greeting  string

errors
  name_missing

preconditions
  len(trim(name)) > 0

postconditions
  greeting CONTAINS trim(name)

steps
  need_a_name                   validation
  choose_words                  switch
    de: say_it_in_german        compute
    fr: say_it_in_french        compute
    default: say_it_in_english  compute
  greet                         string_template

test cases
  english_is_the_default               -> success
  spaces_around_the_name_are_left_out  -> success
  nobody_to_greet                      -> name_missing
""".replace("_out   ->", "_out  ->").replace(
            "default                ->", "default               ->"
        ),
        "",
    )


def test_capabilities_are_shown_with_what_is_missing_and_what_is_too_much(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(
        CLEAN
        + "security:\n  capabilities_required: [log.write]\n  denied_capabilities: [shell.run]\n"
    )
    out = run("show", "sum_v1").out
    assert "  log.write  no step needs it\n  shell.run  denied\n" in out
    assert out.endswith("1 warning in the file: vesper check a.vsp\n")


def test_a_role_is_shown_at_a_glance(run: Run, tmp_path: Path):
    shutil.copy(EXAMPLES / "roles.yaml", tmp_path)
    out = run("show", "writer").out
    assert out.startswith("writer  Writer  roles.yaml:")
    assert "extends\n  implementer\n" in out
    assert "restrictions\n  max_file_changes: 5\n" in out


@pytest.mark.parametrize("name", ["sum_v1", "sum", "deep/a.vsp"])
def test_a_node_is_found_by_its_id_its_name_or_its_file(run: Run, tmp_path: Path, name: str):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.vsp").write_text(CLEAN)
    code, out, _ = run("show", name)
    assert (code, out.splitlines()[0]) == (0, f"sum_v1  function  {Path('deep/a.vsp')}:1")


def test_a_name_without_a_version_means_every_version(run: Run, tmp_path: Path):
    for version in ("v1", "v2"):
        (tmp_path / f"{version}.vsp").write_text(CLEAN.replace("sum_v1", f"sum_{version}"))
    out = run("show", "sum").out
    assert [it.split()[0] for it in out.splitlines() if it.startswith("sum_")] == [
        "sum_v1",
        "sum_v2",
    ]


def test_json_holds_all_of_it_for_tools(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(MISSPELT)
    code, out, _ = run("show", "a.vsp", "--format", "json")
    (node,) = json.loads(out)
    assert code == 0
    assert (node["kind"], node["file"], node["line"]) == ("node", "a.vsp", 1)
    assert node["problems"] == {"error": 1}
    assert [it["name"] for it in node["inputs"]] == ["a", "b"]
    assert node["steps"] == [
        {"name": "add", "operation": "arithmetic", "depth": 0, "branch": "", "needs": []}
    ]


def test_what_is_not_there_is_told_with_what_was_probably_meant(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(CLEAN)
    assert run("show", "smu_v1") == (
        1,
        "",
        "vesper: there is no file, node or role smu_v1; did you mean `sum_v1`?\n"
        "  `vesper show FILE` shows all that a file holds\n",
    )


def test_a_document_cannot_steer_the_terminal(run: Run, tmp_path: Path):
    (tmp_path / "a.vsp").write_text(
        CLEAN.replace("Add two numbers", '"\\e]0;owned\\a two"').replace(
            "a: integer", "a\u202e: integer"
        ),
        encoding="utf-8",
    )
    out = run("show", "a.vsp").out
    assert not set("\x1b\x07\u202e") & set(out)
    assert "owned" in out


@requirement("V47")
def test_the_roles_of_a_file_are_listed_with_their_titles_and_what_they_are_for(
    run: Run, tmp_path: Path
):
    (tmp_path / "roles.yaml").write_text(
        "lead:\n  display_name: Team lead\n  description: Plans the work\n"
        "hand:\n  display_name: Helping hand\n  description: Does the work\n  extends: lead\n"
    )
    lines = run("show", "roles.yaml").out.splitlines()
    assert [it.split("  ")[:2] for it in lines if "roles.yaml:" in it] == [
        ["lead", "Team lead"],
        ["hand", "Helping hand"],
    ]
    assert {"Plans the work", "Does the work"} <= set(lines)
