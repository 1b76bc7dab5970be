"""Which files of a workspace are documents, and how their bytes become text."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.piece import DocumentKind

MAX_BYTES: Final = 4 << 20
"""Files above this size are refused politely: reading them would take seconds."""

_SKIPPED: Final = frozenset(
    {".git", ".vesper", ".venv", "node_modules", "__pycache__", ".tools", "dist", "build"}
)
_YAML: Final = (".yaml", ".yml")


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


def find_documents(folder: Path) -> Iterator[Path]:
    """Every document below a folder, sorted; links are not followed, tools' folders are skipped."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(it for it in folders if it not in _SKIPPED)
        for name in sorted(names):
            path = Path(here, name)
            if document_kind(path.relative_to(folder.parent)) and path.is_file():
                yield path


def read_text(path: Path) -> str:
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
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise VesperError("denied", f"{path} cannot be read: {reason}") from error
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES >> 20} MiB"
        raise VesperError("invalid", f"{path} is larger than {size}", "split it into several nodes")
    return decode(data, path)


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
