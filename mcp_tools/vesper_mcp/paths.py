"""Which file a path from a model names: only a document inside the workspace, whatever it says."""

import os
import stat
from difflib import get_close_matches
from pathlib import Path

from vesper.errors import VesperError


def document_inside(root: Path, path: str) -> str:
    """The path of a document below `root`, relative to it, with links followed.

    `denied` when it leads outside, through `..`, an absolute path or a link; that is said without
    looking whether anything is there. `not_found` and `invalid` for what is no document that can
    be read: the name, a folder or a pipe, or more bytes than a document may have.
    """
    from vesper.workspace.files import MAX_BYTES, document_kind

    try:
        real = Path(os.path.realpath(root / path))
        if not real.is_relative_to(root):
            message = f"{path[:200]!r} is outside the workspace"
            raise VesperError("denied", message, "name a file inside it, as workspace_status shows")
        found = os.stat(real, follow_symlinks=False)
    except FileNotFoundError:
        raise VesperError("not_found", f"there is no file {path[:200]!r}", _near(root / path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise VesperError("invalid", f"{path[:200]!r} cannot be read: {reason}") from error
    name = real.relative_to(root)
    if not stat.S_ISREG(found.st_mode):
        raise VesperError("invalid", f"{path[:200]!r} is not a regular file", "name a .vsp file")
    if document_kind(name) is None:
        hint = "documents are .vsp, .role.yaml, roles.yaml and YAML below a roles folder"
        raise VesperError("invalid", f"{path[:200]!r} is not a document", hint)
    if found.st_size > MAX_BYTES:
        message = f"{path[:200]!r} has {found.st_size:,} bytes; a document has at most {MAX_BYTES:,}"
        raise VesperError("invalid", message, "split it into several nodes")
    return name.as_posix()


def _near(path: Path) -> str:
    """What to do about a missing file: the nearest name beside it when there is one."""
    try:
        names = os.listdir(path.parent)
    except OSError:
        return "check the path; it starts at the workspace folder"
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {near[0]}?" if near else "check the path; it starts at the workspace folder"
