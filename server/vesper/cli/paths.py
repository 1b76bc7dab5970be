"""The documents that somebody names on the command line."""

import os
from collections.abc import Sequence
from pathlib import Path

from vesper.errors import VesperError


def documents_at(paths: Sequence[str]) -> list[Path]:
    """Every file named or found, once, in the order given. VesperError if one is missing."""
    from vesper.workspace.files import find_documents

    found: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        if not os.path.lexists(path):
            raise VesperError("invalid", f"there is no file or folder {given}", "check the path")
        for it in find_documents(path) if path.is_dir() else (path,):
            found.setdefault(Path(os.path.abspath(it)), it)
    return list(found.values())


def shown_name(path: Path) -> str:
    """A path as UTF-8 whatever the locale: what is no text in a name is shown by its bytes."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
