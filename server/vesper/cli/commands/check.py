"""`vesper check`: the problems of documents, for people, tools and code hosts."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vesper.cli.paths import documents_at, shown_name
from vesper.cli.report import Checked, counted, place_of, print_problems, print_summary
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic
    from vesper.project import Project

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
_UNREADABLE: Final = "VSP199"


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
    failing = ("error", "warning", "hint") if args.strict else ("error",)
    if _STDIN in args.paths:
        checked = [_checked_stdin(args)]
    else:
        files = documents_at(args.paths)
        if args.fix:
            _mend(files, wanted)
        checked = list(_checked(files))
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
            if it.code == _UNREADABLE
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

        known = (*rules.load(), _UNREADABLE)
        for code in codes:
            if not any(it.startswith(code) for it in known):
                message = f"no problem has the code {code}{suggestion(code, known)}"
                raise VesperError("invalid", message, "docs/reference/diagnostics.md lists them")
    return tuple(codes)


class _Workspaces:
    """The workspaces that files belong to; settings with a mistake in them raise VesperError."""

    def __init__(self) -> None:
        self._by_folder: dict[Path, Project] = {}
        self._by_root: dict[Path, Project] = {}

    def of(self, path: Path) -> "Project":
        """The workspace of a file."""
        from vesper.project import Project
        from vesper.workspace.files import find_root

        folder = Path(os.path.abspath(path)).parent
        if folder not in self._by_folder:
            root = find_root(folder)
            if root not in self._by_root:
                self._by_root[root] = Project(root)
                self._by_root[root].require_settings()
            self._by_folder[folder] = self._by_root[root]
        return self._by_folder[folder]


def _checked(files: Sequence[Path]) -> Iterator[Checked]:
    """Each file checked beside the others of its workspace, in the order given."""
    workspaces = _Workspaces()
    together: dict[Project, list[Path]] = {}
    for path in files:
        together.setdefault(workspaces.of(path), []).append(path)
    checking = {project: project.check_files(paths) for project, paths in together.items()}
    for path in files:
        it = next(checking[workspaces.of(path)])
        found = [_unreadable(str(it.path), it.error)] if it.error is not None else it.found
        yield Checked(shown_name(path), found, path)


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
        return Checked(shown_name(Path(name)), [_unreadable(name, error)], "")
    kind = document_kind(Path(name)) or "vsp"
    return Checked(shown_name(Path(name)), check(text, kind, project.alone), text)


def _unreadable(path: str, error: VesperError) -> "Diagnostic":
    """What a file that is no text has instead of problems; at the bad byte where there is one."""
    from vesper.lang.check import Diagnostic
    from vesper.lang.source import Span

    place = re.match(rf"{re.escape(path)}(?::(\d+):(\d+):)? ", error.message)
    line = column = 0
    message = error.message
    if place is not None:
        line, column = (int(it or 1) - 1 for it in place.groups())
        rest = error.message[place.end() :]
        message = rest if place[1] else f"the file {rest}"
    if error.hint:
        message = f"{message}: {error.hint}"
    span = Span(line, column, line, column + 1)
    return Diagnostic(_UNREADABLE, "unreadable", "error", message, span)


def _mend(files: Sequence[Path], wanted: _Wanted) -> None:
    """Mend what mends itself in each file, and say on stderr what was done."""
    from vesper.cli.mending import mend_file

    total = 0
    workspaces = _Workspaces()
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
