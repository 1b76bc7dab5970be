"""`vesper init`: a workspace with an example and editor settings."""

import argparse
import shlex
import sys
from pathlib import Path

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import styled
from vesper.errors import VesperError

_EXAMPLE = """\
# A node says what it is for, what goes in, what comes out, and how.
node_id: hello_v1
type: function
intent: Greet somebody by name

inputs:
  name: string

outputs:
  message: string

contracts:
  postconditions:
    - "message CONTAINS name"

flow:
  - step: say_hello
    operation: string_template
    template: "Hello, {name}!"
    output: message

testing:
  test_cases:
    - name: ada
      inputs: {name: Ada}
      expected_output: {message: "Hello, Ada!"}
"""

_ROOT = """\
# This file marks the root of a Vesper workspace.
"""

_MCP = """\
{
  "mcpServers": {
    "vesper": { "command": "vesper", "args": ["mcp"] }
  }
}
"""

_DESCRIPTION = """\
Make a workspace: settings, an example, and the entry for agent hosts.
Files that are there already are left alone.
"""
_EPILOG = """\
examples:
  vesper init                 here
  vesper init shop            in a folder, made if it is missing
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper init`."""
    parser = subparsers.add_parser(
        "init",
        help="make a workspace with an example",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("folder", nargs="?", default=".", help="where (default: this folder)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what is missing, and say what to do next."""
    folder = Path(args.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = folder / ".vesper"
        state.mkdir(mode=0o700, exist_ok=True)
        _write(state / ".gitignore", "*\n")
        _write(folder / "vesper.toml", _ROOT)
        _write(folder / "hello.vsp", _EXAMPLE)
        _write(folder / ".mcp.json", _MCP)
    except OSError as error:
        message = f"{folder} cannot be made a workspace: {error.strerror or error}"
        raise VesperError("denied", message, "check the path and who may write there") from error
    print(f"\n{styled('next:', 'bold', sys.stdout)} open {folder / 'hello.vsp'} in your editor, or")
    name = shlex.quote(f"./{folder}" if args.folder.startswith("-") else args.folder)
    print(f"  vesper check {name}\n  vesper doctor --workspace {name}")
    return 0


def _write(path: Path, text: str) -> None:
    if path.exists():
        print(f"  kept     {path}")
    else:
        path.write_text(text, encoding="utf-8")
        print(f"  written  {path}")
