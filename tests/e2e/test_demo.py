"""The demo does what the README promises, with real processes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.e2e


def play(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory):
    """What the demo printed, and the workspace it left."""
    home = tmp_path_factory.mktemp("clone")
    shutil.copytree(EXAMPLES, home / "examples")
    done = play(home / "examples" / "demo.py", cwd=home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout, home / ".demo"


def test_it_tells_its_story_in_order(played: tuple[str, Path]):
    out, workspace = played
    story = [
        "editor  opens roles.yaml: ",
        "editor  opens greeting.vsp: ",
        "[VSP501]",
        "editor  completes `operation:` with ",
        "editor  hovers `step`: ",
        "editor  offers: Create task from this problem",
        "task 1 is on the board",
        "you  $ vesper task list",
        "there is no operation `string_tempalte`",
        "agent  connects over MCP and sees ",
        "agent  task_list -> ",
        "editor  is told that demo-agent has claimed the task",
        "agent  completes task 1; the editor is told",
        "you  $ vesper check clean",
        "no problems in ",
        "you  $ vesper test payment_handler.vsp",
        "✓ idempotency",
        "15 passed in 3 files",
        "bank  serves on http://127.0.0.1:",
        "you  $ vesper run payment_handler.vsp",
        "repeated        false",
        "repeated        true",
        f"The workspace is yours to open: {workspace.resolve()}",
    ]
    place = 0
    for words in story:
        found = out.find(words, place)
        assert found >= 0, f"{words!r} does not come after what precedes it in\n{out}"
        place = found


def test_it_leaves_a_workspace_with_the_task_done(played: tuple[str, Path]):
    _, workspace = played
    done = play("-m", "vesper", "task", "list", "--json", cwd=workspace)
    (task,) = json.loads(done.stdout)
    assert (task["status"], task["assignee"]) == ("completed", "demo-agent")
    assert task["place"]["path"] == "greeting.vsp"
    assert task["place"]["code"] == "VSP501"
    names = {it.name for it in workspace.iterdir()}
    assert {"greeting.vsp", "roles.yaml", "clean", ".vesper"} <= names


def test_it_can_be_played_again_on_the_workspace_it_left(played: tuple[str, Path]):
    out, workspace = played
    again = play(workspace.parent / "examples" / "demo.py", cwd=workspace.parent)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.splitlines()[0] == out.splitlines()[0]
    assert len(again.stdout.splitlines()) == len(out.splitlines())
