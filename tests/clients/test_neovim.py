"""A real Neovim with our configuration, the real server and a real workspace."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
NEOVIM = REPOSITORY / ".tools" / "neovim" / "nvim"
VESPER = Path(sys.executable).with_name("vesper")

BROKEN = """\
node_id: hello_v1
type: fucntion
intent: Say hello
inputs:
  name: string
outputs:
  message: string
flow:
  - step: greet
    operation: string_template
    template: "👋 Hello, {nam}!"
    output: message
"""
ROLES = """\
reviewer:
  display_name: Reviewer
  descripton: Reads changes before they are merged
"""


def neovim() -> str:
    found = str(NEOVIM) if NEOVIM.exists() else shutil.which("nvim")
    assert found, "Neovim is missing: run `make test-clients`, which fetches it"
    return found


@pytest.mark.e2e
def test_neovim_shows_mends_and_files_the_problems_of_a_workspace(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    (workspace / ".vesper").mkdir(parents=True)
    (workspace / "broken.vsp").write_text(BROKEN, encoding="utf-8")
    (workspace / "team.role.yaml").write_text(ROLES, encoding="utf-8")
    script = Path(__file__).with_name("neovim.lua")
    state = tmp_path / "home"
    done = subprocess.run(
        [neovim(), "--headless", "-u", "NONE", "-i", "NONE", "-n", "-l", str(script),
         str(REPOSITORY), str(VESPER)],
        cwd=workspace.resolve(),
        env={"PATH": "/usr/bin:/bin", "HOME": str(state), "XDG_STATE_HOME": str(state),
             "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )  # fmt: skip
    # The script prints a line for each check; Neovim sends them to stderr.
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
