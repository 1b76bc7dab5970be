"""Many files checked at once: each beside all the others, in the order given, by one process or several."""

from pathlib import Path

import pytest

from tests.requirements import requirement
from tests.workspace.test_index import workspace
from vesper.lang.check import Diagnostic
from vesper.project import Project
from vesper.workspace.checking import ALONE_BELOW

CALL = "node_id: n{0}_v1\nflow:\n  - step: go\n    operation: call_node\n    node_id: n{1}_v1\n"


def seven(found: list[Diagnostic]) -> list[str]:
    return [it.message for it in found if it.code == "VSP701"]


@pytest.mark.parametrize("processes", [1, pytest.param(3, marks=pytest.mark.e2e)])
def test_problems_come_in_the_order_given_and_know_the_other_files(tmp_path: Path, processes: int):
    count = 2 * ALONE_BELOW
    files = {f"n{it}.vsp": CALL.format(it, it + 1) for it in range(count)}
    files["bad.vsp"] = "x"
    project = workspace(tmp_path, files)
    (tmp_path / "bad.vsp").write_bytes(b"\xff")
    paths = [tmp_path / f"n{it}.vsp" for it in reversed(range(count))]
    paths.insert(3, tmp_path / "bad.vsp")
    checked = list(project.check_files(paths, processes))
    assert [it.path for it in checked] == paths
    (said,) = (message for it in checked for message in seven(it.found))
    assert said.startswith(f"`n{count}_v1` not found; did you mean `n")
    assert [it.path.name for it in checked if seven(it.found)] == [f"n{count - 1}.vsp"]
    assert [(it.path.name, it.error.kind) for it in checked if it.error] == [("bad.vsp", "invalid")]


def test_a_single_file_knows_those_that_were_not_named(tmp_path: Path):
    project = workspace(tmp_path, {"a.vsp": CALL.format(0, 1), "b.vsp": CALL.format(1, 0)})
    (checked,) = project.check_files([tmp_path / "a.vsp"])
    assert checked.path == tmp_path / "a.vsp"
    assert seven(checked.found) == []


def test_settings_decide_how_grave_a_problem_is(tmp_path: Path):
    files = {"a.vsp": CALL.format(0, 1), "vesper.toml": '[rules]\nVSP701 = "hint"\n'}
    (checked,) = workspace(tmp_path, files).check_files([tmp_path / "a.vsp"])
    assert [it.severity for it in checked.found if it.code == "VSP701"] == ["hint"]

    strict = workspace(tmp_path, {**files, "vesper.toml": "strict = true\n"})
    (checked,) = strict.check_files([tmp_path / "a.vsp"])
    assert {it.severity for it in checked.found} <= {"error", "hint"}

    quiet = workspace(tmp_path, {**files, "vesper.toml": '[rules]\nunknown-node = "off"\n'})
    (checked,) = quiet.check_files([tmp_path / "a.vsp"])
    assert seven(checked.found) == []


MAIL = "node_id: {0}\ntype: function\nintent: Send a mail\n"
CALLER = """\
node_id: order_v1
metadata:
  dependencies: [{listed}]
flow:
  - step: confirm
    operation: call_node
    node_id: {called}
"""


def told(project: Project, name: str) -> list[tuple[str, int, str]]:
    """What is said about the nodes of a workspace in one of its files: code, line and message."""
    (checked,) = project.check_files([project.root / name])
    return [
        (it.code, it.span.line + 1, it.message) for it in checked.found if it.code[:4] == "VSP7"
    ]


@requirement("F9")
@pytest.mark.parametrize(
    ("listed", "called", "expected"),
    [
        ("send_mail_v2", "send_mail_v2", []),
        ("send_mail_v2", "send_mail_v2.*", []),
        ("send_post_v1", "send_post_v1", [
            ("VSP701", 3, "`send_post_v1` not found in this workspace"),
            ("VSP701", 7, "`send_post_v1` not found in this workspace")]),
        ("send_mail_v3", "send_mail_v3", [
            ("VSP701", 3, "`send_mail_v3` not found; `send_mail_v2`, `send_mail_v1` exist"),
            ("VSP701", 7, "`send_mail_v3` not found; `send_mail_v2`, `send_mail_v1` exist")]),
        ("send_mail_v2.1.0+", "send_mail_v2.1.0+", [
            ("VSP701", 3, "`send_mail_v2.1.0+` not found; `send_mail_v2`, `send_mail_v1` exist"),
            ("VSP701", 7, "`send_mail_v2.1.0+` not found; `send_mail_v2`, `send_mail_v1` exist")]),
        ("send_mail_v1", "send_mail_v2", [
            ("VSP711", 7, "`metadata.dependencies` lists `send_mail_v1`, not `send_mail_v2`")]),
        ("send_mail_v1.*", "send_mail_v2.*", [
            ("VSP711", 7, "`metadata.dependencies` lists `send_mail_v1.*`, not `send_mail_v2.*`")]),
    ],
)  # fmt: skip
def test_a_dependency_that_is_missing_or_of_another_version_is_told_where_it_is_written(
    tmp_path: Path, listed: str, called: str, expected: list[tuple[str, int, str]]
):
    project = workspace(
        tmp_path,
        {
            "one.vsp": MAIL.format("send_mail_v1"),
            "two.vsp": MAIL.format("send_mail_v2"),
            "order.vsp": CALLER.format(listed=listed, called=called),
        },
    )
    assert told(project, "order.vsp") == expected


@requirement("F9")
def test_dependencies_in_a_circle_are_told_at_each_call(tmp_path: Path):
    names = ("a_v1", "b_v1", "c_v1")
    texts = [
        CALLER.format(listed=other, called=other).replace("order_v1", name)
        for name, other in zip(names, (*names[1:], names[0]), strict=True)
    ]
    project = workspace(
        tmp_path, {f"{it}.vsp": text for it, text in zip("abc", texts, strict=True)}
    )
    assert told(project, "a.vsp") == [
        (
            "VSP703",
            7,
            "a circle of calls: a_v1 -> b_v1 (line 7) -> c_v1 (b.vsp:7) -> a_v1 (c.vsp:7)",
        )
    ]
    assert told(project, "c.vsp") == [
        (
            "VSP703",
            7,
            "a circle of calls: c_v1 -> a_v1 (line 7) -> b_v1 (a.vsp:7) -> c_v1 (b.vsp:7)",
        )
    ]


@requirement("F16")
def test_an_id_that_two_documents_have_is_told_in_both(tmp_path: Path):
    files = {
        "a.vsp": MAIL.format("send_mail_v1"),
        "deep/b.vsp": MAIL.format("other_v1") + "---\n" + MAIL.format("send_mail_v1"),
        "c.vsp": MAIL.format("send_mail_v2"),
    }
    project = workspace(tmp_path, files)
    assert told(project, "a.vsp") == [("VSP702", 1, "deep/b.vsp:5 holds a node `send_mail_v1` too")]
    assert told(project, "deep/b.vsp") == [("VSP702", 5, "a.vsp:1 holds a node `send_mail_v1` too")]
    assert told(project, "c.vsp") == []
