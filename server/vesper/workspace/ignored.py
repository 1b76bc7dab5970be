"""What a workspace leaves out: the patterns of `.gitignore`, nested and with negations, and of `exclude`."""

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

GITIGNORE: Final = ".gitignore"
_SKIPPED: Final = frozenset(
    {".git", ".vesper", ".venv", "node_modules", "__pycache__", ".tools", "dist", "build"}
)
_LONGEST: Final = 1 << 20


class _Line(NamedTuple):
    """One line of patterns."""

    regex: re.Pattern[str]
    leaves_out: bool
    is_below: bool
    """Whether it speaks of what is below a folder only (`build/**`)."""


class Ignored:
    """The patterns that hold in the workspace at `root`, read folder by folder as it is walked."""

    def __init__(
        self, root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()
    ) -> None:
        self._root = os.path.abspath(root)
        self._read: dict[str, list[_Line]] = {}
        self._top = _repository(self._root)
        self._exclude = _lines(exclude)
        self._include = _lines(include)

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder is left out; the folders above it are not looked at."""
        name = os.path.basename(path)
        if is_folder and name in _SKIPPED:
            return True
        if self._exclude or self._include:
            below = _below(path, self._root)
            if _verdict(self._exclude, f"{below}/" if is_folder else below):
                return True
            if self._include and not is_folder and not self._includes(below):
                return True
        return self._by_gitignore(path, is_folder)

    def holds(self, path: str) -> bool:
        """Whether a file of the workspace belongs to it: neither it nor a folder above is left out."""
        below = _below(path, self._root)
        if below.startswith("../"):
            return False
        parts = below.split("/")
        above = self._root
        for part in parts[:-1]:
            above = os.path.join(above, part)
            if self.leaves_out(above, is_folder=True):
                return False
        return not self.leaves_out(path, is_folder=False)

    def _includes(self, below: str) -> bool:
        """Whether `include` speaks of a file or of a folder above it; the innermost word counts."""
        shown = below
        while shown:
            found = _verdict(self._include, shown)
            if found is not None:
                return found
            shown = shown.rstrip("/").rpartition("/")[0]
            shown = f"{shown}/" if shown else ""
        return False

    def _by_gitignore(self, path: str, is_folder: bool) -> bool:
        """The innermost file with something to say about the path decides; its last line counts."""
        here = os.path.dirname(path)
        while True:
            lines = self._lines_of(here)
            if lines:
                shown = _below(path, here)
                found = _verdict(lines, f"{shown}/" if is_folder else shown)
                if found is not None:
                    return found
            if here == self._top or len(here) < len(self._top):
                return False
            here = os.path.dirname(here)

    def _lines_of(self, folder: str) -> list[_Line]:
        if folder not in self._read:
            lines: list[str] = []
            with contextlib.suppress(OSError), open(os.path.join(folder, GITIGNORE), "rb") as file:
                lines = file.read(_LONGEST).decode("utf-8", "replace").splitlines()
            self._read[folder] = _lines(lines)
        return self._read[folder]


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _repository(root: str) -> str:
    """The folder of the repository that the workspace is in; without one the workspace itself."""
    here = root
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return root
        here = above


def _lines(lines: Sequence[str]) -> list[_Line]:
    wanted = [it for it in lines if it.strip() and not it.startswith("#")]
    if not wanted:
        return []
    # Most workspaces have few patterns or none, so the library is loaded when there are some.
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    found: list[_Line] = []
    for line in wanted:
        try:
            pattern = GitIgnoreSpecPattern(line)
        except ValueError:
            continue
        regex: re.Pattern[str] | None = pattern.regex  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if regex is not None and pattern.include is not None:
            # What the library makes of `*` and of `*/` is right for searching only.
            plain = {".": ".+", "(?P<ps_d>/)": ".+/"}.get(regex.pattern)
            is_below = plain is None and line.rstrip().endswith("/**")
            found.append(_Line(re.compile(plain) if plain else regex, pattern.include, is_below))
    found.reverse()
    return found


def _verdict(lines: list[_Line], shown: str) -> bool | None:
    """Whether the last line that speaks of the path leaves it out; None when none does.

    The library's patterns match all that is below a folder too. Here a folder that is left out is not
    walked at all, and one that is brought back brings back nothing below, as git has it.
    """
    for line in lines:
        match = line.regex.match(shown)
        if match is None:
            continue
        is_whole = match.end() == len(shown)
        if is_whole is not line.is_below:
            return line.leaves_out
    return None
