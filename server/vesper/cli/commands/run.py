"""`vesper run`: one node, for real."""

import argparse
import secrets
import sys
from typing import TYPE_CHECKING, Final

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line
from vesper.cli.workspaces import located
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.cli.inputs import Given
    from vesper.execution.nodes import Node
    from vesper.project import Project
    from vesper.runtime.envelope import Envelope

_DESCRIPTION = """\
Run a node: check its inputs and contracts, perform its effects, and print what came of it.

The node is a file, an id or a range of versions; `file.vsp#id` in a file of several. Values are
read by the types that the node declares: `--input amount=99.90`, `--input items='[{"sku": "a"}]'`,
and `--input text=@letter.txt` for what a file holds.

Exit code 0 when it succeeds, 1 when it ends with an error or a broken contract, 2 when the command
line, the inputs or the document are wrong, 3 when nothing can be run here.
"""
_EPILOG = """\
examples:
  vesper run greeting.vsp --input name=Ada
  vesper run payment_v2.* --inputs request.json --json
  vesper run pay.vsp --inputs order.json --key order-17   the same key is the same run, done once
  vesper run pay.vsp --inputs order.json --dry            read, but write nothing
"""
_USAGE: Final = frozenset({"input_invalid", "document_invalid", "node_not_found", "key_reused"})


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper run`."""
    parser = subparsers.add_parser(
        "run", help="run a node for real", description=_DESCRIPTION, epilog=_EPILOG
    )
    add = parser.add_argument
    add("node", metavar="NODE", help="a file, an id, or a range of versions")
    add("--input", action="append", default=[], metavar="NAME=VALUE", help="one input")
    add("--inputs", metavar="FILE", help="inputs as a JSON object; - for stdin")
    add("--engine", choices=("interp", "python"), default="", help="which engine runs it")
    add("--role", default="", metavar="NAME", help="run with what this role may do, and no more")
    add("--key", default="", metavar="KEY",
        help="an idempotency key: asked again, the same run is told and not done again")  # fmt: skip
    add("--patience", type=float, default=0.0, metavar="SECONDS",
        help="how long to wait for people and events before the run is set aside (default: 0)")  # fmt: skip
    add(
        "--dry",
        action="store_true",
        help="read, but hold back everything that would change something",
    )
    add("--json", action="store_true", help="the whole result as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run it and tell how it went."""
    project, reference = located(args.node)
    try:
        return _run(args, project, reference)
    except VesperError as error:
        if error.kind in ("invalid", "not_found"):
            raise VesperError("invalid", error.message, error.hint) from error
        print(f"vesper: {in_line(error.message)}\n  {in_line(error.hint)}", file=sys.stderr)
        return 3
    finally:
        project.close()


def _run(args: argparse.Namespace, project: "Project", reference: str) -> int:
    from vesper.cli.inputs import read_inputs

    project.require_settings()
    node = project.nodes.find(reference)
    given = read_inputs(node.program, args.input, args.inputs)
    if given.problems and not args.json:
        _tell_problems(node, args.node, given)
        return 2
    if args.dry:
        return _dry(args, project, node, given)
    from vesper.cli.workspaces import login_name
    from vesper.execution.runs import RunOptions

    trace_id = secrets.token_hex(16)
    options = RunOptions(
        args.engine, args.key, login_name(), args.role, patience=args.patience, trace_id=trace_id
    )
    try:
        envelope = project.runs.run(node.program, given.inputs, options)
    except KeyboardInterrupt:
        if any(it.id == trace_id for it in project.runs.find(node.node_id)):
            told = f"the run is kept: `vesper resume {trace_id[:12]}` goes on"
            print(f"\nvesper: interrupted; {told}", file=sys.stderr)
        raise
    _print(args, envelope)
    return _code(envelope)


def _dry(args: argparse.Namespace, project: "Project", node: "Node", given: "Given") -> int:
    from vesper.execution.dry import run_dry

    tried = run_dry(node.program, given.inputs, project.runs, args.engine)
    out = sys.stderr if args.json else sys.stdout
    for note in tried.notes:
        print(in_line(note), file=out)
    if tried.is_partial and tried.envelope.error is not None:
        print(in_line(tried.envelope.error.message), file=out)
        return 0
    _print(args, tried.envelope)
    return _code(tried.envelope)


def _print(args: argparse.Namespace, envelope: "Envelope") -> None:
    if args.json:
        from vesper.runtime.envelope import told
        from vesper.values.encoding import to_json

        print(to_json(told(envelope), indent=True))
        return
    from vesper.cli.envelopes import shown

    for line in shown(envelope, sys.stdout):
        print(line)


def _code(envelope: "Envelope") -> int:
    if envelope.error is None:
        return 0
    # With a step it is a node that is called inside which was used wrongly: nothing that the caller gave.
    is_usage = envelope.error.code in _USAGE and "step" not in envelope.error.details
    return 2 if is_usage else 1


def _tell_problems(node: "Node", reference: str, given: "Given") -> None:
    from vesper.cli.inputs import example_call

    print(f"vesper: {in_line(node.node_id)} does not run with these inputs", file=sys.stderr)
    width = max(len(in_line(path)) for path, _ in given.problems)
    for path, message in given.problems:
        print(f"  {in_line(path):<{width}}  {in_line(message)}", file=sys.stderr)
    print(f"\n  {example_call(node, reference)}", file=sys.stderr)
