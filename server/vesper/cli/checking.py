"""Files of any workspaces, checked each beside the others of its own."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.cli.paths import shown_name
from vesper.cli.report import Checked
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic
    from vesper.project import Project

UNREADABLE: Final = "VSP199"
"""The code of a file that is no text."""


class Workspaces:
    """The workspaces that files belong to; settings with a mistake in them raise VesperError."""

    def __init__(self) -> None:
        self._by_folder: dict[Path, Project] = {}
        self._by_root: dict[Path, Project] = {}

    def of(self, path: Path) -> "Project":
        """The workspace of a file."""
        from vesper.project import Project
        from vesper.workspace.files import find_root

        folder = Path(os.path.abspath(path)).parent
        if folder not in self._by_folder:
            root = find_root(folder)
            if root not in self._by_root:
                self._by_root[root] = Project(root)
                self._by_root[root].require_settings()
            self._by_folder[folder] = self._by_root[root]
        return self._by_folder[folder]


def checked(files: Sequence[Path]) -> Iterator[Checked]:
    """Each file checked beside the others of its workspace, in the order given."""
    workspaces = Workspaces()
    together: dict[Project, list[Path]] = {}
    for path in files:
        together.setdefault(workspaces.of(path), []).append(path)
    checking = {project: project.check_files(paths) for project, paths in together.items()}
    for path in files:
        it = next(checking[workspaces.of(path)])
        found = [unreadable(str(it.path), it.error)] if it.error is not None else it.found
        yield Checked(shown_name(path), found, path)


def unreadable(path: str, error: VesperError) -> "Diagnostic":
    """What a file that is no text has instead of problems; at the bad byte where there is one."""
    from vesper.lang.check import Diagnostic
    from vesper.lang.source import Span

    place = re.match(rf"{re.escape(path)}(?::(\d+):(\d+):)? ", error.message)
    line = column = 0
    message = error.message
    if place is not None:
        line, column = (int(it or 1) - 1 for it in place.groups())
        rest = error.message[place.end() :]
        message = rest if place[1] else f"the file {rest}"
    if error.hint:
        message = f"{message}: {error.hint}"
    span = Span(line, column, line, column + 1)
    return Diagnostic(UNREADABLE, "unreadable", "error", message, span)
