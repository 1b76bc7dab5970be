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

    named = repr(path[:200])
    try:
        real = Path(os.path.realpath(root / path))
        if not real.is_relative_to(root):
            raise VesperError(
                "denied", f"{named} is outside the workspace", "name a file inside it"
            )
        found = os.stat(real, follow_symlinks=False)
    except FileNotFoundError:
        raise VesperError("not_found", f"there is no file {named}", _near(root, path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise VesperError(
            "invalid", f"{named} cannot be read: {reason}", "check the path"
        ) from error
    name = real.relative_to(root)
    if not stat.S_ISREG(found.st_mode):
        raise VesperError("invalid", f"{named} is not a regular file", "name a document")
    if document_kind(name) is None:
        hint = "documents are .vsp, .role.yaml, roles.yaml and YAML in a roles folder"
        raise VesperError("invalid", f"{named} is not a document", hint)
    if found.st_size > MAX_BYTES:
        message = f"{named} has {found.st_size:,} bytes; a document has at most {MAX_BYTES:,}"
        raise VesperError("invalid", message, "split it into several nodes")
    return name.as_posix()


def _near(root: Path, path: str) -> str:
    """What to do about a missing file: the nearest name beside it when there is one."""
    real = Path(os.path.realpath(root / path))
    names = os.listdir(real.parent) if real.parent.is_dir() else []
    near = get_close_matches(real.name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"paths start at {root}"
