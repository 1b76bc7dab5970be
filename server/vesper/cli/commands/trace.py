"""`vesper trace`: the runs of a workspace, and what happened in one."""

import argparse
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers
from vesper.cli.traces import (
    SHORT,
    print_end,
    print_json,
    print_run,
    print_runs,
    print_steps,
    replay_fields,
    run_fields,
)
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.project import Project

_DESCRIPTION = """\
Show the runs of a workspace, or the steps of one with the values that they set.

The steps are worked out anew from what the run's journal holds; nothing is performed. Fields
that the node lists as sensitive are hidden.
"""
_EPILOG = """\
examples:
  vesper trace --list                              the newest runs
  vesper trace --list --status waiting             those that wait for somebody
  vesper trace 3f9ac1                              one run, by the first letters of its id
  vesper trace 3f9ac1 --json                       for scripts
"""
_STATUSES = ("running", "interrupted", "waiting", "ambiguous", "success", "error", "cancelled")


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper trace`."""
    parser = subparsers.add_parser(
        "trace", help="see runs and what happened in them", description=_DESCRIPTION, epilog=_EPILOG
    )
    add = parser.add_argument
    add("trace", nargs="?", metavar="TRACE", help="the id of a run, or how it begins")
    add("--list", action="store_true", help="list runs, the newest first")
    add("--node", metavar="ID", help="only runs of this node")
    add("--status", choices=_STATUSES, help="only runs of this status")
    add("--limit", type=int, default=20, metavar="N", help="at most N runs (default: 20)")
    add("--json", action="store_true", help="print JSON")
    add("--workspace", default=".", metavar="PATH",
        help="a folder of the workspace (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show a run, or list them."""
    from vesper.cli.workspaces import opened

    with opened(args.workspace) as project:
        if args.trace and not args.list:
            return _show(project, args)
        if args.trace:
            hint = f"`vesper trace {args.trace[:SHORT]}` shows that run"
            raise VesperError("invalid", "--list takes no run", hint)
        return _list(project, args)


def _list(project: "Project", args: argparse.Namespace) -> int:
    if args.limit < 1:
        raise VesperError("invalid", "--limit must be at least 1", "leave it out for 20")
    found = project.runs.find(args.node, args.status, args.limit)
    if args.json:
        print_json([run_fields(it) for it in found])
    elif found:
        print_runs(found)
        if len(found) == args.limit:
            print(f"these are the newest {args.limit}; --limit shows more")
    elif args.node or args.status:
        print("no run matches; `vesper trace --list` shows every one")
    else:
        print("no runs yet\n  vesper run NODE --input name=value   runs a node")
    return 0


def _show(project: "Project", args: argparse.Namespace) -> int:
    execution = project.runs.get(args.trace)
    replay = project.runs.trace(execution.id)
    if args.json:
        print_json({"run": run_fields(execution), **replay_fields(replay)})
        return 0
    print_run(execution)
    if replay.has_changed:
        print("  the document has changed since; its steps are those of today")
    print()
    print_steps(replay)
    print()
    print_end(replay.ended or replay.envelope)
    return 0
