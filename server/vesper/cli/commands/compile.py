"""`vesper compile`: a node as a Python file of its own."""

import argparse
import sys
from pathlib import Path

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line
from vesper.cli.workspaces import located
from vesper.errors import VesperError

_DESCRIPTION = """\
Write a node as Python: one file with its checks, its steps and its intent, which needs only
vesper.runtime. A node without effects runs by itself, `python pay.py amount=99.90`; one with
effects has a function that takes a handler which answers them.

Text of the document stands in the file as literals only; it is never code.
"""
_EPILOG = """\
examples:
  vesper compile greeting.vsp                    to stdout
  vesper compile greeting.vsp -o greeting.py     into a file
  vesper compile pay.vsp#fee_v1 --explain        what was left out because it is implied, and why
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper compile`."""
    parser = subparsers.add_parser(
        "compile", help="write a node as Python", description=_DESCRIPTION, epilog=_EPILOG
    )
    add = parser.add_argument
    add("node", metavar="FILE", help="a document; FILE#ID for one node of several")
    add("-o", "--output", metavar="OUT", help="the file to write (default: stdout)")
    add("--force", action="store_true", help="overwrite a file that was edited or is no such file")
    add("--explain", action="store_true", help="tell on stderr what the optimiser removed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    project, reference = located(args.node)
    try:
        from vesper.compile.python_file import file_of

        found = project.nodes.find(reference).optimized
        text = file_of(found.program)
    finally:
        project.close()
    if args.explain:
        for it in found.removed or ():
            print(in_line(it.words), file=sys.stderr)
        if not found.removed:
            print("nothing was removed", file=sys.stderr)
    if args.output is None:
        sys.stdout.write(text)
        return 0
    _refuse_edited(Path(args.output), args)
    try:
        Path(args.output).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{in_line(args.output)} cannot be written: {error.strerror}"
        raise VesperError("invalid", message, "choose another file with -o") from error
    return 0


def _refuse_edited(path: Path, args: argparse.Namespace) -> None:
    """Nothing that a person wrote is overwritten by the way."""
    from vesper.compile.python_file import HEADER, is_as_written

    if args.force or not path.is_file():
        return
    held = path.read_text(encoding="utf-8", errors="replace")
    if is_as_written(held):
        return
    what = (
        "was edited by hand" if held.startswith(HEADER) else "was not written by `vesper compile`"
    )
    hint = "choose another file with -o, or overwrite it with --force"
    raise VesperError("conflict", f"{in_line(args.output)} {what}", hint)
