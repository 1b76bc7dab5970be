"""The files of a workspace that steer tools and people's shells: no program in a sandbox changes them."""

import os
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

_NAMES: Final = frozenset(
    {
        ".git", ".hg", ".svn", ".gitmodules", ".gitattributes", ".gitconfig", ".github", ".gitlab-ci.yml",
        ".circleci", ".ci", ".vesper", "vesper.toml", "roles", "roles.yaml", "roles.yml", ".vscode", ".idea",
        ".mcp.json", ".cursor", ".claude", ".codex", ".gemini", ".aider", "agents.md", "claude.md",
        ".envrc", ".bashrc", ".bash_profile", ".profile", ".zshrc", ".zshenv", ".ssh", ".netrc", ".npmrc",
        ".pypirc", ".pre-commit-config.yaml", ".husky", "sitecustomize.py", "usercustomize.py", "conftest.py",
        ".venv", "venv",
    }
)  # fmt: skip
_PATTERNS: Final = ("*.role.yaml", "*.role.yml", "*.code-workspace", ".roo*", ".env*", "*.pth")
_SECRET: Final = (".env", ".env.*", ".envrc", ".netrc", ".npmrc", ".pypirc", ".ssh")
_UNSEARCHED: Final = frozenset({"node_modules", "__pycache__"})
_MOST: Final = 200_000
"""Entries that are looked at: in a larger tree the rest stays unprotected below its folder."""


def is_protected(name: str) -> bool:
    """Whether a file or folder of that name is protected, wherever it lies."""
    name = name.lower()
    return name in _NAMES or any(fnmatchcase(name, it) for it in _PATTERNS)


def is_secret(name: str) -> bool:
    """Whether a file or folder of that name is hidden as well: it holds passwords as a rule."""
    return any(fnmatchcase(name.lower(), it) for it in _SECRET)


def find(root: Path) -> list[str]:
    """The protected files and folders below `root`, from there, the outermost ones only."""
    return sorted(_find(root))


def set_aside(root: Path, before: list[str], folder: Path) -> tuple[str, ...]:
    """Move protected files that appeared since `before` into `folder`; which ones those were."""
    known = set(before)
    made = tuple(it for it in find(root) if it not in known)
    place = folder / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for number, name in enumerate(made):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The number keeps equal names apart.
        os.replace(root / name, place / f"{number}-{os.path.basename(name)}")
    return made


def _find(root: Path) -> Iterator[str]:
    seen = 0
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if is_protected(entry.name):
                yield folder + entry.name
            elif entry.is_dir(follow_symlinks=False) and entry.name not in _UNSEARCHED:
                waiting.append(f"{folder}{entry.name}/")
        if seen > _MOST:
            return
