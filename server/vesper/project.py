"""One workspace: where it begins and what it holds. Every surface works on a `Project`."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.errors import VesperError
from vesper.tasks.board import Board
from vesper.workspace.files import document_kind, find_documents, find_root, read_text

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic
    from vesper.workspace.index import Index
    from vesper.workspace.scan import Scan


class Project:
    """The workspace at `root`. Opening one reads and creates nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @classmethod
    def open(cls, start: Path) -> "Project":
        """The workspace that `start`, a file or folder, belongs to; see `find_root`."""
        return cls(find_root(start.resolve()))

    @cached_property
    def board(self) -> Board:
        """The tasks of this workspace."""
        return Board(self.root)

    @cached_property
    def scan(self) -> "Scan":
        """What keeps `index` in step with the files; nothing is read before its first step."""
        from vesper.workspace.scan import Scan

        return Scan(self.root)

    @property
    def index(self) -> "Index":
        """The names of this workspace across its files, as far as they were read; see `scan`."""
        return self.scan.index

    def documents(self) -> list[Path]:
        """Every document and role file of the workspace, sorted."""
        return list(find_documents(self.root))

    def check_file(self, path: str) -> "list[Diagnostic]":
        """The problems of one file, named from the root. Raises what `read_text` raises."""
        from vesper.lang.check import check

        file = self.root / self.relative(path)
        return check(read_text(file), document_kind(Path(self.relative(path))) or "vsp")

    def check_text(self, text: str) -> "list[Diagnostic]":
        """The problems of a text as if it were a `.vsp` document."""
        from vesper.lang.check import check

        return check(text)

    def relative(self, path: Path | str) -> str:
        """`path` as the workspace names it: from the root, with `/` between its parts.

        Links are followed only when the path as written is not inside. `invalid` when it is
        outside either way.
        """
        written = Path(os.path.abspath(self.root / path))
        for candidate in (written, written.resolve()):
            if candidate.is_relative_to(self.root):
                return candidate.relative_to(self.root).as_posix()
        message = f"{path} is outside the workspace {self.root}"
        raise VesperError("invalid", message, "name a file inside the workspace")

    def close(self) -> None:
        """Close the database; the project must not be used afterwards."""
        if "board" in self.__dict__:
            self.board.close()
