"""The workspace that a command works on, and who gives it."""

import getpass
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.project import Project


@contextmanager
def opened(folder: str) -> "Generator[Project]":
    """The workspace that the folder belongs to, closed when it is left."""
    from vesper.project import Project

    path = Path(folder)
    if not path.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {folder}", hint)
    project = Project.open(path)
    try:
        yield project
    finally:
        project.close()


def login_name() -> str:
    """Who is at the keyboard, as far as the system knows."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run as a user that has no name.
        return "person"


def located(reference: str) -> "tuple[Project, str]":
    """The workspace of a node, and what the node is called there."""
    from vesper.project import Project

    path, mark, node_id = reference.partition("#")
    if path.endswith(".vsp") or Path(path).is_file():
        project = Project.open(Path(path))
        return project, f"{project.relative(Path(path).absolute())}{mark}{node_id}"
    return Project.open(Path()), reference
