"""The SQLite library in use, how a connection is set up, and what its errors mean to a person."""

import os
from enum import IntEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from vesper.errors import VesperError

if TYPE_CHECKING:
    import sqlite3
else:
    # The wheel brings a SQLite without the multi-process WAL defect of those before 3.51.3.
    try:
        import pysqlite3 as sqlite3
    except ImportError:
        import sqlite3

Connection = sqlite3.Connection
SqliteError = sqlite3.Error

APPLICATION_ID: Final = 0x56535052
"""`VSPR` in the file header: how a database of ours is told from that of another program."""


class Code(IntEnum):
    """Primary result codes of SQLite that have a meaning here."""

    ERROR = 1
    BUSY = 5
    READ_ONLY = 8
    IO_ERROR = 10
    CORRUPT = 11
    FULL = 13
    CANNOT_OPEN = 14
    AUTH = 23
    NOT_A_DATABASE = 26


WAL_WRITE_LOCK: Final = "120"
"""The byte of the -shm file that the one writer locks (the WAL-index format)."""


def connect(path: Path, wait: float, *, immutable: bool = False) -> Connection:
    """Open the existing database `path`; whoever calls it closes it.

    `immutable` reads a database whose folder cannot be written; it never sees later changes.
    Any thread may close the connection, but only one may use it.
    """
    mode = "mode=ro&immutable=1" if immutable else "mode=rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=wait,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        # NORMAL would lose acknowledged commits when the power goes.
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def library() -> ModuleType:
    """The module that speaks SQLite here, for whoever opens another database than the workspace's own."""
    return sqlite3


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return sqlite3.sqlite_version


def pragma(connection: Connection, name: str) -> int:
    """The value of a numeric pragma."""
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def faults(connection: Connection) -> list[str]:
    """What is wrong inside a database that opens, a line each; reads all of it."""
    checked = [str(line) for (line,) in connection.execute("PRAGMA quick_check(20)")]
    lost = [f"a row of {row[0]} refers to no {row[2]}" for row in
            connection.execute("PRAGMA foreign_key_check").fetchmany(20)]  # fmt: skip
    return [it for it in checked if it != "ok"] + lost


def primary_code(error: SqliteError) -> int:
    """The SQLite result code without its extension bits; 0 when the error carries none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def explain(error: SqliteError, path: Path, wait: float) -> Exception:
    """What a person can do about `error`; one that only a defect of ours explains is itself."""
    match primary_code(error):
        case Code.BUSY:
            message = f"{path} was locked for {wait:g} s{_writer(path)}"
            return VesperError("busy", message, "nothing was changed; try again in a moment")
        case Code.NOT_A_DATABASE:
            return VesperError("damaged", f"{path} is not a database", restore_hint(path))
        case Code.CORRUPT:
            return VesperError("damaged", f"{path} is damaged: {error}", restore_hint(path))
        case Code.READ_ONLY | Code.CANNOT_OPEN | Code.AUTH:
            return denied(path, str(error))
        case Code.IO_ERROR | Code.FULL:
            message = f"{path} could not be written or read: {error}"
            return VesperError("denied", message, "check the disk and its free space; try again")
        case _:
            return error


def denied(path: Path, reason: str) -> VesperError:
    """The system does not let us use the database or its folder."""
    message = f"cannot use {path}: {reason}"
    return VesperError("denied", message, f"make {path.parent} and the files in it writable")


def foreign(path: Path) -> VesperError:
    """The file is a sound database, but not one of ours."""
    return VesperError("damaged", f"{path} is a database of another program", restore_hint(path))


def restore_hint(path: Path) -> str:
    """How to go on after a database that cannot be used, which is always left as it is."""
    backups = path.parent / "backups"
    if backups.is_dir():
        return f"nothing was changed: move it away and copy the newest file of {backups} there"
    return "nothing was changed: move it away to start anew"


def _writer(path: Path) -> str:
    """Which process holds the write lock, where the system tells (Linux). Never opens the file.

    Closing any descriptor of a database file would release this process's own locks on it.
    """
    try:
        inode = os.stat(f"{path}-shm").st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    for line in lines:
        fields = line.split()
        if fields[-2:] == [WAL_WRITE_LOCK] * 2 and fields[-3].endswith(f":{inode}"):
            return f" by process {fields[-4]}"
    return ""
