"""One process at a time: an exclusive lock on a file that the system releases at any death."""

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from vesper.errors import VesperError

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


POLL = 0.01
"""Seconds between two tries: neither system can wait for a lock with a time limit."""


@contextmanager
def exclusive(path: Path, wait: float) -> Generator[None]:
    """Hold the lock on `path`, which stays behind empty; `busy` after `wait` seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait
        while not is_taken(descriptor):
            if time.monotonic() >= deadline:
                message = f"another process has held {path} for {wait:g} s"
                raise VesperError("busy", message, "try again when it has finished")
            time.sleep(POLL)
        yield
    finally:
        os.close(descriptor)


def is_taken(descriptor: int) -> bool:
    """Take the lock on an open file, to be held until it is closed; false when another holds it."""
    try:
        _lock(descriptor)
    except (BlockingIOError, PermissionError):
        return False
    return True
