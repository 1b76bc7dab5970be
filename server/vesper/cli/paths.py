"""The documents that somebody names on the command line."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from vesper.errors import VesperError


def documents_at(paths: Sequence[str]) -> list[Path]:
    """Every file named or found, once, in the order given. VesperError if one is missing."""
    found: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        if not os.path.lexists(path):
            raise VesperError("invalid", f"there is no file or folder {given}", "check the path")
        for it in _below(path) if path.is_dir() else (path,):
            found.setdefault(Path(os.path.abspath(it)), it)
    return list(found.values())


def _below(folder: Path) -> Iterator[Path]:
    """The documents below a folder that their workspaces do not leave out."""
    from vesper.project import Project
    from vesper.workspace.files import find_documents, find_root
    from vesper.workspace.ignored import Ignored

    real = folder.resolve()
    ignored: dict[Path, Ignored] = {}

    def of(root: Path) -> Ignored:
        if root not in ignored:
            settings = Project(root).settings
            ignored[root] = Ignored(root, settings.include, settings.exclude)
        return ignored[root]

    outer = find_root(real)
    roots: dict[Path, Path] = {}
    for path in find_documents(real, of(outer)):
        root = roots.get(path.parent) or roots.setdefault(path.parent, find_root(path.parent))
        if root == outer or of(root).holds(str(path)):
            yield folder / path.relative_to(real)


def shown_name(path: Path) -> str:
    """A path as UTF-8 whatever the locale: what is no text in a name is shown by its bytes."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
