"""Several real processes on one board: nothing is lost, done twice or blocked."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vesper.store.engine import connect
from vesper.tasks.board import Board
from vesper.tasks.task import STATUSES, Draft, TaskFilter

pytestmark = pytest.mark.e2e

CROWD = Path(__file__).with_name("crowd.py")
NAMES = [f"agent{number}" for number in range(6)]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(it for it in sys.path if it)}


def start(root: Path, action: str, name: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(CROWD), str(root), action, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    return process


def release(process: subprocess.Popen[str]) -> None:
    """Wait until it is ready and let it begin."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def crowd(root: Path, action: str) -> dict[str, Any]:
    """What each of six processes says that it did, all of them let loose at once."""
    processes = {name: start(root, action, name) for name in NAMES}
    for process in processes.values():
        release(process)
    said: dict[str, Any] = {}
    for name, process in processes.items():
        out, err = process.communicate(timeout=50)
        assert (process.returncode, err) == (0, "")
        said[name] = json.loads(out)
    return said


def kill_when(process: subprocess.Popen[str], condition: Callable[[], bool]) -> str:
    """Kill -9 as soon as the condition holds; what it had said until then."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
    process.kill()
    out, err = process.communicate(timeout=10)
    assert err == ""
    return out


def assert_whole(root: Path) -> None:
    with closing(connect(root / ".vesper" / "vesper.db", 5)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_six_processes_claim_every_task_exactly_once_and_none_is_blocked(tmp_path: Path) -> None:
    with closing(Board(tmp_path)) as board:
        made = board.create_many([Draft(f"task {number}") for number in range(150)], actor="lead")
        claimed = crowd(tmp_path, "claim")
        owners: Counter[int] = Counter()
        owners.update(task for tasks in claimed.values() for task in tasks)
        assert owners == {task.id: 1 for task in made}
        assert all(tasks == sorted(tasks) for tasks in claimed.values())
        after = board.find(TaskFilter(status=STATUSES), limit=1000)
        assert {task.id: (task.status, task.assignee) for task in after} == {
            task: ("completed", name) for name, tasks in claimed.items() for task in tasks
        }
        # Each task has four events: created, assigned, started, completed.
        assert Counter(event.task for event in board.events(limit=1000)) == {
            task.id: 4 for task in made
        }


def test_of_six_processes_that_claim_one_task_one_gets_it_and_five_are_told_who(
    tmp_path: Path,
) -> None:
    with closing(Board(tmp_path)) as board:
        board.create("the only one", actor="lead")
        said = crowd(tmp_path, "claim_one")
        owner = board.get(1).assignee
    assert said.pop(owner) == [owner]
    assert said == {
        name: ["conflict", f"task 1 is already claimed by {owner}"]
        for name in NAMES
        if name != owner
    }


def test_six_processes_that_open_a_new_workspace_at_once_lose_nothing(tmp_path: Path) -> None:
    created = crowd(tmp_path, "create")
    ids = sorted(task for tasks in created.values() for task in tasks)
    assert ids == list(range(1, 151))
    with closing(Board(tmp_path)) as board:
        titles = {task.id: task.title for task in board.find(limit=1000)}
        assert titles == {
            task: f"{name} {number}"
            for name, tasks in created.items()
            for number, task in enumerate(tasks)
        }
        assert [event.task for event in board.events(limit=1000)] == ids
    assert_whole(tmp_path)
    assert [it.name for it in (tmp_path / ".vesper").glob("*.new*")] == []


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_a_killed_writer_leaves_every_acknowledged_batch_and_no_part_of_another(
    tmp_path: Path, batch: int
) -> None:
    process = start(tmp_path, "batches", "writer")
    release(process)
    assert process.stdout is not None
    acknowledged = [json.loads(process.stdout.readline()) for _ in range(batch)]
    rest = kill_when(process, lambda: True)
    acknowledged += [json.loads(line) for line in rest.splitlines() if line.endswith("]")]
    with closing(Board(tmp_path)) as board:
        found = [task.id for task in board.find(limit=1000)]
        assert found[: 40 * len(acknowledged)] == [it for made in acknowledged for it in made]
        assert len(found) % 40 == 0
        assert [event.task for event in board.events(limit=1000)] == found
        assert board.create("the next", actor="test").id == len(found) + 1
    assert_whole(tmp_path)


@pytest.mark.parametrize("name", [".vesper", "migrate.lock", "vesper.db.new", "vesper.db"])
def test_a_process_killed_while_it_creates_the_database_does_not_stop_the_next(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / ".vesper"
    sign = folder if name == ".vesper" else folder / name
    process = start(tmp_path, "batches", "writer")
    release(process)
    # The draft is there for some milliseconds only, which a loaded machine may miss.
    kill_when(process, lambda: sign.exists() or (folder / "vesper.db").exists())
    with closing(Board(tmp_path)) as board:
        before = len(board.find(limit=1000))
        assert before % 40 == 0
        assert board.create("the next", actor="test").id == before + 1
    assert_whole(tmp_path)
