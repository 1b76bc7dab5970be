"""Filling an index from files, one small step at a time, so that a server can do it between messages."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vesper.config import Settings
from vesper.errors import VesperError
from vesper.lang.check import Reader
from vesper.lang.piece import DocumentKind
from vesper.workspace.files import document_kind, read_text, walk
from vesper.workspace.ignored import Ignored
from vesper.workspace.index import Index, brief, policy_of

SLICE: Final = 60
"""About how many lines one step reads: what a keystroke may have to wait for."""
MOST_FOLDERS: Final = 20_000
"""A workspace with more folders than this is a whole disk; what lies beyond is not looked at."""

Stamp = tuple[int, int]


class Scan:
    """Keeps the index of the workspace at `root` in step with its files."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.index = Index()
        self.configure(settings)
        self.notes: list[str] = []
        """What the person at the editor should know of it, each said once."""
        self.turns = 0
        """Grows when a file was read or dropped."""
        self._stamps: dict[str, Stamp] = {}
        self._waiting: dict[str, None] = {}
        self._reading: tuple[str, Reader, DocumentKind] | None = None
        self._walk: Iterator[list[Path]] | None = None
        self._seen: dict[str, None] = {}
        self._folders = 0
        self._read = 0
        self.again()

    def configure(self, settings: Settings) -> None:
        """Go by other settings from now on; see `again` for what they include and leave out."""
        self._settings = settings
        self.index.policy = policy_of(settings)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return self._walk is None and not self._waiting and self._reading is None

    @property
    def progress(self) -> tuple[int, int]:
        """How many files were read since there was nothing to do, and how many are known to wait."""
        return self._read, len(self._waiting) + (self._reading is not None)

    @property
    def is_walking(self) -> bool:
        """Whether more files may yet be found."""
        return self._walk is not None

    def again(self) -> None:
        """Look through all folders anew; files that did not change are not read again."""
        self._ignored = Ignored(self.root, self._settings.include, self._settings.exclude)
        self._walk = walk(self.root, self._ignored, nested=False)
        self._seen = {}
        self._folders = 0

    def look_at(self, file: str) -> None:
        """Have one file read again, which was made, changed or deleted; its name is the workspace's."""
        self._stamps.pop(file, None)
        self._waiting[file] = None

    def kind_of(self, file: str) -> DocumentKind | None:
        """What kind of document a file of the workspace is by its name."""
        return document_kind(Path(self.root.name, file))

    def step(self) -> bool:
        """Do one small thing; False when there is nothing to do."""
        if self._walk is not None:
            self._step_walk(self._walk)
        elif self._reading is not None:
            self._step_reading(self._reading)
        elif self._waiting:
            self._begin(next(iter(self._waiting)))
        else:
            return False
        if self.is_idle:
            self.index.is_complete = True
            self._read = 0
        return True

    def finish(self) -> Index:
        """Do all there is to do; the index."""
        while self.step():
            pass
        return self.index

    def _step_walk(self, walking: Iterator[list[Path]]) -> None:
        found = next(walking, None)
        self._folders += 1
        if found is not None and self._folders <= MOST_FOLDERS:
            for path in found:
                self._find(path)
            return
        self._walk = None
        if found is not None:
            self.notes.append(
                f"{self.root} has more than {MOST_FOLDERS:,} folders; the rest is not looked at"
            )
        for file in self.index.files:
            if file not in self._seen and not self.index.is_live(file):
                self._drop(file)

    def _find(self, path: Path) -> None:
        file = os.path.relpath(path, self.root).replace(os.sep, "/")
        if self.kind_of(file) is None:
            return
        self._seen[file] = None
        if self._stamps.get(file) != _stamp(path):
            self._waiting[file] = None

    def _begin(self, file: str) -> None:
        del self._waiting[file]
        self._read += 1
        kind = self.kind_of(file)
        if self.index.is_live(file) or kind is None:
            return
        path = self.root / file
        if not self._ignored.holds(str(path)):
            self._drop(file)
            return
        stamp = _stamp(path)
        try:
            text = read_text(path, self._settings.max_file_size)
        except VesperError:
            self._drop(file)
            return
        self._stamps[file] = stamp
        self._reading = (file, Reader(text, kind), kind)

    def _step_reading(self, reading: tuple[str, Reader, DocumentKind]) -> None:
        file, reader, kind = reading
        # Let go first: should the file be more than we can take, the others still get their turn.
        self._reading = None
        if self.index.is_live(file):
            return
        if reader.step(SLICE):
            self._reading = reading
        else:
            self.turns += 1
            self.index.put(file, brief(file, reader.facts(), kind))

    def _drop(self, file: str) -> None:
        self.turns += 1
        self._stamps.pop(file, None)
        self.index.drop(file)


def _stamp(path: Path) -> Stamp:
    """What changes when a file does; of one that is not there, zeros."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
