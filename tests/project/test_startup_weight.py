"""Nothing heavy is loaded before it is needed. What it costs is measured by `bench/startup.py`."""

import json
import subprocess
import sys

import pytest

HEAVY = {"chromadb", "keyring", "litellm", "numpy", "sqlalchemy", "sqlite_utils", "z3"}
REPORT = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
HELP = """
import sys
sys.argv = ["vesper", "--help"]
from vesper.cli.main import main
try:
    sys.exit(main())
except SystemExit as end:
    assert not end.code, end.code
"""

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("code", "needed", "unwanted"),
    [
        ("import vesper.lsp.server", "pygls", {"mcp", "starlette"} | HEAVY),
        ("import vesper_mcp.server", "mcp", {"lsprotocol", "pygls"} | HEAVY),
        (
            HELP,
            "vesper.cli.main",
            {"lsprotocol", "mcp", "pydantic", "pygls", "pysqlite3", "sqlite3", "yaml"} | HEAVY,
        ),
    ],
    ids=["lsp", "mcp", "help"],
)
def test_a_surface_starts_without_the_libraries_of_others(
    code: str, needed: str, unwanted: set[str]
) -> None:
    loaded = modules_after(code)
    assert needed in loaded
    assert loaded & unwanted == set()


def modules_after(code: str) -> set[str]:
    """The modules loaded once a fresh interpreter has run the code."""
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stderr.splitlines()[-1]))
