"""Files below a folder, and nowhere else: each part of a path is opened by itself, links are never followed.

A path that is judged as text and opened later can be changed in between. Here the folder that was opened is
the one that the next part is looked for in. Where a system cannot open that way, nothing is opened.
"""

import errno
import os
import secrets
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from vesper.providers.failures import failed
from vesper.runtime.request import Failure

_BY_FOLDER: Final = os.open in os.supports_dir_fd
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
LONGEST: Final = 4_096
"""Characters of a path."""


def parts_of(path: str) -> list[str]:
    """The parts of a path that stays inside, by its text; else the failure `path_outside`."""
    parts = [it for it in path.split("/") if it != "."]
    if not path or len(path) > LONGEST or "\0" in path or "\\" in path or not any(parts):
        raise failed(f"`{path[:100]}` is no path; write it with `/`", "path_invalid")
    if path.startswith("/") or (os.name == "nt" and ":" in path):
        message = f"`{path[:100]}` does not begin in the workspace's folder"
        raise failed(message, "path_outside")
    if ".." in parts:
        raise failed(f"`{path[:100]}` goes up by `..`", "path_outside")
    if "" in parts:
        raise failed(f"`{path[:100]}` has a part without a name", "path_invalid")
    return parts


def read(root: Path, parts: Sequence[str], limit: int) -> bytes:
    """What a file holds, up to `limit` bytes."""
    with _told(parts), _folder(root, parts[:-1], make=False) as folder:
        return _content(folder, parts, limit)


def replace(root: Path, parts: Sequence[str], data: bytes) -> None:
    """Put a file in place of what is there, whole or not at all."""
    with _told(parts), _folder(root, parts[:-1], make=True) as folder:
        mode = _mode(folder, parts)
        with _drafted(folder, parts[-1], data, mode) as draft:
            os.replace(draft, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)


def create(root: Path, parts: Sequence[str], data: bytes) -> None:
    """Put a file where there is none; else the failure `file_exists`."""
    with (
        _told(parts),
        _folder(root, parts[:-1], make=True) as folder,
        _drafted(folder, parts[-1], data, None) as draft,
    ):
        # A link is refused where something has the name, which a rename would replace.
        os.link(draft, parts[-1], src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        os.unlink(draft, dir_fd=folder)
        os.fsync(folder)


def append(root: Path, parts: Sequence[str], data: bytes, limit: int) -> None:
    """Put data behind what is there: the file as it was, or with all of it. Only one may do so at a time."""
    with _told(parts), _folder(root, parts[:-1], make=True) as folder:
        mode = _mode(folder, parts)
        before = b"" if mode is None else _content(folder, parts, limit)
        if len(before) + len(data) > limit:
            raise too_large(parts, limit)
        with _drafted(folder, parts[-1], before + data, mode) as draft:
            os.replace(draft, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)


def too_large(parts: Sequence[str], limit: int) -> Failure:
    """The failure `file_too_large`."""
    message = (
        f"{'/'.join(parts)} is above {limit:,} bytes; `max_file_size` in vesper.toml changes that"
    )
    return failed(message, "file_too_large")


@contextmanager
def _folder(root: Path, parts: Sequence[str], *, make: bool) -> Generator[int]:
    """A descriptor of a folder below the root."""
    folder = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
                    os.fsync(folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _content(folder: int, parts: Sequence[str], limit: int) -> bytes:
    descriptor = os.open(parts[-1], _READ, dir_fd=folder)
    try:
        _check_regular(os.fstat(descriptor), parts)
        pieces: list[bytes] = []
        left = limit + 1
        while left and (piece := os.read(descriptor, min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    finally:
        os.close(descriptor)
    if not left:
        raise too_large(parts, limit)
    return b"".join(pieces)


def _mode(folder: int, parts: Sequence[str]) -> int | None:
    """The permissions of the file that has the name; None where there is none."""
    try:
        found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    _check_regular(found, parts)
    return stat.S_IMODE(found.st_mode)


def _check_regular(found: os.stat_result, parts: Sequence[str]) -> None:
    name = "/".join(parts)
    if stat.S_ISLNK(found.st_mode):
        raise failed(f"{name} is a link, which is not followed", "path_outside")
    if not stat.S_ISREG(found.st_mode):
        raise failed(f"{name} is a folder or a device, no file", "not_a_file")
    if found.st_nlink > 1:
        message = f"{name} has another name as well, which may be outside of the workspace"
        raise failed(message, "path_outside")


@contextmanager
def _drafted(folder: int, name: str, data: bytes, mode: int | None) -> Generator[str]:
    """A file with the data, on disk, under a name that nobody else uses; it is gone afterwards."""
    draft = f".{name[:100]}.{secrets.token_hex(8)}.new"
    descriptor = os.open(draft, _MAKE, 0o666, dir_fd=folder)
    try:
        try:
            if mode is not None:
                os.fchmod(descriptor, mode)
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield draft
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)


_MEANINGS: Final = {
    errno.ENOENT: ("file_missing", "there is no such file"),
    errno.ELOOP: ("path_outside", "a link is not followed"),
    errno.ENOTDIR: ("path_outside", "a part of the path is a link, or no folder"),
    errno.EEXIST: ("file_exists", "there is one already"),
    errno.EISDIR: ("not_a_file", "it is a folder"),
    errno.ENOSPC: ("disk_full", "the disk is full; nothing was changed"),
    errno.EDQUOT: ("disk_full", "the disk is full; nothing was changed"),
    errno.EFBIG: ("disk_full", "the file would be too large; nothing was changed"),
    errno.EACCES: ("denied", "the system does not let us"),
    errno.EPERM: ("denied", "the system does not let us"),
    errno.EROFS: ("read_only", "the disk cannot be written"),
    errno.ENXIO: ("not_a_file", "it is a pipe or a device"),
    errno.ENAMETOOLONG: ("path_invalid", "the name is too long"),
    errno.EMFILE: ("busy", "too many files are open"),
}


@contextmanager
def _told(parts: Sequence[str]) -> Generator[None]:
    """Errors of the system as failures."""
    if not _BY_FOLDER:
        message = "this system cannot open files below a folder safely"
        raise failed(message, "unsupported")
    try:
        yield
    except OSError as error:
        code, reason = _MEANINGS.get(error.errno or 0, ("file_failed", str(error.strerror)))
        raise failed(f"{'/'.join(parts)}: {reason}", code) from error
