"""Who has a run in hand: whoever does holds a locked file, which any end of its process lets go of."""

import os
import secrets
from pathlib import Path

from vesper.store.engine import denied
from vesper.store.lock import is_taken


class Lease:
    """One thing in hand, until it is closed or the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        is_taken(self._descriptor)

    @property
    def name(self) -> str:
        """What stands where others look."""
        return self._path.name

    def close(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


class Leases:
    """The leases of one workspace, of all its processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "leases"

    def take(self) -> Lease:
        """A new one; VesperError where the folder cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Lease(self._folder / secrets.token_hex(8))
        except OSError as error:
            raise denied(self._folder, str(error.strerror)) from error

    def is_held(self, name: str) -> bool:
        """Whether somebody holds the lease of that name still; nobody holds one without a name."""
        if not name:
            return False
        path = self._folder / Path(name).name
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise denied(path, str(error.strerror)) from error
        try:
            if not is_taken(descriptor):
                return True
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(descriptor)
