"""Files by which a run could widen what it may do, or have others run code: people are asked first."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

_FOLDERS: Final = (
    ".git", ".hg", ".svn", ".vscode", ".idea", ".cursor", ".claude", ".codex", ".gemini", ".roo*", ".vesper",
    ".ssh", ".github", ".gitlab", ".circleci", ".husky", ".devcontainer", "roles",
    "node_modules", "site-packages",
)  # fmt: skip
_NAMES: Final = (
    "*.code-workspace", ".mcp.json", "*.role.yaml", "*.role.yml", "roles.yaml", "roles.yml", "vesper.toml",
    ".env*", ".bash*", ".zsh*", ".zprofile", ".profile", ".inputrc", ".npmrc", ".yarnrc*", ".pypirc",
    ".netrc", "*.pth", "sitecustomize.py", "usercustomize.py", "conftest.py", "package.json", "makefile",
    "gnumakefile", "*.mk", ".gitmodules", ".gitattributes", ".gitconfig", ".gitlab-ci.yml", ".travis.yml",
    "azure-pipelines.yml", "jenkinsfile", ".pre-commit-config.yaml", ".roo*", ".cursorrules",
    "agents.md", "claude.md", "gemini.md",
)  # fmt: skip


def is_protected(parts: Sequence[str]) -> bool:
    """Whether the file changes only with a person's yes. Case does not count: some disks ignore it."""
    # Some systems drop blanks and dots at the end of a name.
    names = [it.lower().rstrip(" .") for it in parts]
    return any(_matches(it, _FOLDERS) for it in names) or _matches(names[-1], _NAMES)


def is_private(parts: Sequence[str]) -> bool:
    """Whether the file is the state of Vesper itself, which steps read by other operations."""
    return any(it.lower().rstrip(" .") == ".vesper" for it in parts)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, it) for it in patterns)
