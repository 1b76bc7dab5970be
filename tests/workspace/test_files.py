"""Which files belong to a workspace: ignored ones, odd ones, and workspaces inside one another."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace.test_index import workspace
from vesper.errors import VesperError
from vesper.project import Project


def documents(project: Project) -> list[str]:
    listed = [project.relative(it) for it in project.documents()]
    indexed = sorted(project.scan.finish().files)
    assert sorted(listed) == indexed, "the command line and the editor look at the same files"
    return indexed


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ({}, ["a.vsp", "drafts/b.vsp", "drafts/keep/c.vsp", "gen/d.vsp"]),
        ({".gitignore": "drafts/\n"}, ["a.vsp", "gen/d.vsp"]),
        ({".gitignore": "*.vsp\n!a.vsp\n"}, ["a.vsp"]),
        ({".gitignore": "/a.vsp\n"}, ["drafts/b.vsp", "drafts/keep/c.vsp", "gen/d.vsp"]),
        ({"drafts/.gitignore": "*\n!keep/\n!keep/*\n"}, ["a.vsp", "drafts/keep/c.vsp", "gen/d.vsp"]),
        ({".gitignore": "b.vsp\n", "drafts/.gitignore": "!b.vsp\n"},
         ["a.vsp", "drafts/b.vsp", "drafts/keep/c.vsp", "gen/d.vsp"]),
        ({".gitignore": "**/keep\n# gen\n\n[\n"}, ["a.vsp", "drafts/b.vsp", "gen/d.vsp"]),
        ({".gitignore": "drafts/**\n!drafts/keep/\n"}, ["a.vsp", "gen/d.vsp"]),
        ({".gitignore": "drafts/*\n!drafts/keep\n"}, ["a.vsp", "drafts/keep/c.vsp", "gen/d.vsp"]),
        ({".gitignore": "*/\n"}, ["a.vsp"]),
        ({".gitignore": "/**\n!*.vsp\n!gen\n"}, ["a.vsp", "gen/d.vsp"]),
        ({"vesper.toml": 'exclude = ["gen/", "b.vsp"]\n'}, ["a.vsp", "drafts/keep/c.vsp"]),
        ({"vesper.toml": 'include = ["drafts/**"]\n'}, ["drafts/b.vsp", "drafts/keep/c.vsp"]),
    ],
)  # fmt: skip
def test_what_is_ignored_is_left_out(tmp_path: Path, ignore: dict[str, str], left: list[str]):
    names = ["a.vsp", "drafts/b.vsp", "drafts/keep/c.vsp", "gen/d.vsp", "node_modules/x/e.vsp"]
    project = workspace(tmp_path, {**dict.fromkeys(names, "node_id: x_v1\n"), **ignore})
    assert documents(project) == left


def test_patterns_of_the_repository_above_hold_in_a_workspace_inside(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*.tmp.vsp\n")
    (tmp_path / "inner").mkdir()
    project = workspace(tmp_path / "inner", {"a.vsp": "", "b.tmp.vsp": ""})
    assert documents(project) == ["a.vsp"]


def test_a_workspace_below_another_is_not_part_of_it(tmp_path: Path):
    project = workspace(tmp_path, {"a.vsp": "", "inner/vesper.toml": "", "inner/b.vsp": ""})
    assert documents(project) == ["a.vsp"]


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


def test_links_pipes_sockets_and_closed_folders_do_no_harm(tmp_path: Path, closed_folder: Path):
    files = {f"f{it % 50}/n{it}.vsp": "" for it in range(200)}
    project = workspace(tmp_path, files)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "world").symlink_to("/")
    (tmp_path / "again.vsp").symlink_to(tmp_path / "f0/n0.vsp")
    (tmp_path / "gone.vsp").symlink_to(tmp_path / "nowhere.vsp")
    os.mkfifo(tmp_path / "pipe.vsp")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(tmp_path)
        listening.bind("socket.vsp")
        os.chdir(here)
        assert closed_folder.exists()
        assert documents(project) == sorted(files)


def test_a_file_above_the_limit_of_the_settings_is_refused_politely(tmp_path: Path):
    project = workspace(tmp_path, {"a.vsp": "# " + "x" * 50, "vesper.toml": "max_file_size = 20\n"})
    with pytest.raises(VesperError, match=r"larger than 20 bytes .*max_file_size"):
        project.check_file("a.vsp")
    assert project.scan.finish().files == ()


def test_settings_with_a_mistake_stop_what_needs_them(tmp_path: Path):
    project = workspace(tmp_path, {"vesper.toml": "\nstrct = true\n"})
    with pytest.raises(VesperError, match="there is no setting `strct`; did you mean") as told:
        project.require_settings()
    assert told.value.kind == "invalid"
