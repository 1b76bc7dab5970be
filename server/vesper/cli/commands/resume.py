"""`vesper resume`: a run that waits, or whose process ended, goes on."""

import argparse
import sys
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled
from vesper.cli.traces import SHORT, print_end, print_json, run_fields
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.recovery import Decision
    from vesper.project import Project

_DESCRIPTION = """\
Let a run go on that waits for something, or whose process ended before it did.

It begins again from the start, and everything that was done already is answered from its
journal: nothing happens twice. Where a write was begun and nobody knows whether it happened, a
person says so: `--answer done` (it happened; --value says what it gave) or `--answer redo` (it
did not).

Exit code 0 when the run succeeds, 1 when it ends with an error or waits still.
"""
_EPILOG = """\
examples:
  vesper trace --list --status waiting             what waits
  vesper resume 3f9ac1
  vesper resume 3f9ac1 --stop                      give it up: nothing more of it is done
  vesper resume 3f9ac1 --answer redo               it did not happen: do it now
  vesper resume 3f9ac1 --answer done --value '{"status": 200, "body": {"id": "pay_7"}}'
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper resume`."""
    parser = subparsers.add_parser(
        "resume", help="let a run go on that waits or was interrupted",
        description=_DESCRIPTION, epilog=_EPILOG,
    )  # fmt: skip
    add = parser.add_argument
    add("trace", metavar="TRACE", help="the id of a run, or how it begins")
    add("--answer", choices=("done", "redo"),
        help="whether a write happened of which nobody knows")  # fmt: skip
    add("--value", metavar="JSON", help="what that write gave, with --answer done")
    add("--stop", action="store_true", help="give the run up: nothing more of it is done")
    add("--patience", type=float, default=0.0, metavar="SECONDS",
        help="wait so long for what it waits for (default: 0)")  # fmt: skip
    add("--as", dest="actor", metavar="NAME", help="who answers (default: your login name)")
    add("--json", action="store_true", help="print JSON")
    add("--workspace", default=".", metavar="PATH",
        help="a folder of the workspace (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take the run up."""
    from vesper.cli.workspaces import opened

    decision = _decision(args)
    with opened(args.workspace) as project:
        if args.stop:
            return _stop(project, args)
        return _resume(project, args, decision)


def _stop(project: "Project", args: argparse.Namespace) -> int:
    execution = project.runs.stop(args.trace)
    if args.json:
        print_json(run_fields(execution))
        return 0
    name = f"run {execution.id[:SHORT]} of {in_line(execution.node_id)}"
    if execution.status == "running":
        print(f"{name} ends before its next effect")
    else:
        print(f"{name} is {execution.status}")
    return 0


def _resume(project: "Project", args: argparse.Namespace, decision: "Decision | None") -> int:
    from vesper.cli.workspaces import login_name
    from vesper.execution.runs import RunOptions

    execution = project.runs.get(args.trace)
    had_ended = project.runs.envelope(execution.id) is not None
    options = RunOptions(actor=args.actor or login_name(), patience=args.patience)
    envelope = project.runs.resume(execution.id, options, decision)
    if args.json:
        print_json(envelope)
    else:
        if had_ended:
            print(styled("the run had ended already, with", "dim", sys.stdout))
        print_end(envelope)
        error = envelope.error
        task = project.runs.get(execution.id).waits_for.get("task")
        if error is not None and error.code == "effect_ambiguous" and isinstance(task, int):
            print(f"  task {task} asks about it; `vesper task show {task}` says how to answer")
        print(f"  vesper trace {in_line(execution.id[:SHORT])}   shows its steps")
    return 0 if envelope.error is None else 1


def _decision(args: argparse.Namespace) -> "Decision | None":
    from vesper.execution.recovery import Decision

    if args.answer is None or args.answer == "redo":
        if args.value is not None:
            hint = "give --answer done, or leave --value out"
            raise VesperError("invalid", "--value says what a write gave that happened", hint)
        return None if args.answer is None else Decision("redo")
    if args.value is None:
        return Decision("done")
    from vesper.lang.conversion import convert_text
    from vesper.lang.types import ANY

    found = convert_text(args.value, ANY, {}, "--value")
    if found.problems:
        raise VesperError("invalid", f"--value: {found.problems[0].message}", "give it as JSON")
    return Decision("done", found.value)
