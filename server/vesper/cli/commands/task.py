"""`vesper task`: the tasks of a workspace, for people and scripts."""

import argparse
import getpass
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import cells, styled, visible
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.project import Project
    from vesper.tasks.task import Event, Place, Status, Task, TaskFilter

_DESCRIPTION = """\
Keep the tasks of a workspace. People, editors and agents share them.

A task goes from pending to active (assigned), in_progress (started), and then completed or failed;
in_progress and blocked alternate; what is not finished can be cancelled, what is can be archived.
"""
_EPILOG = """\
examples:
  vesper task list                                 what is open, the urgent first
  vesper task add "Handle refunds" --at pay.vsp:12 --priority 2
  vesper task claim 7                              take it and start
  vesper task done 7 --summary "refunds work"
  vesper task move 7 blocked --why "the bank does not answer"
  vesper task list --json                          for scripts

`vesper task ACTION --help` has more.
"""
_STYLES = {
    "pending": "yellow", "active": "cyan", "in_progress": "cyan", "blocked": "red",
    "completed": "green", "failed": "red", "cancelled": "dim", "archived": "dim",
}  # fmt: skip
_EXAMPLES = {
    "list": "list --status pending --path nodes",
    "show": "show 7",
    "add": 'add "Handle refunds" --at nodes/pay.vsp:12 --priority 2 --tag money',
    "claim": "claim 7",
    "done": 'done 7 --summary "refunds work"',
    "move": 'move 7 blocked --why "the bank does not answer"',
}
_HEADINGS = ("id", "status", "title", "where")
_NARROWEST_TITLE = 20


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper task` and its actions."""
    parser = subparsers.add_parser(
        "task",
        help="see and change the tasks of a workspace",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    def add(name: str, act: Callable[..., None], summary: str) -> argparse.ArgumentParser:
        action = actions.add_parser(
            name,
            help=summary,
            description=f"{summary.capitalize()}.",
            epilog=f"example:\n  vesper task {_EXAMPLES[name]}\n",
        )
        action.add_argument("--json", action="store_true", help="print JSON")
        action.add_argument("--workspace", default=".", metavar="PATH",
                            help="a folder of the workspace (default: this folder)")  # fmt: skip
        action.set_defaults(run=run, act=act)
        return action

    _add_list_arguments(add("list", _list, "list tasks, open and urgent ones first"))
    _add_id(add("show", _show, "show one task with its children and its history"))
    _add_add_arguments(add("add", _add, "add a task"))
    claim = add("claim", _claim, "take a task and start it; without an id, the most urgent one")
    claim.add_argument("id", nargs="?", type=int, metavar="ID", help="the number of the task")
    done = add("done", _done, "complete a task that you have claimed")
    _add_id(done).add_argument("--summary", default="", metavar="TEXT", help="what was done")
    move = _add_id(add("move", _move, "move a task to another status"))
    move.add_argument("status", metavar="STATUS", help="for example blocked, failed or cancelled")
    move.add_argument("--why", default="", metavar="TEXT", help="the reason, kept in the history")
    for action in (claim, done, move):
        _add_actor(action)


def run(args: argparse.Namespace) -> int:
    """Do the action; what cannot be done is a `VesperError`."""
    from vesper.project import Project

    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    project = Project.open(workspace)
    try:
        args.act(project, args)
    finally:
        project.close()
    return 0


def _add_id(action: argparse.ArgumentParser) -> argparse.ArgumentParser:
    action.add_argument("id", type=int, metavar="ID", help="the number of the task")
    return action


def _add_actor(action: argparse.ArgumentParser) -> None:
    action.add_argument("--as", dest="actor", metavar="NAME",
                        help="who does it (default: your login name)")  # fmt: skip


def _add_list_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("--status", action="append", metavar="STATUS",
                        help="only this status; may be repeated")  # fmt: skip
    action.add_argument("--all", action="store_true", help="archived tasks as well")
    action.add_argument("--path", metavar="PATH", help="only tasks of this file")
    action.add_argument("--parent", type=int, metavar="ID", help="only tasks under this one")
    action.add_argument("--text", metavar="TEXT", help="only tasks that mention this")
    action.add_argument("--code", metavar="CODE", help="only tasks from this diagnostic")
    action.add_argument("--limit", type=int, default=50, metavar="N",
                        help="at most N tasks (default: 50)")  # fmt: skip


def _add_add_arguments(action: argparse.ArgumentParser) -> None:
    action.add_argument("title", metavar="TITLE", help="what is to be done, in one line")
    action.add_argument("--description", default="", metavar="TEXT", help="the details")
    action.add_argument("--parent", type=int, metavar="ID", help="the task it is a part of")
    action.add_argument("--at", metavar="PATH[:LINE[:COLUMN]]", help="where it belongs")
    action.add_argument("--priority", type=int, default=5, metavar="N",
                        help="1 (most urgent) to 9 (default: 5)")  # fmt: skip
    action.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be repeated")
    _add_actor(action)


def _list(project: "Project", args: argparse.Namespace) -> None:
    found = project.board.find(_wanted(project, args), limit=args.limit)
    if args.json:
        _print_json([_fields(task) for task in found])
    elif found:
        _print_table(found)
        if len(found) == args.limit:
            _print(f"these are the first {args.limit}; --limit shows more")
    elif project.board.last_event():
        _print("no task matches; `vesper task list --all` shows every one")
    else:
        _print('no tasks yet\n  vesper task add "what is to be done"   adds one')
        _print("  in an editor, a problem in a document offers to become a task")


def _wanted(project: "Project", args: argparse.Namespace) -> "TaskFilter":
    from vesper.tasks.task import STATUSES, TaskFilter, status_named

    usual = STATUSES if args.all else tuple(it for it in STATUSES if it != "archived")
    statuses: list[Status] = [status_named(name) for name in args.status or usual]
    path = None if args.path is None else project.relative(Path(args.path).absolute())
    return TaskFilter(
        tuple(statuses), parent=args.parent, path=path, text=args.text, code=args.code
    )


def _show(project: "Project", args: argparse.Namespace) -> None:
    task = project.board.get(args.id)
    children = project.board.children(task.id)
    history = project.board.history(task.id)
    if args.json:
        events = [_event_fields(event) for event in history]
        _print_json(
            _fields(task) | {"children": [_fields(it) for it in children], "history": events}
        )
        return
    _print(styled(f"task {task.id}: {visible(task.title)}", "bold", sys.stdout))
    for name, value in _facts(task):
        _print(f"  {name:<9} {visible(value)}")
    for heading, text in (("", task.description), ("result: ", task.result)):
        if text:
            _print(f"\n{heading}{visible(text)}")
    if children:
        _print("\nchildren")
        _print_table(children)
    _print("\nhistory")
    for event in history:
        _print(f"  {event.at[:19].replace('T', ' ')}  {visible(_happening(event))}")


def _add(project: "Project", args: argparse.Namespace) -> None:
    task = project.board.create(
        args.title,
        actor=_actor(args),
        description=args.description,
        parent=args.parent,
        place=None if args.at is None else _place(project, args.at),
        priority=args.priority,
        tags=args.tag,
    )
    _report(task, args, f"task {task.id} added: {task.title}")


def _claim(project: "Project", args: argparse.Namespace) -> None:
    task = project.board.claim(actor=_actor(args), task_id=args.id)
    where = f" ({_where(task)})" if task.place else ""
    _report(task, args, f"task {task.id} is yours, {task.assignee}: {task.title}{where}")


def _done(project: "Project", args: argparse.Namespace) -> None:
    task = project.board.complete(args.id, actor=_actor(args), summary=args.summary)
    _report(task, args, f"task {task.id} completed: {task.title}")


def _move(project: "Project", args: argparse.Namespace) -> None:
    from vesper.tasks.task import status_named

    status = status_named(args.status)
    task = project.board.move(args.id, status, actor=_actor(args), why=args.why)
    _report(task, args, f"task {task.id} is {task.status}: {task.title}")


def _actor(args: argparse.Namespace) -> str:
    if args.actor is not None:
        return args.actor
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run as a user that has no name.
        return "person"


def _place(project: "Project", text: str) -> "Place":
    """The place written as `path:line:column`, which people count from 1."""
    from vesper.tasks.task import Place

    found = re.fullmatch(r"(.+?)(?::([1-9][0-9]{0,8}))?(?::([1-9][0-9]{0,8}))?", text)
    if found is None:
        hint = "write it as nodes/pay.vsp:5 or nodes/pay.vsp:5:3, counted from 1"
        raise VesperError("invalid", f"{text!r} is not a place", hint)
    path, line, column = found.groups()
    start = (int(line or 1) - 1, int(column or 1) - 1)
    return Place(project.relative(Path(path).absolute()), *start, *start)


def _report(task: "Task", args: argparse.Namespace, sentence: str) -> None:
    if args.json:
        _print_json(_fields(task))
    else:
        _print(visible(sentence))


def _fields(task: "Task") -> dict[str, Any]:
    return asdict(task)


def _event_fields(event: "Event") -> dict[str, Any]:
    return {"at": event.at, "actor": event.actor, "kind": event.kind} | json.loads(event.detail)


def _facts(task: "Task") -> list[tuple[str, str]]:
    claimed = f", claimed by {task.assignee}" if task.assignee else ""
    code = f" ({task.place.code})" if task.place and task.place.code else ""
    facts = [
        ("status", f"{task.status}{claimed}"),
        ("priority", str(task.priority)),
        ("where", f"{_where(task)}{code}"),
        ("parent", str(task.parent or "")),
        ("tags", ", ".join(task.tags)),
    ]
    return [(name, value) for name, value in facts if value]


def _happening(event: "Event") -> str:
    detail = json.loads(event.detail)
    if event.kind == "status":
        reason = f": {detail['why']}" if "why" in detail else ""
        return f"{event.actor} moved it from {detail['from']} to {detail['to']}{reason}"
    return f"{event.actor} {event.kind} it"


def _where(task: "Task") -> str:
    return f"{task.place.path}:{task.place.line + 1}" if task.place else ""


def _print_table(tasks: Sequence["Task"]) -> None:
    rows = [(str(it.id), it.status, visible(it.title), visible(_where(it))) for it in tasks]
    widths = [max(map(cells, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    if sys.stdout.isatty():
        others = widths[0] + widths[1] + widths[3] + 2 * (len(widths) - 1)
        room = max(_NARROWEST_TITLE, shutil.get_terminal_size().columns - others)
        rows = [(number, status, _cut(title, room), where) for number, status, title, where in rows]
        widths[2] = min(widths[2], room)
    heading = "  ".join(map(_padded, _HEADINGS, widths)).rstrip()
    _print(styled(heading, "dim", sys.stdout))
    for number, status, title, where in rows:
        row = (
            " " * (widths[0] - len(number)) + number,
            styled(_padded(status, widths[1]), _STYLES[status], sys.stdout),
            _padded(title, widths[2]),
            where,
        )
        _print("  ".join(row).rstrip())


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _cut(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while cells(text) > room - 3:
        text = text[:-1]
    return f"{text}..."


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def _print_json(value: object) -> None:
    # ASCII, so that it is valid JSON on a console of any encoding.
    print(json.dumps(value, indent=2))
