"""The files of this repository, as the tests of `tests/project` read them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or with the next commit will be, in the repository."""
    # CI machines check out as one user and test as another; git then wants to be told.
    listing = subprocess.run(
        [
            *("git", "-c", "safe.directory=*", "ls-files", "-z"),
            *("--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in sorted(set(listing.split("\0"))) if name)
    return tuple(it for it in paths if it.is_file())


def python_files(*folders: str) -> list[Path]:
    """The tracked Python files below the named top folders."""
    return [
        it for it in tracked() if it.suffix == ".py" and it.relative_to(ROOT).parts[0] in folders
    ]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, nested ones and methods too."""
    return [
        node
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def place(path: Path, node: ast.stmt | None = None) -> str:
    """Where to look, as `path` or `path:line`."""
    name = path.relative_to(ROOT).as_posix()
    return name if node is None else f"{name}:{node.lineno}"
