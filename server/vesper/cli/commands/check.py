"""`vesper check`: the problems of documents, for people, tools and code hosts."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vesper.cli.checking import UNREADABLE, Workspaces, unreadable
from vesper.cli.checking import checked as checked_files
from vesper.cli.paths import documents_at, shown_name
from vesper.cli.report import Checked, counted, place_of, print_problems, print_summary
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic

_DESCRIPTION = """\
Check .vsp documents and role files.

On a terminal each problem is shown with its source; anywhere else it is one line:
  nodes/pay.vsp:5:3: error: what is wrong, and what would be right VSP116

Exit code 0 when there are no errors, 1 when there are, 2 when the command line is wrong.
Warnings and hints alone are no failure, unless --strict is given.
"""
_EPILOG = """\
examples:
  vesper check                          everything below this folder
  vesper check nodes/pay.vsp roles      a file, and a folder
  vesper check --fix                    mend what mends itself, and show the rest
  vesper check --select VSP5,VSP601     problems of flows, and missing capabilities
  vesper check --watch                  again and again, as files change
  cat pay.vsp | vesper check -          what comes in on stdin
  vesper check --format sarif > vesper.sarif

`# vesper: ignore VSP501` at the end of a line silences that problem there.
"""
_STDIN: Final = "-"


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper check`."""
    parser = subparsers.add_parser(
        "check",
        help="check documents and role files",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("paths", nargs="*", default=["."], metavar="PATH",
        help="files or folders, or - for stdin (default: this folder)")  # fmt: skip
    add("--format", choices=("text", "json", "sarif", "github"), default="text",
        help="text for people, json, sarif for code scanning, github for annotations in a "
        "workflow")  # fmt: skip
    add("--select", action="append", default=[], metavar="CODES",
        help="only these problems: codes or their beginnings, divided by commas")  # fmt: skip
    add("--ignore", action="append", default=[], metavar="CODES", help="all but these problems")
    add("--strict", action="store_true", help="warnings and hints are a failure too")
    add("--fix", action="store_true", help="apply the quick fixes that make a document better")
    add("--watch", action="store_true", help="check again whenever a file changes")
    add("--stdin-name", default="stdin.vsp", metavar="NAME",
        help="what stdin is called: a role file's name makes it one (default: stdin.vsp)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the problems; 1 when one of them is a failure."""
    wanted = _Wanted(_codes(args.select), _codes(args.ignore))
    if args.watch and _STDIN not in args.paths:
        return _watch(args, wanted)
    failing = ("error", "warning", "hint") if args.strict else ("error",)
    if _STDIN in args.paths:
        checked = [_checked_stdin(args)]
    else:
        files = documents_at(args.paths)
        if args.fix:
            _mend(files, wanted)
        checked = list(checked_files(files))
    checked = [it._replace(found=wanted.of(it.found)) for it in checked]
    _print(checked, args.format)
    return 1 if any(it.severity in failing for each in checked for it in each.found) else 0


class _Wanted(NamedTuple):
    """Which problems are looked at: those whose codes begin with one of `select` and none of `ignore`."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]

    def of(self, found: "Iterable[Diagnostic]") -> "list[Diagnostic]":
        select = self.select or ("",)
        return [
            it
            for it in found
            if it.code == UNREADABLE
            or (
                it.code.startswith(select) and not (self.ignore and it.code.startswith(self.ignore))
            )
        ]


def _codes(given: Sequence[str]) -> tuple[str, ...]:
    """The codes of `--select` or `--ignore`; one that no problem has is refused."""
    codes = [it.strip().upper() for each in given for it in each.split(",") if it.strip()]
    if codes:
        from vesper.lang import rules
        from vesper.lang.rule import suggestion

        known = (*rules.load(), UNREADABLE)
        for code in codes:
            if not any(it.startswith(code) for it in known):
                message = f"no problem has the code {code}{suggestion(code, known)}"
                raise VesperError("invalid", message, "docs/reference/diagnostics.md lists them")
    return tuple(codes)


def _checked_stdin(args: argparse.Namespace) -> Checked:
    """What came in on stdin, checked by itself."""
    if args.paths != [_STDIN] or args.fix or args.watch:
        message = "- goes with no other path, and neither with --fix nor with --watch"
        raise VesperError("invalid", message, "name the file instead")
    from vesper.lang.check import check
    from vesper.project import Project
    from vesper.workspace.files import decode, document_kind

    project, name = Project.open(Path()), args.stdin_name
    project.require_settings()
    limit = project.settings.max_file_size
    try:
        text = decode(sys.stdin.buffer.read(limit + 1), Path(name))
    except VesperError as error:
        return Checked(shown_name(Path(name)), [unreadable(name, error)], "")
    kind = document_kind(Path(name)) or "vsp"
    return Checked(shown_name(Path(name)), check(text, kind, project.alone), text)


def _watch(args: argparse.Namespace, wanted: _Wanted) -> int:
    """Print the problems again and again, until Ctrl-C."""
    if args.fix:
        message = "--watch only looks: it does not go with --fix"
        raise VesperError("invalid", message, "have your editor format and mend as you save")
    from vesper.cli.watching import watch

    def show(checked: Sequence[Checked]) -> None:
        _print([it._replace(found=wanted.of(it.found)) for it in checked], args.format)
        sys.stdout.flush()

    watch(args.paths, show)
    return 0


def _mend(files: Sequence[Path], wanted: _Wanted) -> None:
    """Mend what mends itself in each file, and say on stderr what was done."""
    from vesper.cli.mending import mend_file

    total = 0
    workspaces = Workspaces()
    for path in files:
        for it in mend_file(path, wanted.of, workspaces.of(path).alone):
            print(f"{place_of(shown_name(path), it.span)}: {in_line(it.title)}", file=sys.stderr)
            total += 1
    print(f"{counted(total, 'problem')} mended", file=sys.stderr)


def _print(checked: Sequence[Checked], form: str) -> None:
    if form == "text":
        print_problems(checked)
        print_summary(checked)
        return
    from vesper.cli import formats

    if form == "github":
        for line in formats.as_annotations(checked):
            print(line)
    else:
        print(formats.as_sarif(checked) if form == "sarif" else formats.as_json(checked))
