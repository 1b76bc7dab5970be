"""Files written whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from vesper.errors import VesperError
from vesper.workspace.files import read_text


def rewrite(path: Path, before: str, after: str) -> None:
    """Put a text in place of another, as UTF-8 with the line ends as they are.

    The new text is on the disk before it takes the place of the old one, so a full disk or a lost
    process leaves the old file. Links and permissions stay. Raises VesperError: conflict when the
    file no longer holds `before`, denied where it cannot be written.
    """
    if read_text(path) != before:
        hint = "nothing was changed in it: try again"
        raise VesperError("conflict", f"{path} was changed by somebody else", hint)
    target = path.resolve()
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        handle, name = tempfile.mkstemp(".tmp", f".{target.name[:40]}.", target.parent)
        try:
            with open(handle, "wb") as file:
                file.write(after.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "nothing was lost: the file is as it was"
        raise VesperError("denied", f"{path} cannot be written: {reason}", hint) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a loss of power, where the system can."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
