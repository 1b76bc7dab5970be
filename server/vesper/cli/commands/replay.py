"""`vesper replay`: a run done again from its journal, as it was or with changes."""

import argparse
import sys
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled
from vesper.cli.traces import SHORT, print_end, print_json, print_steps, replay_fields
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.changes import Change
    from vesper.execution.replay import Replay
    from vesper.execution.runs import RunOptions
    from vesper.project import Project

_DESCRIPTION = """\
Do a run again from its journal. Every effect is answered with what it was answered then;
nothing is performed.

With --modify the run is done as it would have been: the value of a name that a step sets, a
field of what a step was answered, a step's failure, or an input. Where the changed run asks
for an effect that the journal does not hold, it stops and says which. With --live a new run
goes on from there and really performs it; effects before the first change are not performed
again.

Exit code 0 when the run ends as it did (or, with changes, ends), 1 when it does not.
"""
_EPILOG = """\
examples:
  vesper replay 3f9ac1                                     does it still end the same?
  vesper replay 3f9ac1 --engine python                     and in the other engine?
  vesper replay 3f9ac1 --modify charge.error=timeout       what if the provider had not answered
  vesper replay 3f9ac1 --modify fee_step.fee=2.50 --modify input.amount=80
  vesper replay 3f9ac1 --modify charge.payment_id=pay_9 --live
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper replay`."""
    parser = subparsers.add_parser(
        "replay", help="do a run again without its effects, or with changes",
        description=_DESCRIPTION, epilog=_EPILOG,
    )  # fmt: skip
    add = parser.add_argument
    add("trace", metavar="TRACE", help="the id of a run, or how it begins")
    add("--modify", action="append", default=[], metavar="STEP.FIELD=VALUE",
        help="a change: step.field=value, step.error=code or input.name=value; may be repeated")  # fmt: skip
    add("--live", action="store_true", help="go on from the change as a new run that really acts")
    add("--engine", default="", metavar="NAME", help="the engine to use (default: that of the run)")
    add("--json", action="store_true", help="print JSON")
    add("--workspace", default=".", metavar="PATH",
        help="a folder of the workspace (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do the run again."""
    from vesper.cli.workspaces import opened
    from vesper.execution.changes import read_change
    from vesper.execution.runs import RunOptions

    changes = [read_change(it) for it in args.modify]
    if args.live and not changes:
        hint = "say with --modify what is to be different, or run the node anew with `vesper run`"
        raise VesperError("invalid", "--live without a change would only do it all twice", hint)
    with opened(args.workspace) as project:
        options = RunOptions(engine=args.engine)
        if args.live:
            return _live(project, args, changes, options)
        if changes:
            return _tried(project.runs.fork(args.trace, changes, options), args)
        return _again(project.runs.trace(args.trace, args.engine), args)


def _again(replay: "Replay", args: argparse.Namespace) -> int:
    if args.json:
        print_json(replay_fields(replay))
    else:
        print_steps(replay)
        print()
        print_end(replay.envelope)
        print(_verdict(replay))
    return 1 if replay.is_equal is False else 0


def _verdict(replay: "Replay") -> str:
    changed = "; the document has changed since" if replay.has_changed else ""
    if replay.is_equal is None:
        return f"the run has not ended{changed}"
    if replay.is_equal:
        return styled(f"the run ended the same{changed}", "green", sys.stdout)
    return styled(f"the run ended otherwise then{changed}", "red", sys.stdout)


def _tried(replay: "Replay", args: argparse.Namespace) -> int:
    if args.json:
        print_json(replay_fields(replay))
        return 0
    print_steps(replay)
    print()
    if replay.would is None:
        print_end(replay.envelope)
        print("nothing was performed")
        return 0
    from vesper.values.encoding import plain, to_json

    would = replay.would
    print(f"it would go on to perform `{would['operation']}` at {in_line(str(would['site']))} with")
    print(in_line(to_json(plain(would["arguments"]))))
    print("nothing was performed; --live goes on from here as a new run")
    return 0


def _live(
    project: "Project", args: argparse.Namespace, changes: "list[Change]", options: "RunOptions"
) -> int:
    envelope = project.runs.fork_live(args.trace, changes, options)
    if args.json:
        print_json(envelope)
    else:
        print_end(envelope)
        print(
            f"new run {envelope.trace_id}\n  vesper trace {envelope.trace_id[:SHORT]}   shows its steps"
        )
    return 0 if envelope.error is None else 1
