"""Who may import whom: the contracts of `[tool.importlinter]` in pyproject.toml hold, and bite."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import ROOT
from tests.requirements import requirement

SOURCES = ("server", "mcp_tools")
LINT = """
import sys
from importlinter import api
from importlinter.application.use_cases import lint_imports
sys.exit(not lint_imports("pyproject.toml", cache_dir=None, no_logo=True))
"""

pytestmark = pytest.mark.e2e


@requirement("V1")
def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert " 0 broken." in result.stdout


@requirement("V1")
@requirement("V1")
@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("server/vesper/lang/source.py", "import vesper.store.database", "Layers"),
        ("server/vesper/lang/source.py", "import vesper.lsp.server", "Layers"),
        ("server/vesper/tasks/task.py", "import vesper_mcp.server", "Only the command line"),
        ("server/vesper/tasks/task.py", "import sqlite3", "SQL lives in store only"),
        ("server/vesper/stray.py", "", "Layers"),
    ],
)
def test_a_wrong_import_or_an_unlisted_module_breaks_a_contract(
    tmp_path: Path, module: str, line: str, contract: str
) -> None:
    for name in SOURCES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout
    assert contract in result.stdout.partition("Broken contracts")[2]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the sources below `root`."""
    paths = os.pathsep.join(str(root / name) for name in SOURCES)
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=root,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
