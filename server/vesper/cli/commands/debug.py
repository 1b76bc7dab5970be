"""`vesper debug`: a run that stops where somebody wants to look."""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.debugger import Finished
    from vesper.execution.debugging import Prepared, Wanted
    from vesper.lang.program import Program
    from vesper.project import Project

_DESCRIPTION = """\
Run a node step by step. It stops at its first step, or with --break only where that says, and
then takes commands: step, next, out, continue, print EXPR, where, vars, break, quit; `help`
tells all.

Nothing is performed: what the node asks the world is answered by the mocks of a test case
(--case) or by the journal of a run of the past (--trace). Without either, writes reach nobody
and a read fails. Only --live performs effects. Limits of time do not count here.

Commands come from a terminal, from stdin, or from --command; when there are no more, the run is
ended. Exit code 0 when the node succeeds, 1 when it does not or was ended, 2 when the command
line is wrong.
"""
_EPILOG = """\
where to stop:
  --break charge_card                    a step; in a loop `all[3]/charge`, in a node `pay>charge`
  --break contract_violation             a clause that does not hold
  --break failure                        a step that fails, whether a handler answers or not
  --break 'state_transition:open->paid'  before a state machine moves; `*` is any state
  --break 'input.amount > 10000'         when an expression over inputs and names becomes true
  --break divergence                     where two engines differ, with --comparative

examples:
  vesper debug pay.vsp --input amount=12.50 --case accepted
  vesper debug pay_v2 --case declined --break failure --command where --command continue
  vesper debug pay_v2 --trace 3f2a --comparative --break divergence --command continue
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper debug`."""
    parser = subparsers.add_parser(
        "debug", help="run a node step by step", description=_DESCRIPTION, epilog=_EPILOG
    )
    add = parser.add_argument
    add("node", metavar="NODE", help="a file, an id, or a range of versions")
    add("--input", action="append", default=[], metavar="NAME=VALUE", help="one input")
    add("--inputs", metavar="FILE", help="inputs as a JSON object")
    add("--break", action="append", default=[], dest="breaks", metavar="WHERE",
        help="stop there instead of at the first step")  # fmt: skip
    add("--command", action="append", default=[], dest="commands", metavar="COMMAND",
        help="a command instead of asking for one; may be given often")  # fmt: skip
    add("--engine", choices=("interp", "python"), default="interp", help="which engine runs it")
    add("--comparative", action="store_true",
        help="run both engines side by side and stop where they differ")  # fmt: skip
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--case", default="", metavar="NAME",
                        help="the inputs and mocks of a test case")  # fmt: skip
    source.add_argument("--trace", default="", metavar="ID",
                        help="the inputs and the journal of a run of the past")  # fmt: skip
    source.add_argument("--live", action="store_true", help="perform what the node asks for")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run it as the commands say."""
    from vesper.cli.debugging import Shell
    from vesper.project import Project

    path = Path(args.node.partition("#")[0])
    project = Project.open(path if path.is_file() else Path())
    try:
        project.require_settings()
        prepared = _beside(project.debugged(_wanted(args, project)))
        shell = Shell(prepared, sys.stdout, echoes=bool(args.commands) or not sys.stdin.isatty())
        breaks = [*args.breaks, *(["divergence"] if args.comparative else [])]
        finished = shell.run(
            list(dict.fromkeys(breaks)), _commands(args), stop_on_entry=not args.breaks
        )
    finally:
        project.close()
    return _tell(finished)


def _wanted(args: argparse.Namespace, project: "Project") -> "Wanted":
    """What the command line asks for; inputs that do not fit are told by the run, as to any caller."""
    from vesper.cli.inputs import read_inputs
    from vesper.execution.debugging import Wanted

    path, mark, node_id = args.node.partition("#")
    node = f"{Path(path).absolute()}{mark}{node_id}" if Path(path).is_file() else args.node
    given = read_inputs(project.nodes.find(node).program, args.input, args.inputs)
    peer = {"interp": "python", "python": "interp"}[args.engine] if args.comparative else ""
    return Wanted(node, given.inputs, args.engine, peer, args.case, args.trace, args.live)


def _beside(prepared: "Prepared") -> "Prepared":
    """Files named from this folder, where they are below it."""

    def locate(program: "Program") -> str:
        file = prepared.locate(program)
        return os.path.relpath(file) if file and Path(file).is_relative_to(Path.cwd()) else file

    return replace(prepared, locate=locate)


def _commands(args: argparse.Namespace) -> Iterator[str]:
    if args.commands:
        yield from args.commands
        return
    from vesper.cli.debugging import PROMPT

    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except EOFError:
            return


def _tell(finished: "Finished") -> int:
    from vesper.values.encoding import to_json

    if finished.envelope is None:
        if isinstance(finished.error, VesperError):
            raise finished.error
        print(f"the run broke: {finished.error}", file=sys.stderr)
        return 1
    print(to_json(finished.envelope, indent=True))
    return 0 if finished.envelope.error is None else 1
