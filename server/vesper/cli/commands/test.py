"""`vesper test`: the test cases and property tests of documents, on every engine."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vesper.cli.checking import Workspaces
from vesper.cli.paths import documents_at, shown_name
from vesper.cli.subcommand import Subparsers
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.testing import Selection, Tested
    from vesper.runtime.engine import Engine

_DESCRIPTION = """\
Run the tests that stand in documents, under `testing:`.

Each case runs on both engines, its mocks answer in place of databases, services and people, and
what comes out is compared with `expected_output`. Property tests draw many inputs and show the
smallest ones for which the property does not hold. Nothing outside the test is touched.

Exit code 0 when all pass, 1 when one fails, 2 when the command line is wrong.
"""
_EPILOG = """\
examples:
  vesper test                              everything below this folder
  vesper test pay.vsp --case refund        the cases of a file with `refund` in their names
  vesper test --node payment_v2            one node
  vesper test --watch                      again and again, as files change
  vesper test --junit report.xml           for a build server
"""
_PAUSE: Final = 0.3


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper test`."""
    parser = subparsers.add_parser(
        "test",
        help="run the tests of documents",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("paths", nargs="*", default=["."], metavar="PATH",
        help="files or folders (default: this folder)")  # fmt: skip
    add(
        "--node", default="", metavar="ID", help="only the tests of this node, or range of versions"
    )
    add("--case", default="", metavar="TEXT", help="only tests with this in their names")
    add("--engine", choices=("both", "interp", "python"), default="both",
        help="which engine runs them (default: both, and they must agree)")  # fmt: skip
    add("--json", action="store_true", help="everything as JSON")
    add("--junit", metavar="FILE", help="write the XML that build servers read as well")
    add("--brief", action="store_true", help="show only what fails")
    add("--watch", action="store_true", help="run again whenever a file changes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the tests; 1 when one fails."""
    if not args.watch:
        return _once(args)
    if args.json or args.junit:
        message = "--watch is for people: it goes neither with --json nor with --junit"
        raise VesperError("invalid", message, "leave out --watch")
    while True:
        if sys.stdout.isatty():
            print("\x1b[H\x1b[2J", end="")
        before = _stamps(args.paths)
        _once(args)
        print("watching; Ctrl-C ends", file=sys.stderr, flush=True)
        while _stamps(args.paths) == before:
            time.sleep(_PAUSE)


def _once(args: argparse.Namespace) -> int:
    from vesper.execution.engines import ENGINES, engine
    from vesper.execution.testing import Selection

    names = ENGINES if args.engine == "both" else (args.engine,)
    began = time.perf_counter()
    found: list[tuple[str, Tested]] = []
    engines = [engine(it) for it in names]
    for name, tested in _tested(args.paths, engines, Selection(args.node, args.case)):
        found.append((name, tested))
        if not args.json:
            from vesper.cli.verdicts import print_tested

            print_tested(tested, name, brief=args.brief)
            sys.stdout.flush()
    _report(args, found, time.perf_counter() - began, names)
    if not found and (args.node or args.case):
        wanted = " and ".join(filter(None, (args.node, args.case)))
        raise VesperError("invalid", f"no test matches {wanted}", "`vesper test` runs all")
    return 0 if all(it.passed for _, it in found) else 1


def _report(
    args: argparse.Namespace,
    found: Sequence[tuple[str, "Tested"]],
    seconds: float,
    engines: Sequence[str],
) -> None:
    from vesper.cli import verdict_formats, verdicts

    if args.junit:
        try:
            Path(args.junit).write_text(verdict_formats.as_junit(found), encoding="utf-8")
        except OSError as error:
            message = f"{args.junit} cannot be written: {error.strerror}"
            raise VesperError("invalid", message, "name a file in a folder that exists") from error
    if args.json:
        print(verdict_formats.as_json(found, seconds, engines))
    else:
        verdicts.print_totals([it for _, it in found], seconds, engines)


def _tested(
    paths: Sequence[str], engines: "Sequence[Engine]", selection: "Selection"
) -> Iterator[tuple[str, "Tested"]]:
    from vesper.execution.testing import run_file

    workspaces = Workspaces()
    for path in _documents(paths, workspaces):
        project = workspaces.of(path)
        file = project.relative(path.absolute())
        for it in run_file(project.nodes, file, engines, selection):
            yield shown_name(path), it


def _documents(paths: Sequence[str], workspaces: Workspaces) -> list[Path]:
    """The nodes' files that are named, and those below folders that are of the folder's own workspace."""
    found = [it for it in documents_at(paths) if it.suffix == ".vsp"]
    folders = [Path(it) for it in paths if Path(it).is_dir()]
    named = {Path(it) for it in paths}
    roots = {workspaces.of(it / "any.vsp").root for it in folders}
    return [it for it in found if it in named or workspaces.of(it).root in roots]


def _stamps(paths: Sequence[str]) -> dict[Path, int]:
    """When each document was last changed."""
    found: dict[Path, int] = {}
    for path in documents_at(paths):
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:
            found[path] = 0
    return found
