"""`vesper dap`: the debug adapter, on stdin and stdout."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers

if TYPE_CHECKING:
    from vesper.execution.debugging import Prepared, Wanted

_DESCRIPTION = """\
Serve the debugger of an editor on stdin and stdout (Debug Adapter Protocol). Editors start this
command.

A launch takes `program` (the path of a document, or `path#node_id`) or `node` (an id),
`inputs`, `stopOnEntry`, and one of `case` (a test case's inputs and mocks), `trace` (a run of
the past) and `live` (perform effects). `engine` chooses one, `peer` the other to compare with.
Exit code 0 after an orderly end, else 1.
"""
_EPILOG = """\
examples:
  vesper dap                  what an editor starts for .vsp documents
  dap.adapters.vesper = {type = "executable", command = "vesper", args = {"dap"}}   for nvim-dap

Started by hand it waits for messages; Ctrl-C ends it.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper dap`."""
    parser = subparsers.add_parser(
        "dap", help="serve a debugger (DAP on stdio)", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.set_defaults(run=run, needs_folder=False)


def run(_args: argparse.Namespace) -> int:
    """Serve until the client leaves."""
    from vesper.dap.server import DebugAdapter

    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What anything prints goes beside the protocol, not into it.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return DebugAdapter(sys.stdin.buffer, sink, _prepare).serve()


def _prepare(wanted: "Wanted") -> "Prepared":
    """The run in the workspace that the document belongs to, else the one of this folder."""
    from vesper.project import Project

    path = Path(wanted.node.partition("#")[0])
    project = Project.open(path if path.is_file() else Path())
    project.require_settings()
    return project.debugged(wanted)
