"""Many files checked at once: each beside all the others, in the order given, by one process or several."""

from pathlib import Path

import pytest

from tests.workspace.test_index import workspace
from vesper.lang.check import Diagnostic
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
