"""Where a workspace begins, which of its files are documents, and how their bytes become text."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.errors import VesperError
from vesper.workspace.ignored import Ignored

if TYPE_CHECKING:
    from vesper.lang.piece import DocumentKind

MAX_BYTES: Final = 4 << 20
"""Files above this size are refused politely: reading them would take seconds."""

ROOT_MARKERS: Final = (".vesper", "vesper.toml", ".git")

_OWN_MARKERS: Final = (".vesper", "vesper.toml")
_YAML: Final = (".yaml", ".yml")
_ENDINGS: Final = (".vsp", *_YAML)


def find_root(start: Path) -> Path:
    """The folder of the workspace that `start`, an absolute file or folder, belongs to.

    It is the nearest folder at or above `start` with one of `ROOT_MARKERS`; without one it is
    `start` itself, or the folder of the file.
    """
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in ROOT_MARKERS):
            return candidate
    return folder


def document_kind(path: Path) -> "DocumentKind | None":
    """What kind of document a file is by its name; None for any other file."""
    name = path.name
    if name.endswith(".vsp"):
        return "vsp"
    if name.endswith((".role.yaml", ".role.yml")) or name in ("roles.yaml", "roles.yml"):
        return "role"
    if path.suffix in _YAML and "roles" in path.parts[:-1]:
        return "role"
    return None


def kind_in_workspace(file: Path) -> "DocumentKind | None":
    """The same by the file's place in its workspace: what lies above that does not count."""
    return document_kind(_below_root(file))


def _below_root(path: Path) -> Path:
    absolute = Path(os.path.abspath(path))
    return absolute.relative_to(find_root(absolute).parent)


def find_documents(folder: Path, ignored: Ignored | None = None) -> Iterator[Path]:
    """Every document below a folder, sorted; see `walk`."""
    place = _below_root(folder)
    for found in walk(folder, ignored or Ignored(folder)):
        for path in found:
            if document_kind(place / path.relative_to(folder)):
                yield path


def walk(folder: Path, ignored: Ignored, *, nested: bool = True) -> Iterator[list[Path]]:
    """The files of a folder and of those below it that may be documents, folder by folder, sorted.

    Links to folders are not followed, nor are links to files that the walk comes upon anyway. What is
    ignored is skipped, and what cannot be read. Without `nested` so are workspaces below this one.
    """
    real = os.path.realpath(folder)
    pending = [str(folder)]
    while pending:
        here = pending.pop()
        try:
            found = sorted(os.scandir(here), key=lambda it: it.name)
        except OSError:
            continue
        if not nested and here != str(folder) and any(it.name in _OWN_MARKERS for it in found):
            continue
        files: list[Path] = []
        below: list[str] = []
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if not ignored.leaves_out(entry.path, is_folder=True):
                    below.append(entry.path)
            elif (
                entry.name.endswith(_ENDINGS)
                and _is_regular(entry, real)
                and not ignored.leaves_out(entry.path, is_folder=False)
            ):
                files.append(Path(entry.path))
        pending.extend(reversed(below))
        yield files


def _is_regular(entry: "os.DirEntry[str]", root: str) -> bool:
    try:
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        target = os.path.realpath(entry.path)
        return entry.is_file() and os.path.commonpath((target, root)) != root
    except (OSError, ValueError):
        return False


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a document, its line ends as written.

    Raises VesperError: not_found, invalid for what is no regular file, is too large or is no UTF-8
    (the first bad byte is named).
    """
    try:
        if not path.is_file():
            if path.exists():
                raise VesperError("invalid", f"{path} is not a regular file", "name a document")
            raise VesperError("not_found", f"there is no file {path}", "check the path")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise VesperError("denied", f"{path} cannot be read: {reason}") from error
    if len(data) > limit:
        hint = "split it into several nodes, or raise `max_file_size` in vesper.toml"
        raise VesperError("invalid", f"{path} is larger than {shown_size(limit)}", hint)
    return decode(data, path)


def shown_size(size: int) -> str:
    """A number of bytes as people write it."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}".replace(".0 ", " ")
    return f"{size} bytes"


def decode(data: bytes, path: Path) -> str:
    """Bytes as text; what is not UTF-8 is refused with the place of its first bad byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = f"{path} is UTF-16; documents are UTF-8"
        raise VesperError("invalid", message, "save it as UTF-8 in your editor")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        byte = data[error.start]
        message = f"{path}:{line}:{column}: byte 0x{byte:02X} at offset {error.start} is not UTF-8"
        raise VesperError("invalid", message, "save it as UTF-8 in your editor") from error
