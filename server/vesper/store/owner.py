"""Which runs are under way: a process holds a locked file as long as it lives, however it ends."""

import os
import secrets
import threading
from pathlib import Path

from vesper.store.engine import denied
from vesper.store.lock import is_taken


class Owner:
    """One holder of runs, usually a process. Its file appears with the first question for its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "owners"
        self._name = secrets.token_hex(8)
        self._descriptor: int | None = None
        self._opening = threading.Lock()

    @property
    def name(self) -> str:
        """What stands on runs that it holds."""
        with self._opening:
            if self._descriptor is None:
                self._descriptor = self._hold()
        return self._name

    def is_alive(self, name: str) -> bool:
        """Whether the holder of that name lives still; nobody has no name."""
        if name == self._name:
            return self._descriptor is not None
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

    def close(self) -> None:
        """Let go of all runs."""
        with self._opening:
            if self._descriptor is not None:
                (self._folder / self._name).unlink(missing_ok=True)
                os.close(self._descriptor)
                self._descriptor = None

    def _hold(self) -> int:
        path = self._folder / self._name
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise denied(self._folder, str(error.strerror)) from error
        is_taken(descriptor)
        return descriptor
