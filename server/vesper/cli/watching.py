"""Checking again whenever a file changes: what changed, and what depends on it.

Files are looked at by their stamps a few times a second: a thousand of them cost some milliseconds, it
works on every file system, and it needs no library.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.cli.checking import Workspaces, checked
from vesper.cli.paths import documents_at, shown_name
from vesper.cli.report import Checked, counted
from vesper.cli.terminal import in_line, styled
from vesper.errors import VesperError
from vesper.workspace.files import kind_in_workspace, read_text
from vesper.workspace.ignored import GITIGNORE, Ignored
from vesper.workspace.related import mentioning, names_defined

if TYPE_CHECKING:
    from vesper.project import Project

PAUSE: Final = 0.25
"""Seconds between two looks."""
_CLEAR: Final = "\x1b[H\x1b[2J"
_SETTINGS: Final = ("vesper.toml", GITIGNORE)
_MOST_NAMED: Final = 5
_ABOUT_OTHERS: Final = ("VSP7", "ROL")

Stamp = tuple[int, int, int]


def watch(paths: Sequence[str], show: Callable[[Sequence[Checked]], None]) -> None:
    """Check, show, and do it again after every change, until the person interrupts."""
    watching = Watch(paths)
    on_terminal = sys.stdout.isatty()
    found, again = watching.first(), list[str]()
    while True:
        if on_terminal:
            print(_CLEAR, end="")
        elif again:
            names = ", ".join(in_line(it) for it in again[:_MOST_NAMED])
            more = f" and {len(again) - _MOST_NAMED} more" if len(again) > _MOST_NAMED else ""
            print(f"checked again: {names}{more}", file=sys.stderr)
        show(found)
        note = f"watching {counted(len(found), 'file')}; Ctrl-C ends"
        print(styled(note, "dim", sys.stderr), file=sys.stderr, flush=True)
        found, again = _next(watching)


def _next(watching: "Watch") -> tuple[list[Checked], list[str]]:
    """Wait for a change, and for a moment without one: editors write in several steps."""
    while True:
        time.sleep(PAUSE)
        if not watching.look():
            continue
        while watching.look():
            time.sleep(PAUSE / 4)
        try:
            found = watching.again()
        except VesperError as error:
            print(f"vesper: {in_line(error.message)}\n  {in_line(error.hint)}", file=sys.stderr)
        else:
            if found is not None:
                return found


class Watch:
    """The documents below some paths, with what they were and what was found in them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._wanted: list[Path] = []
        self._texts: dict[Path, str] = {}
        """Every document of the workspaces concerned, as it was when it was last read."""
        self._stamps: dict[Path, Stamp] = {}
        """Of each such document, and of what says which files are documents."""
        self._folders: dict[Path, Stamp] = {}
        self._changed: dict[Path, None] = {}
        self._is_listed = False
        self._found: dict[Path, Checked] = {}

    def first(self) -> list[Checked]:
        """The problems of every file; VesperError when a path or the settings are wrong."""
        self._list()
        self._changed = {}
        self._texts = {it: _text(it) for it in self._stamps if it.name not in _SETTINGS}
        return self._check(self._wanted)

    def look(self) -> bool:
        """Whether something happened to a file or a folder since the last look."""
        changed = _renewed(self._stamps)
        self._changed |= dict.fromkeys(changed)
        if _renewed(self._folders) or any(it.name in _SETTINGS for it in changed):
            self._is_listed = False
            return True
        return bool(changed)

    def again(self) -> tuple[list[Checked], list[str]] | None:
        """The problems of every file after what happened, and which files were checked again.

        None when no document was concerned; VesperError as from `first`, and the next change tries
        once more.
        """
        before = self._wanted
        if not self._is_listed:
            self._list()
        if not self._changed:
            return None
        if any(it.name in _SETTINGS for it in self._changed):
            affected = set(self._wanted)
            self._texts = {it: _text(it) for it in self._stamps if it.name not in _SETTINGS}
        else:
            affected = self._affected(self._changed)
        for it in self._found.keys() - set(self._wanted):
            del self._found[it]
        again = [it for it in self._wanted if it in affected or it not in self._found]
        found = self._check(again)
        self._changed = {}
        if not again and before == self._wanted:
            return None
        return found, [shown_name(it) for it in again]

    def _check(self, files: Sequence[Path]) -> list[Checked]:
        self._found |= dict(zip(files, checked(files), strict=True))
        return [self._found[it] for it in self._wanted]

    def _affected(self, changed: dict[Path, None]) -> set[Path]:
        """The files changed, and those that may have other problems now: they name what is in them."""
        names: set[str] = set()
        for path in changed:
            before, now = self._texts.pop(path, ""), _text(path)
            if path in self._stamps:
                self._texts[path] = now
            names |= _names(path, before) | _names(path, now)
        affected = set(changed)
        seen: set[str] = set()
        while new := names - seen:
            seen |= new
            pattern = mentioning(new)
            for path, text in self._texts.items():
                if path not in affected and pattern.search(text):
                    affected.add(path)
                    names |= _names(path, text)
        missing = {
            path
            for path, it in self._found.items()
            if any(problem.code.startswith(_ABOUT_OTHERS) for problem in it.found)
        }
        by_absolute = {Path(os.path.abspath(it)): it for it in self._wanted}
        return {by_absolute[it] for it in affected if it in by_absolute} | missing

    def _list(self) -> None:
        """Find out anew which files there are; those that were not, or are no more, have changed."""
        wanted = documents_at(self._paths)
        workspaces = Workspaces()
        projects: dict[Path, Project] = {}
        for path in (*wanted, *(Path(it) / GITIGNORE for it in self._paths)):
            project = workspaces.of(path)
            projects[project.root] = project
        files = {Path(os.path.abspath(it)) for it in wanted}
        folders = {Path(os.path.abspath(it)) for it in self._paths}
        for project in projects.values():
            files.update(project.documents())
            files.update(project.root / name for name in _SETTINGS)
            folders.update(_folders(project))
        self._changed |= dict.fromkeys(files ^ self._stamps.keys())
        self._stamps = {it: self._stamps.get(it) or _stamp(it) for it in files}
        self._folders = {it: _stamp(it) for it in folders}
        self._wanted, self._is_listed = wanted, True


def _folders(project: "Project") -> Iterator[Path]:
    """The folders of a workspace in which documents may come up."""
    settings = project.settings
    ignored = Ignored(project.root, settings.include, settings.exclude)
    for here, folders, _ in os.walk(project.root):
        yield Path(here)
        folders[:] = [
            it for it in folders if not ignored.leaves_out(os.path.join(here, it), is_folder=True)
        ]


def _renewed(stamps: dict[Path, Stamp]) -> list[Path]:
    """Bring stamps up to date; the paths of those that were not."""
    changed = [(it, now) for it, before in stamps.items() if (now := _stamp(it)) != before]
    stamps.update(changed)
    return [it for it, _ in changed]


def _stamp(path: Path) -> Stamp:
    """What changes when a file does; of one that is not there, zeros."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except VesperError:
        return ""


def _names(path: Path, text: str) -> set[str]:
    return names_defined(text, kind_in_workspace(path) or "vsp")
