"""Nodes found by what people call them, and kept as programs until something they rely on changes."""

from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.execution.nodes import Nodes
from vesper.project import Project
from vesper.runtime.request import Failure

NODE = """\
node_id: {name}
type: function
intent: Double a number
inputs: {{number: integer}}
outputs: {{double: integer}}
flow:
  - step: work
    operation: {work}
    output: double
"""
CALL = "call_node\n    node_id: {0}\n    parameters: {{number: '{{number}}'}}"


def node(name: str, work: str = 'compute\n    expression: "number * 2"') -> str:
    return NODE.format(name=name, work=work)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "vesper.toml").touch()
    (tmp_path / "one.vsp").write_text(node("double_v1"), encoding="utf-8")
    (tmp_path / "two.vsp").write_text(
        node("double_v1.2.0") + "---\n" + node("double_v2"), encoding="utf-8"
    )
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("reference", "node_id"),
    [
        ("one.vsp", "double_v1"),
        ("two.vsp#double_v2", "double_v2"),
        ("double_v1", "double_v1"),
        ("double_v1.*", "double_v1.2.0"),
        ("double_v1.0.0+", "double_v1.2.0"),
        ("double_v2", "double_v2"),
    ],
)
def test_a_node_is_found_by_path_id_or_range(project: Project, reference: str, node_id: str):
    found = project.nodes.find(reference)
    assert (found.node_id, found.program.node_id) == (node_id, node_id)


@pytest.mark.parametrize(
    ("reference", "kind", "told"),
    [
        ("double_v3", "not_found", "did you mean `double_v"),
        ("two.vsp", "invalid", "two.vsp#double_v2"),
        ("two.vsp#other_v1", "not_found", "it holds double_v1.2.0, double_v2"),
        ("gone.vsp", "not_found", "there is no file"),
        ("../one.vsp", "invalid", "outside the workspace"),
    ],
)
def test_what_is_not_there_says_what_is(project: Project, reference: str, kind: str, told: str):
    with pytest.raises(VesperError) as caught:
        project.nodes.find(reference)
    assert caught.value.kind == kind
    assert told in str(caught.value)


def test_a_node_stays_the_same_program_until_its_text_changes(project: Project):
    path = project.root / "one.vsp"
    before = project.nodes.find("one.vsp").program
    assert project.nodes.find("double_v1").program is before
    path.write_text(node("double_v1").replace("* 2", "* 3"), encoding="utf-8")
    after = project.nodes.find("one.vsp").program
    assert after is not before
    assert after.digest != before.digest


def test_a_caller_is_read_again_when_what_it_calls_changes(project: Project):
    (project.root / "caller.vsp").write_text(
        node("caller_v1", CALL.format("double_v2")), encoding="utf-8"
    )
    before = project.nodes.find("caller.vsp")
    assert project.nodes.find("caller.vsp") is before
    two = project.root / "two.vsp"
    two.write_text(two.read_text().replace("double: integer", "double: decimal"), encoding="utf-8")
    assert project.nodes.find("caller.vsp") is not before


def test_a_file_that_calls_nobody_is_read_alone(tmp_path: Path):
    (tmp_path / "vesper.toml").touch()
    (tmp_path / "one.vsp").write_text(node("double_v1"), encoding="utf-8")
    asked: list[str] = []

    def newer(file: str) -> str | None:
        asked.append(file)
        return None

    project = Project(tmp_path)
    nodes = Nodes(project.root, lambda: project.settings, project.relative, newer)
    assert nodes.find("one.vsp").program.node_id == "double_v1"
    assert asked == ["one.vsp"]


def test_a_text_that_is_newer_than_its_file_counts(project: Project):
    newer = {"one.vsp": node("fresh_v1")}
    nodes = Nodes(project.root, lambda: project.settings, project.relative, newer.get)
    assert nodes.find("one.vsp").node_id == "fresh_v1"


def test_a_run_that_calls_what_is_missing_or_broken_fails_with_the_reason(project: Project):
    (project.root / "one.vsp").write_text(node("double_v1", "nothing"), encoding="utf-8")
    for reference, code in (("double_v9", "node_not_found"), ("double_v1", "document_invalid")):
        with pytest.raises(Failure) as caught:
            project.nodes.resolve(reference)
        assert caught.value.codes == (code, "effect_failed")
