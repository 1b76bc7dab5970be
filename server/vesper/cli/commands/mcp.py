"""`vesper mcp`: the MCP server of a workspace, on stdin and stdout."""

import argparse
import gc
from pathlib import Path

from vesper.cli.subcommand import Subparsers
from vesper.errors import VesperError

_DESCRIPTION = """\
Serve the tasks and documents of a workspace to an agent, as an MCP server on stdin and stdout.
Agent hosts start this command; for most of them the configuration is
  {"mcpServers": {"vesper": {"command": "vesper", "args": ["mcp"]}}}
"""
_EPILOG = """\
examples:
  vesper mcp                            the workspace of this folder
  vesper mcp --workspace ~/shop         another one

`vesper init` writes the configuration into .mcp.json, which many hosts read by themselves.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper mcp`."""
    parser = subparsers.add_parser(
        "mcp",
        help="serve a workspace to agents (MCP on stdio)",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--workspace",
        metavar="PATH",
        default=".",
        help="a folder of the workspace (default: this folder)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until the client closes stdin or the process is told to stop."""
    from vesper_mcp.wire import claim_wire

    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    # The wire is taken first, so that nothing printed by an import reaches the client.
    wire = claim_wire()
    # What the imports make stays for good: looking for garbage in it costs a sixth of the start.
    gc.disable()
    from vesper_mcp.server import serve

    gc.freeze()
    gc.enable()
    serve(workspace, wire)
    return 0
