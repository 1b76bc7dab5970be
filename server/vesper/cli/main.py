"""The `vesper` command: finds the subcommands by file and turns failures into exit codes.

Exit codes: 0 all is well, 1 problems were found or the action failed, 2 the command line is wrong.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import vesper
from vesper.cli import commands
from vesper.cli.terminal import visible
from vesper.errors import VesperError

_DESCRIPTION = "Check Vesper documents, and keep the tasks of a workspace."
_EPILOG = """\
first steps:
  vesper init                 make a workspace here, with an example
  vesper check                check every document below this folder
  vesper task list            what is to be done

editors start `vesper lsp`, agent hosts start `vesper mcp`.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A console that cannot show a character gets its number; it is no reason to stop.
        reconfigure(errors="backslashreplace")
    parser = build_parser()
    given = parser.parse_args(arguments)
    if not hasattr(given, "run"):
        parser.print_help()
        return 2
    try:
        code = given.run(given)
        sys.stdout.flush()
        return code
    except VesperError as error:
        print(f"vesper: {visible(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"  {visible(error.hint)}", file=sys.stderr)
        return 2 if error.kind == "invalid" else 1
    except BrokenPipeError:
        # The reader has left. What is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The parser with every subcommand of `cli/commands`."""
    parser = argparse.ArgumentParser(
        prog="vesper",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vesper {vesper.__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{module.name}").add_parser(subparsers)
    return parser


def run() -> None:
    """Entry point of the installed script."""
    raise SystemExit(main())
