"""`vesper format`: documents written as they should be."""

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vesper.cli.paths import documents_at, shown_name
from vesper.cli.report import counted
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.piece import DocumentKind

_EPILOG = """\
examples:
  vesper format                      format every document below this folder
  vesper format --check              only say which would change; for CI
  vesper format --diff pay.vsp       show what would change
  vesper format - < a.vsp > b.vsp    as a filter

What a document means never changes: white space and the case of keywords in expressions do.
The order of keys, comments and quotes stay. A part that cannot be read is left as it is and named.
"""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class _Formatted(NamedTuple):
    """One document before and after."""

    name: str
    before: str
    after: str


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper format`."""
    parser = subparsers.add_parser(
        "format",
        help="format documents and role files",
        description="Format .vsp documents and role files in place.",
        epilog=_EPILOG,
    )
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH",
                        help="files or folders, or - for stdin to stdout (default: this folder)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit code 1 when a file would change")  # fmt: skip
    parser.add_argument("--diff", action="store_true",
                        help="write nothing; show what would change")  # fmt: skip
    parser.add_argument("--stdin-name", metavar="NAME", default="stdin.vsp",
                        help="with -: the name of the document, which tells its kind")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Format; 1 when a file could not be, or would change under --check or --diff."""
    if args.paths == ["-"]:
        return _filter(args)
    if "-" in args.paths:
        raise VesperError("invalid", "- stands for stdin and cannot be mixed with paths")
    paths = documents_at(args.paths)
    if not paths:
        print("no documents found: their names end in .vsp or .role.yaml", file=sys.stderr)
        return 0
    failed = 0
    changed: list[_Formatted] = []
    for path in paths:
        try:
            changed += _formatted(path, writes=not (args.check or args.diff))
        except VesperError as error:
            failed += 1
            print(f"{in_line(error.message)} ({in_line(error.hint)})", file=sys.stderr)
    _show(changed, args)
    _print_summary(len(paths), len(changed), failed, would=args.check or args.diff)
    return 1 if failed or (changed and (args.check or args.diff)) else 0


def _formatted(path: Path, *, writes: bool) -> Iterator[_Formatted]:
    from vesper.workspace.files import kind_in_workspace, read_text
    from vesper.workspace.writing import rewrite

    before, name = read_text(path), shown_name(path)
    after = _format(before, kind_in_workspace(path) or "vsp", name)
    if after != before:
        if writes:
            rewrite(path, before, after)
        yield _Formatted(name, before, after)


def _format(text: str, kind: "DocumentKind", name: str) -> str:
    from vesper.editing.format import format_text, left_alone

    for first, last in left_alone(text, kind):
        lines = f"lines {first + 1} to {last + 1} cannot be read and stay as they are"
        if first == last:
            lines = f"line {first + 1} cannot be read and stays as it is"
        message = f"{name}: {lines}; see `vesper check`"
        print(in_line(message), file=sys.stderr)
    return format_text(text, kind)


def _filter(args: argparse.Namespace) -> int:
    from vesper.workspace.files import MAX_BYTES, decode, document_kind

    path = Path(args.stdin_name)
    before = decode(sys.stdin.buffer.read(MAX_BYTES + 1), path)
    after = _format(before, document_kind(path) or "vsp", shown_name(path))
    if args.diff:
        _print_diff(_Formatted(shown_name(path), before, after))
    elif not args.check:
        # Bytes, so that no console translates line ends.
        sys.stdout.flush()
        sys.stdout.buffer.write(after.encode("utf-8"))
        sys.stdout.buffer.flush()
    return 1 if after != before and (args.check or args.diff) else 0


def _show(changed: list[_Formatted], args: argparse.Namespace) -> None:
    for it in changed:
        if args.diff:
            _print_diff(it)
        else:
            print(f"{'would format' if args.check else 'formatted'} {in_line(it.name)}")


def _print_diff(formatted: _Formatted) -> None:
    name, before, after = formatted
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} (formatted)", lineterm=""
    )
    for line in lines:
        style = _STYLES.get(line[:1])
        shown = in_line(line)
        print(styled(shown, style, sys.stdout) if style else shown)


def _print_summary(count: int, changed: int, failed: int, *, would: bool) -> None:
    left = count - changed - failed
    parts = (
        [f"{counted(changed, 'file')} {'would change' if would else 'formatted'}"]
        if changed
        else []
    )
    parts += [f"{counted(failed, 'file')} failed"] if failed else []
    parts += (
        [f"{counted(left, 'file')} left as {'it is' if left == 1 else 'they are'}"] if left else []
    )
    print(", ".join(parts), file=sys.stderr)
