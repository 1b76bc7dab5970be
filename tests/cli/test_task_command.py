import argparse
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vesper.cli.commands import task as task_command
from vesper.errors import VesperError
from vesper.project import Project
from vesper.tasks.task import Place

Run = Callable[..., str]


class Terminal(io.StringIO):
    """An output stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `vesper task` with these arguments in a fresh workspace; what it prints."""

    def run(*arguments: str) -> str:
        parser = argparse.ArgumentParser(prog="vesper")
        task_command.add_parser(parser.add_subparsers())
        args = parser.parse_args(["task", *arguments, "--workspace", str(tmp_path)])
        assert args.run(args) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def in_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(action: Callable[[], object]) -> VesperError:
    with pytest.raises(VesperError) as caught:
        action()
    return caught.value


def test_an_empty_board_says_what_to_do_next_and_creates_nothing(run: Run, tmp_path: Path) -> None:
    assert run("list").splitlines() == [
        "no tasks yet",
        '  vesper task add "what is to be done"   adds one',
        "  in an editor, a problem in a document offers to become a task",
    ]
    assert run("list", "--json") == "[]\n"
    assert list(tmp_path.iterdir()) == []


def test_tasks_are_listed_in_aligned_columns_with_their_place(run: Run, in_workspace: Path) -> None:
    assert run("add", "Fix the total", "--at", "nodes/pay.vsp:5:3") == (
        "task 1 added: Fix the total\n"
    )
    for number in range(2, 10):
        run("add", f"filler {number}", "--priority", "9")
    run("add", "支付を直す", "--priority", "1", "--at", "b.vsp")
    run("claim", "--as", "ann")
    for number in range(3, 10):
        run("move", str(number), "cancelled")
    assert run("list").splitlines() == [
        "id  status       title          where",
        "10  in_progress  支付を直す     b.vsp:1",
        " 1  pending      Fix the total  nodes/pay.vsp:5",
        " 2  pending      filler 2",
        *(f" {number}  cancelled    filler {number}" for number in range(3, 10)),
    ]


def test_a_list_is_narrowed_and_says_when_it_is_cut(run: Run, in_workspace: Path) -> None:
    run("add", "first", "--at", "a.vsp:2")
    run("add", "second", "--parent", "1")
    run("add", "third", "--description", "like the FIRST")
    run("move", "3", "cancelled")
    run("move", "3", "archived")

    def ids(*arguments: str) -> list[int]:
        return [it["id"] for it in json.loads(run("list", "--json", *arguments))]

    assert ids() == [1, 2]
    assert ids("--all") == [1, 2, 3]
    assert ids("--status", "archived", "--status", "active") == [3]
    assert ids("--path", "a.vsp") == [1]
    assert ids("--parent", "1") == [2]
    assert ids("--text", "first", "--all") == [1, 3]
    assert ids("--code", "VSP1") == []
    assert run("list", "--limit", "1").splitlines()[1:] == [
        " 1  pending  first  a.vsp:2",
        "these are the first 1; --limit shows more",
    ]
    assert run("list", "--text", "nothing") == (
        "no task matches; `vesper task list --all` shows every one\n"
    )


def test_a_task_is_shown_with_its_children_and_its_history(run: Run, in_workspace: Path) -> None:
    run("add", "Fix it", "--description", "one\ntwo", "--tag", "money", "--at", "a.vsp:2")
    run("add", "part", "--parent", "1", "--as", "lead")
    run("move", "2", "cancelled", "--why", "not needed", "--as", "lead")
    run("claim", "1", "--as", "ann")
    run("done", "1", "--as", "ann", "--summary", "fixed")
    history = Project(in_workspace).board.history(1)
    times = [event.at[:19].replace("T", " ") for event in history]
    shown = run("show", "1", "--workspace", ".").splitlines()
    assert shown[:-3] == [
        "task 1: Fix it",
        "  status    completed, claimed by ann",
        "  priority  5",
        "  where     a.vsp:2",
        "  tags      money",
        "",
        "one",
        "two",
        "",
        "result: fixed",
        "",
        "children",
        "id  status     title  where",
        " 2  cancelled  part",
        "",
        "history",
        f"  {times[0]}  {history[0].actor} created it",
    ]
    assert shown[-3:] == [
        f"  {times[1]}  ann moved it from pending to active",
        f"  {times[2]}  ann moved it from active to in_progress",
        f"  {times[3]}  ann moved it from in_progress to completed",
    ]
    assert (
        run("show", "2")
        .splitlines()[-1]
        .endswith("lead moved it from pending to cancelled: not needed")
    )


def test_each_action_prints_json_on_demand(run: Run, in_workspace: Path) -> None:
    def fields(*arguments: str) -> dict[str, Any]:
        return json.loads(run(*arguments, "--json"))

    added = fields("add", "Zahlung prüfen", "--at", "a.vsp:2:4", "--as", "ann", "--tag", "x")
    assert added == {
        "id": 1,
        "title": "Zahlung prüfen",
        "description": "",
        "status": "pending",
        "parent": None,
        "priority": 5,
        "tags": ["x"],
        "assignee": "",
        "place": {
            "path": "a.vsp",
            "line": 1,
            "column": 3,
            "end_line": 1,
            "end_column": 3,
            "code": "",
        },
        "result": "",
        "created": added["created"],
        "updated": added["updated"],
    }
    assert fields("claim", "--as", "ann")["status"] == "in_progress"
    assert fields("move", "1", "blocked", "--why", "no key", "--as", "ann")["status"] == "blocked"
    assert fields("done", "1", "--summary", "all", "--as", "ann")["result"] == "all"
    run("add", "part", "--as", "ann")
    shown = fields("show", "1")
    assert shown["children"] == []
    assert [(it["kind"], it.get("to"), it.get("why")) for it in shown["history"]] == [
        ("created", None, None),
        ("status", "active", None),
        ("status", "in_progress", None),
        ("status", "blocked", "no key"),
        ("status", "in_progress", None),
        ("status", "completed", None),
    ]
    assert [it["id"] for it in json.loads(run("list", "--json"))] == [2, 1]


def test_changes_are_confirmed_in_a_sentence(run: Run, in_workspace: Path) -> None:
    run("add", "Fix it", "--at", "a.vsp:2")
    assert run("claim", "--as", "ann") == "task 1 is yours, ann: Fix it (a.vsp:2)\n"
    assert run("move", "1", "blocked") == "task 1 is blocked: Fix it\n"
    assert run("done", "1", "--as", "ann") == "task 1 completed: Fix it\n"


def test_the_default_actor_is_the_login_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    run("add", "work")
    run("claim")
    assert Project(tmp_path).board.get(1).assignee == "grace"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("show", "9"), "not_found", "there is no task 9"),
        (("claim",), "not_found", "no task is waiting to be claimed"),
        (("move", "1", "done"), "invalid", "no status 'done'"),
        (("list", "--status", "open"), "invalid", "no status 'open'"),
        (("list", "--limit", "0"), "invalid", "limit 0 is out of range"),
        (("add", ""), "invalid", "the title is empty"),
        (("add", "x", "--priority", "12"), "invalid", "priority 12 is out of range"),
        (("add", "x", "--at", ""), "invalid", "'' is not a place"),
        (
            ("add", "x", "--at", "/other/a.vsp:3"),
            "invalid",
            "/other/a.vsp is outside the workspace",
        ),
        (("done", "1", "--as", "ann"), "not_found", "there is no task 1"),
    ],
)
def test_what_cannot_be_done_is_raised_for_the_command_line_to_translate(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], kind: str, message: str
) -> None:
    error = refusal(lambda: run(*arguments))
    assert error.kind == kind
    assert error.message.startswith(message)
    assert error.hint
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_that_does_not_exist_is_named(run: Run, tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    task_command.add_parser(parser.add_subparsers())
    args = parser.parse_args(["task", "list", "--workspace", str(tmp_path / "gone")])
    assert refusal(lambda: args.run(args)).message == f"there is no folder {tmp_path / 'gone'}"


@pytest.mark.parametrize("arguments", [(), ("show",), ("show", "one"), ("finish", "1")])
def test_a_wrong_command_line_is_a_usage_error(
    run: Run, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: vesper task")


def test_a_terminal_gets_colours_and_titles_cut_to_its_width(
    run: Run, in_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "a title that is much longer than the terminal is wide", "--at", "a.vsp:2")
    run("add", "支" * 30)
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run("list")
    lines = terminal.getvalue().splitlines()
    assert lines[0].startswith("\x1b[")
    assert "\x1b[33mpending\x1b[0m" in lines[1]
    assert re.sub(r"\x1b\[[0-9;]*m", "", lines[1]) == (
        " 1  pending  a title that is much long...  a.vsp:2"
    )
    assert lines[2].endswith("m  支支支支支支支支支支支支...")
    monkeypatch.setenv("NO_COLOR", "1")
    run("list")
    assert "\x1b" not in "".join(terminal.getvalue().splitlines()[3:])


def test_text_of_others_cannot_steer_the_terminal(run: Run, in_workspace: Path) -> None:
    board = Project(in_workspace).board
    board.create("ab\u202ecd", actor="x", description="\x1b[2Jgone", place=Place("a\u2066.vsp"))
    board.close()
    shown = run("list") + run("show", "1")
    assert "ab\\u202ecd" in shown
    assert "a\\u2066.vsp:1" in shown
    assert "\\u001b[2Jgone" in shown
    assert not {"\x1b", "\u202e", "\u2066"} & set(shown)


def test_a_console_without_unicode_gets_escapes_instead_of_a_crash(
    run: Run, in_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "支付")
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    monkeypatch.setattr("sys.stdout", console)
    run("list")
    console.flush()
    written = console.buffer.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    assert b" 1  pending  \\u652f\\u4ed8" in written


def test_paths_are_read_from_where_the_person_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nodes").mkdir()
    monkeypatch.chdir(tmp_path / "nodes")
    run("add", "here", "--at", "pay.vsp:3")
    assert "nodes/pay.vsp:3" in run("list", "--path", "pay.vsp")
