"""The process that a host starts: what it loads, what it writes where, and how it ends."""

import json
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.mcp_tools.session import (
    INITIALIZE,
    INITIALIZED,
    call,
    connected,
    converse,
    lines,
    request,
    start,
)
from vesper.project import Project

pytestmark = pytest.mark.e2e

HEAVY = {"chromadb", "litellm", "z3", "numpy", "sqlite_utils", "pygls", "lsprotocol"}

NOTED = """
import json, pathlib, sys
from vesper.store.engine import sqlite3
opened, connect = [], sqlite3.connect
def noted(path, **options):
    opened.append(path)
    return connect(path, **options)
sqlite3.connect = noted
from vesper.cli.main import main
note = pathlib.Path(sys.argv.pop())
code = main()
note.write_text(json.dumps({"modules": sorted(sys.modules), "opened": opened}))
raise SystemExit(code)
"""

NOISY = """
import os, sys, threading, time
def noise():
    while "vesper_mcp.server" not in sys.modules:
        time.sleep(0.001)
    while True:
        print("flushed noise", flush=True)
        print("noise that stays in a buffer")
        os.write(1, b"noise below Python\\n")
        time.sleep(0.001)
threading.Thread(target=noise, daemon=True).start()
from vesper.cli.main import main
code = main()
print("the last noise", flush=True)
os._exit(code)
"""


def noted(root: Path, messages: list[object]) -> dict[str, list[str]]:
    """What the process had imported and opened when its client left."""
    note = root.parent / "note.json"
    process = start(root, NOTED, str(note))
    _, err = process.communicate(lines([INITIALIZE, INITIALIZED, *messages]), timeout=30)
    assert (process.returncode, err) == (0, b"")
    return json.loads(note.read_text())


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "work"
    root.mkdir()
    project = Project(root)
    project.board.create("first", actor="test")
    project.close()
    return root


def test_the_handshake_and_the_list_of_tools_load_nothing_heavy_and_open_no_database(workspace):
    seen = noted(workspace, [request(2, "tools/list")])
    assert [it for it in seen["modules"] if it.split(".")[0] in HEAVY] == []
    assert seen["opened"] == []


def test_the_database_is_opened_by_the_first_tool_that_needs_it(workspace):
    seen = noted(workspace, [request(2, "tools/call", name="task_list", arguments={})])
    assert [it for it in seen["opened"] if "vesper.db" in it] != []


def test_whatever_the_process_prints_only_messages_reach_the_client(workspace):
    process = start(workspace, NOISY)
    calls = [request(it, "tools/call", name="task_list", arguments={}) for it in range(2, 30)]
    out, err = process.communicate(lines([INITIALIZE, INITIALIZED, *calls]), timeout=30)
    assert {json.loads(it)["id"] for it in out.splitlines()} == set(range(1, 30))
    # Two threads write at once, so lines may run into one another; each noise is there all the same.
    for noise in (b"flushed noise", b"noise below Python", b"the last noise"):
        assert noise in err


def test_the_server_ends_with_its_client_and_says_nothing(workspace):
    replies, code, err = converse(workspace, [request(2, "tools/list")])
    assert replies.keys() == {1, 2}
    assert (code, err) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_server_cleanly(workspace, number):
    process = start(workspace)
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines([INITIALIZE]))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(number)
    assert process.wait(timeout=5) == 0
    _, err = process.communicate()
    assert err == b""


def test_a_signal_ends_a_server_that_waits_for_the_database_and_nothing_is_half_written(workspace):
    path = workspace / ".vesper/vesper.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    process = start(workspace)
    assert process.stdin
    assert process.stdout
    create = request(2, "tools/call", name="task_create", arguments={"title": "second"})
    later = request(3, "tools/call", name="task_list", arguments={})
    process.stdin.write(lines([INITIALIZE, INITIALIZED, create, later]))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    # Reading goes on while the write waits; its reply shows that the write has been received.
    assert json.loads(process.stdout.readline())["id"] == 3
    process.terminate()
    assert process.wait(timeout=5) in {0, 128 + signal.SIGTERM}
    process.communicate()
    holder.execute("rollback")
    assert [it[0] for it in holder.execute("select title from tasks")] == ["first"]
    holder.close()


def test_a_client_that_stops_reading_does_not_keep_the_server_alive(workspace):
    process = start(workspace)
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines([INITIALIZE, INITIALIZED]))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.stdout.close()
    process.stdin.write(lines([request(2, "tools/list")]))
    process.stdin.flush()
    assert process.wait(timeout=10) == 0
    assert process.stderr
    assert b"no longer reads replies" in process.stderr.read()
    process.stdin.close()
    process.stderr.close()


async def test_two_servers_on_one_workspace_share_its_tasks_and_never_a_claim(workspace):
    async with connected(workspace, "stdio") as one, connected(workspace, "stdio", "legacy") as two:
        await call(one, "task_create", title="second")
        assert len((await call(two, "task_list"))["tasks"]) == 2
        mine = await call(one, "task_claim", agent="ada")
        theirs = await call(two, "task_claim", agent="bob")
    assert {mine["id"], theirs["id"]} == {1, 2}


def test_a_workspace_that_does_not_exist_is_refused_before_the_protocol_begins(tmp_path):
    process = start(tmp_path / "missing")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, b"")
    assert b"there is no folder" in err
    assert b"--workspace" in err
