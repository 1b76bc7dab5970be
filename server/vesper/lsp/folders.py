"""The workspaces of one client: a project for each folder it has open, found by file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.project import Project


class Folders:
    """The folders that the client has open, the first one foremost, and their projects.

    Projects are loaded on first use, because they bring the database along. Two folders of one
    workspace share its project.
    """

    def __init__(self) -> None:
        self._projects: dict[Path, Project | None] = {}
        """By folder, in the client's order; None until somebody asks."""

    def __bool__(self) -> bool:
        return bool(self._projects)

    def add(self, folders: Iterable[Path]) -> None:
        """Take on folders that the client has opened."""
        for folder in folders:
            self._projects.setdefault(folder, None)

    def remove(self, folders: Iterable[Path]) -> None:
        """Let go of folders that the client has closed, and of projects that no folder needs."""
        gone = [self._projects.pop(folder, None) for folder in folders]
        left = {id(it) for it in self._projects.values()}
        for project in {id(it): it for it in gone if it is not None}.values():
            if id(project) not in left:
                project.close()

    @property
    def projects(self) -> "list[Project]":
        """The project of each folder, once."""
        found = [self._open(it) for it in list(self._projects)]
        return list({id(it): it for it in found}.values())

    @property
    def loaded(self) -> "list[Project]":
        """Those projects that somebody has asked for already."""
        return list({id(it): it for it in self._projects.values() if it is not None}.values())

    def first(self) -> "Project":
        """The project of the first folder. VesperError `not_found` while there is none."""
        if not self._projects:
            hint = "open a folder, or a file that is saved on disk"
            raise VesperError("not_found", "no workspace is open", hint)
        return self._open(next(iter(self._projects)))

    def holding(self, file: Path | None) -> "Project":
        """The project with the innermost root that holds a file; of any other file the first one."""
        holding = [] if file is None else [it for it in self.projects if _holds(it, file)]
        return max(holding, key=lambda it: len(it.root.parts)) if holding else self.first()

    def close(self) -> None:
        """Let go of all of them."""
        self.remove(list(self._projects))

    def _open(self, folder: Path) -> "Project":
        project = self._projects[folder]
        if project is None:
            from vesper.project import Project

            opened = Project.open(folder)
            same = [it for it in self._projects.values() if it and it.root == opened.root]
            project = self._projects[folder] = same[0] if same else opened
        return project


def _holds(project: "Project", file: Path) -> bool:
    try:
        project.relative(file)
    except VesperError:
        return False
    return True
