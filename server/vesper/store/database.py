"""The database of one workspace: who may open it, and the one way to read and to write it."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vesper.errors import VesperError
from vesper.store.engine import (
    Code,
    Connection,
    SqliteError,
    connect,
    denied,
    explain,
    primary_code,
    restore_hint,
)
from vesper.store.migrations import STEPS, Step, check_format, migrate, newer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection, and the file it was opened on: another file may take that name later.

    `file` is the device and inode; it is `None` for a connection that must not be used twice.
    """

    connection: Connection
    version: int
    file: tuple[int, int] | None


class Database:
    """The database at `path`, which need not exist. One connection a thread, opened when needed.

    `wait` is how many seconds a lock of another process is waited for. A file that is deleted or
    replaced while it is open is noticed before the next call. Do not use one object on both sides
    of a fork.
    """

    def __init__(self, path: Path, *, wait: float = 5.0, steps: tuple[Step, ...] = STEPS) -> None:
        self.path = path
        self._wait = wait
        self._steps = steps
        self._held: dict[int, _Held] = {}
        self._opening = threading.Lock()

    def read(self, query: Callable[[Connection], T], missing: T) -> T:
        """What `query` finds, or `missing` where there is no database. Creates nothing."""
        held = self._current()
        if held is None:
            return missing
        try:
            return query(held.connection)
        except SqliteError as error:
            raise self._explain(error, held) from error

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run `change` as one transaction, on disk when this returns; undone if it raises.

        Creates the database where there is none. `change` must not write anything but through
        its connection, because a database that is replaced meanwhile has it run again.
        """
        held = self._current() or self._created()
        connection = held.connection
        try:
            if held.version > len(self._steps):
                raise newer(connection, self.path, held.version, len(self._steps))
            connection.execute("BEGIN IMMEDIATE")
            try:
                # Another process may have changed the format since this connection was opened.
                if check_format(connection, self.path) == held.version:
                    result = change(connection)
                    connection.execute("COMMIT")
                    return result
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except SqliteError as error:
            raise self._explain(error, held) from error
        self._drop()
        return self.write(change)

    def close(self) -> None:
        """Close the connections of all threads. No other thread may be in a call."""
        with self._opening:
            while self._held:
                _, held = self._held.popitem()
                held.connection.close()

    def _current(self) -> _Held | None:
        """This thread's connection to the file that has the name now, up to date."""
        held = self._held.get(threading.get_ident())
        file = self._file()
        if held is not None and held.file == file and file is not None:
            return held
        self._drop()
        return None if file is None else self._opened(file)

    def _file(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            message = f"{self.path.parent} is a file, not a folder"
            raise VesperError("damaged", message, "move it away, then try again") from error
        except OSError as error:
            raise denied(self.path, str(error.strerror)) from error
        if status.st_size == 0:
            raise VesperError("damaged", f"{self.path} is empty", restore_hint(self.path))
        return status.st_dev, status.st_ino

    def _opened(self, file: tuple[int, int]) -> _Held:
        try:
            held = self._try_open(file)
            if held.version < len(self._steps):
                held.connection.close()
                self._migrate()
                held = self._try_open(file)
        except SqliteError as error:
            raise explain(error, self.path, self._wait) from error
        with self._opening:
            self._close_those_of_ended_threads()
            self._held[threading.get_ident()] = held
        return held

    def _try_open(self, file: tuple[int, int]) -> _Held:
        try:
            return self._connected(file, immutable=False)
        except SqliteError as error:
            unwritable = primary_code(error) in {Code.CANNOT_OPEN, Code.READ_ONLY}
            if not (unwritable and self._readable_as_is()):
                raise
        return self._connected(None, immutable=True)

    def _connected(self, file: tuple[int, int] | None, *, immutable: bool) -> _Held:
        connection = connect(self.path, self._wait, immutable=immutable)
        try:
            return _Held(connection, check_format(connection, self.path), file)
        except BaseException:
            connection.close()
            raise

    def _readable_as_is(self) -> bool:
        """Whether the file alone holds every commit, in a folder where no log can be made."""
        log = Path(f"{self.path}-wal")
        effective = os.access in os.supports_effective_ids
        unwritable = not os.access(self.path.parent, os.W_OK, effective_ids=effective)
        return unwritable and not (log.exists() and log.stat().st_size > 0)

    def _created(self) -> _Held:
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except FileNotFoundError as error:
            message = f"there is no folder {folder.parent}"
            raise VesperError("not_found", message, "name the folder of a workspace") from error
        except OSError as error:
            raise denied(folder, str(error.strerror)) from error
        self._migrate()
        held = self._current()
        if held is None:
            message = f"{self.path} was deleted while it was being made"
            raise VesperError("conflict", message, "try again")
        return held

    def _migrate(self) -> None:
        try:
            migrate(self.path, self._steps, self._wait)
        except SqliteError as error:
            raise explain(error, self.path, self._wait) from error
        except OSError as error:
            raise denied(self.path, str(error.strerror)) from error

    def _drop(self) -> None:
        held = self._held.pop(threading.get_ident(), None)
        if held is not None:
            held.connection.close()

    def _close_those_of_ended_threads(self) -> None:
        # Registers a thread that the interpreter did not start, so that it counts as running.
        threading.current_thread()
        running = {thread.ident for thread in threading.enumerate()}
        for ident in self._held.keys() - running:
            self._held.pop(ident).connection.close()

    def _explain(self, error: SqliteError, held: _Held) -> Exception:
        if held.version > len(self._steps) and primary_code(error) == 1:
            return newer(held.connection, self.path, held.version, len(self._steps))
        return explain(error, self.path, self._wait)
