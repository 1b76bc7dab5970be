from pathlib import Path

import pytest

from vesper.errors import VesperError
from vesper.project import Project
from vesper.workspace.files import ROOT_MARKERS


@pytest.mark.parametrize("marker", ROOT_MARKERS)
def test_the_workspace_of_a_file_is_the_nearest_folder_with_a_marker(
    tmp_path: Path, marker: str
) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "inner"
    file = inner / "nodes" / "pay.vsp"
    file.parent.mkdir(parents=True)
    file.touch()
    assert Project.open(file).root == tmp_path.resolve()
    (inner / marker).mkdir()
    for start in (file, file.parent, inner):
        assert Project.open(start).root == inner.resolve()


def test_without_a_marker_it_is_the_folder_itself(tmp_path: Path) -> None:
    file = tmp_path / "pay.vsp"
    file.touch()
    assert Project.open(tmp_path).root == tmp_path.resolve()
    assert Project.open(file).root == tmp_path.resolve()
    assert Project.open(tmp_path / "not there yet.vsp").root == tmp_path.resolve()


def test_opening_and_closing_creates_nothing(tmp_path: Path) -> None:
    project = Project.open(tmp_path)
    project.close()
    assert project.board.find() == []
    project.close()
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_named_from_the_root(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert project.relative("nodes/pay.vsp") == "nodes/pay.vsp"
    assert project.relative("nodes/../pay.vsp") == "pay.vsp"
    assert project.relative(tmp_path / "nodes" / "pay.vsp") == "nodes/pay.vsp"


def test_a_path_through_a_link_to_the_workspace_is_named_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    project = Project(tmp_path / "link")
    assert project.relative(tmp_path / "link" / "pay.vsp") == "pay.vsp"
    assert project.relative(tmp_path / "real" / "pay.vsp") == "pay.vsp"


@pytest.mark.parametrize("path", ["../other.vsp", "/etc/passwd"])
def test_a_path_outside_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(VesperError, match=f"{path} is outside the workspace"):
        Project(tmp_path).relative(path)
