"""Runs as a workspace puts them together: nodes call nodes, effects are real, capabilities only narrow."""

from pathlib import Path

import pytest

from tests.requirements import requirement
from vesper.execution.runs import RunOptions
from vesper.project import Project

CALLEE = """\
node_id: keep_v1
type: function
intent: Keep a note
inputs: {text: string}
outputs:
  success: {size: integer}
  error:
    error_code: enum[too_long]
    message: string
flow:
  - step: short
    operation: validation
    guards: ["len(text) < 20"]
    on_failure: {return_error: {error_code: too_long, message: "{len(text)} characters are too many"}}
  - step: write
    operation: file_write
    path: note.txt
    content: "{text}"
  - step: done
    operation: return
    return_success: {size: "{len(text)}"}
security:
  capabilities_required: [filesystem.write.note.txt]
"""
CALLER = """\
node_id: caller_v1
type: function
intent: Have a note kept
inputs: {text: string}
outputs:
  success: {size: integer}
  error:
    error_code: enum[too_long, other]
    message: string
flow:
  - step: ask
    operation: call_node
    node_id: keep_v1
    parameters: {text: "{text}"}
    output: kept
  - step: done
    operation: return
    return_success: {size: "{kept.size}"}
security:
  capabilities_required: [node.call.keep_v1, filesystem.write.note.txt]
"""


@pytest.fixture
def project(tmp_path: Path):
    (tmp_path / "vesper.toml").touch()
    (tmp_path / "keep.vsp").write_text(CALLEE, encoding="utf-8")
    (tmp_path / "caller.vsp").write_text(CALLER, encoding="utf-8")
    found = Project(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_a_node_calls_another_which_changes_the_world(project: Project, engine: str):
    ended = project.runs.run("caller_v1", {"text": "hello"}, RunOptions(engine))
    assert (ended.error, ended.output, ended.runtime) == (None, {"size": 5}, engine)
    assert (project.root / "note.txt").read_text() == "hello"


@requirement("F14")
@pytest.mark.parametrize("engine", ["interp", "python"])
@pytest.mark.parametrize(
    "given",
    [
        "[node.call.keep_v1]",
        "[filesystem.write.note.txt]",
        "[node.call.keep_v1, filesystem.write.*]\n  denied_capabilities: [filesystem.write.note.txt]",
    ],
)
def test_what_a_called_node_may_do_is_never_more_than_its_caller_may(
    project: Project, engine: str, given: str
):
    text = CALLER.replace("[node.call.keep_v1, filesystem.write.note.txt]", given)
    (project.root / "caller.vsp").write_text(text, encoding="utf-8")
    ended = project.runs.run("caller_v1", {"text": "hello"}, RunOptions(engine))
    assert ended.error is not None
    assert ended.error.code == "capability_denied"
    assert not (project.root / "note.txt").exists()


@pytest.mark.parametrize("engine", ["interp", "python"])
@pytest.mark.parametrize(
    ("declared", "code"), [("too_long, other", "too_long"), ("other", "effect_failed")]
)
def test_the_error_of_a_called_node_keeps_its_name_where_the_caller_declares_it(
    project: Project, engine: str, declared: str, code: str
):
    text = CALLER.replace("enum[too_long, other]", f"enum[{declared}]")
    (project.root / "caller.vsp").write_text(text, encoding="utf-8")
    ended = project.runs.run("caller_v1", {"text": "x" * 30}, RunOptions(engine))
    assert ended.error is not None
    assert (ended.error.code, ended.error.message) == (code, "30 characters are too many")


def test_a_document_with_errors_or_none_at_all_is_told_to_a_caller(project: Project):
    (project.root / "keep.vsp").write_text(
        CALLEE.replace("len(text)", "len(txet)"), encoding="utf-8"
    )
    ended = project.runs.run("caller_v1", {"text": "x"})
    assert ended.error is not None
    assert ended.error.code == "document_invalid"
    (project.root / "keep.vsp").unlink()
    ended = project.runs.run("caller_v1", {"text": "x"})
    assert ended.error is not None
    assert ended.error.code == "node_not_found"


def test_work_for_a_role_that_is_not_there_is_given_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "vesper.toml").write_text("", "utf-8")
    (tmp_path / "roles.yaml").write_text("editor:\n  display_name: Editor\n", "utf-8")
    (tmp_path / "ask.vsp").write_text(
        """\
node_id: ask_v1
type: workflow
intent: Have something written
inputs: {topic: string}
outputs: {text: any}
flow:
  - {step: write, operation: agent_run, role: editr, goal: "Write about {topic}", output: text}
  - {step: done, operation: return, return_success: {text: "{text}"}}
security: {capabilities_required: [agent.run.editr]}
""",
        "utf-8",
    )
    project = Project(tmp_path)
    try:
        found = project.runs.run("ask.vsp", {"topic": "rain"})
        assert found.error is not None
        assert found.error.details["codes"] == ["role_not_found", "effect_failed"]
        assert "did you mean `editor`?" in found.error.message
        assert project.board.find() == []
    finally:
        project.close()
