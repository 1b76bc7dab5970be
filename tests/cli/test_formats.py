import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import CLEAN, MISSPELT, PROSE, Run, runner


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_json_holds_every_problem_with_its_range_and_its_fix(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    code, out, err = run("check", "--format", "json")
    assert (code, err) == (1, "")
    assert json.loads(out) == {
        "files": 1,
        "problems": [
            {
                "file": "sum.vsp",
                "line": 2,
                "column": 7,
                "end_line": 2,
                "end_column": 14,
                "code": "VSP116",
                "name": "unknown-value",
                "severity": "error",
                "message": "`funtion` is not allowed here; did you mean `function`?",
                "related": [],
                "fix": {
                    "title": "Change it to `function`",
                    "edits": [
                        {
                            "line": 2,
                            "column": 7,
                            "end_line": 2,
                            "end_column": 14,
                            "text": "function",
                        }
                    ],
                },
            }
        ],
    }


def test_json_of_nothing_wrong_is_an_empty_list(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(CLEAN)
    code, out, _ = run("check", "--format", "json")
    assert (code, json.loads(out)) == (0, {"files": 1, "problems": []})


def test_sarif_names_each_rule_used_and_each_place(run: Run, tmp_path: Path):
    (tmp_path / "my sum.vsp").write_text(MISSPELT)
    code, out, _ = run("check", "--format", "sarif")
    document = json.loads(out)
    assert (code, document["version"]) == (1, "2.1.0")
    (ran,) = document["runs"]
    assert ran["columnKind"] == "unicodeCodePoints"
    assert [(it["id"], it["name"]) for it in ran["tool"]["driver"]["rules"]] == [
        ("VSP116", "unknown-value")
    ]
    (result,) = ran["results"]
    assert (result["ruleId"], result["level"]) == ("VSP116", "error")
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "my%20sum.vsp"},
                "region": {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 14},
            }
        }
    ]


def test_sarif_writes_an_absolute_path_as_a_uri(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    (ran,) = json.loads(run("check", tmp_path, "--format", "sarif").out)["runs"]
    location = ran["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == (tmp_path / "sum.vsp").as_uri()


def test_github_gets_one_annotation_a_problem_with_its_separators_escaped(run: Run, tmp_path: Path):
    (tmp_path / "50%, a:b.vsp").write_text(PROSE.replace("function", "payment_handler"))
    code, out, _ = run("check", "--format", "github")
    assert code == 0
    assert [re.sub("::[^:]*$", "", it) for it in out.splitlines()] == [
        "::notice file=50%25%2C a%3Ab.vsp,line=2,endLine=2,col=7,endColumn=21,"
        "title=VSP120 old-node-type",
        "::warning file=50%25%2C a%3Ab.vsp,line=16,endLine=16,col=7,endColumn=12,"
        "title=VSP402 prose-clause",
    ]


def test_text_of_a_document_cannot_steer_the_terminal(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(CLEAN + "pay\u202eload: 1\n", encoding="utf-8")
    for form in ("text", "github"):
        out = run("check", "--format", form).out
        assert "\\u202e" in out
        assert "\u202e" not in out


def test_json_names_the_other_places_of_a_problem(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(CLEAN + "type: function\n")
    (problem,) = json.loads(run("check", "--format", "json").out)["problems"]
    assert problem["related"] == [
        {
            "line": 2,
            "column": 1,
            "end_line": 2,
            "end_column": 5,
            "message": problem["related"][0]["message"],
        }
    ]


def test_sarif_says_how_to_mend_it_and_what_the_rule_is_about(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_text(MISSPELT)
    (ran,) = json.loads(run("check", "--format", "sarif").out)["runs"]
    (rule,), (result,) = ran["tool"]["driver"]["rules"], ran["results"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert "Wrong:" in rule["help"]["text"]
    assert result["ruleIndex"] == 0
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change == {
        "artifactLocation": {"uri": "sum.vsp"},
        "replacements": [
            {
                "deletedRegion": {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 14},
                "insertedContent": {"text": "function"},
            }
        ],
    }


def test_what_cannot_be_read_is_a_result_without_a_rule(run: Run, tmp_path: Path):
    (tmp_path / "sum.vsp").write_bytes(b"\xff")
    (ran,) = json.loads(run("check", "--format", "sarif").out)["runs"]
    assert ran["tool"]["driver"]["rules"] == []
    assert [(it["ruleId"], "ruleIndex" in it) for it in ran["results"]] == [("VSP199", False)]


@pytest.mark.parametrize("name", ["a\nb.vsp", "a\x1b[31m.vsp", "::error::.vsp"])
def test_the_name_of_a_file_never_begins_a_line_or_a_command_of_its_own(
    run: Run, tmp_path: Path, name: str
):
    (tmp_path / name).write_text(MISSPELT)
    for form in ("text", "github"):
        (line,) = run("check", "--format", form).out.splitlines()
        assert "\x1b" not in line
        assert "VSP116" in line
        assert line.count("::error") == (form == "github") + (form == "text" and "::" in name)
