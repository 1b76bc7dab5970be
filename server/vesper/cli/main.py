"""The `vesper` command: finds the subcommands by file and turns failures into exit codes.

Exit codes: 0 all is well, 1 problems were found or the action failed, 2 the command line is wrong,
3 nothing can be done where it was started.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import vesper
from vesper.cli import commands
from vesper.cli.command_line import CommandLine
from vesper.cli.terminal import visible
from vesper.errors import VesperError

_DESCRIPTION = "Check Vesper documents, and keep the tasks of a workspace."
_FIRST = """\
first steps:
  vesper init                 make a workspace here, with an example
  vesper check                check every document below this folder
  vesper task list            what is to be done
"""
_EPILOG = f"""\
{_FIRST}
`vesper COMMAND --help` has examples of each. Editors start `vesper lsp`, agent hosts start `vesper mcp`;
`vesper doctor` says what either lacks.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A console that cannot show a character gets its number; it is no reason to stop.
            reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except VesperError as error:
        _tell(error)
        return 2 if error.kind == "invalid" else 1
    except BrokenPipeError:
        # The reader has left. What is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _run(arguments: Sequence[str] | None) -> int:
    given = build_parser(_first(arguments)).parse_args(arguments)
    if not hasattr(given, "run"):
        print(f"usage: vesper COMMAND ...\n\n{_FIRST}\n`vesper --help` lists every command.")
        return 2
    if getattr(given, "needs_folder", True) and not _is_somewhere():
        _tell(VesperError("not_found", "the folder you are in is no more", "go to one that is"))
        return 3
    return given.run(given)


def _tell(error: VesperError) -> None:
    print(f"vesper: {visible(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"  {visible(error.hint)}", file=sys.stderr)


def _is_somewhere() -> bool:
    """Whether the folder the process is in still exists."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def build_parser(only: str = "") -> CommandLine:
    """The parser with every subcommand of `cli/commands`, or only with the one that is named."""
    parser = CommandLine(prog="vesper", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"vesper {vesper.__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in [only] if only in _names() else _names():
        importlib.import_module(f"{commands.__name__}.{name}").add_parser(subparsers)
    return parser


def _first(arguments: Sequence[str] | None) -> str:
    """The first word of a command line: the others need not be loaded to run it."""
    given = sys.argv[1:] if arguments is None else arguments
    return given[0] if given else ""


def _names() -> list[str]:
    return [it.name for it in pkgutil.iter_modules(commands.__path__)]


def run() -> None:
    """Entry point of the installed script."""
    raise SystemExit(main())
