"""`vesper check`: the problems of documents, for people, tools and code hosts."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import styled, visible
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic

Checked = tuple[str, "list[Diagnostic]"]

_STYLES = {"error": "bold red", "warning": "bold yellow", "hint": "bold cyan"}
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper check`."""
    parser = subparsers.add_parser(
        "check",
        help="check documents and role files",
        description="Check .vsp documents and role files. Exit code 1 when there are errors.",
    )
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH",
                        help="files or folders (default: this folder)")  # fmt: skip
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text",
                        help="text for people, json, sarif for code scanning, github for "
                        "annotations in a workflow")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the problems; 1 when one of them is an error."""
    checked = list(_check(args.paths))
    if args.format == "text":
        _print_text(checked)
    elif args.format == "github":
        _print_github(checked)
    else:
        _print_json(checked, args.format)
    return 1 if any(it.severity == "error" for _, found in checked for it in found) else 0


def _check(paths: Sequence[str]) -> Iterator[Checked]:
    from vesper.lang.check import check
    from vesper.workspace.files import kind_in_workspace, read_text

    for path in _files(paths):
        # Whatever the locale, as UTF-8: what is no text in a name is shown by its bytes.
        name = os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
        try:
            text = read_text(path)
        except VesperError as error:
            yield name, [_unreadable(path, error)]
            continue
        kind = kind_in_workspace(path) or "vsp"
        yield name, check(text, kind)


def _unreadable(path: Path, error: VesperError) -> "Diagnostic":
    """What a file that is no text has instead of problems; at the bad byte where there is one."""
    from vesper.lang.check import Diagnostic
    from vesper.lang.source import Span

    place = re.match(rf"{re.escape(str(path))}(?::(\d+):(\d+):)? ", error.message)
    line = column = 0
    message = error.message
    if place is not None:
        line, column = (int(it or 1) - 1 for it in place.groups())
        rest = error.message[place.end() :]
        message = rest if place[1] else f"the file {rest}"
    if error.hint:
        message = f"{message}: {error.hint}"
    return Diagnostic(
        "VSP199", "unreadable", "error", message, Span(line, column, line, column + 1)
    )


def _files(paths: Sequence[str]) -> list[Path]:
    """Every file named or found, once, in the order given. Nothing is checked if one is missing."""
    from vesper.workspace.files import find_documents

    found: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        if not path.exists():
            raise VesperError("invalid", f"there is no file or folder {given}", "check the path")
        for it in find_documents(path) if path.is_dir() else (path,):
            found.setdefault(it.absolute(), it)
    return list(found.values())


def _print_text(checked: list[Checked]) -> None:
    counts = {"error": 0, "warning": 0, "hint": 0}
    out = sys.stdout
    for name, found in checked:
        for it in found:
            counts[it.severity] += 1
            place = f"{visible(name)}:{it.span.line + 1}:{it.span.column + 1}"
            severity = styled(it.severity, _STYLES[it.severity], out)
            code = styled(it.code, "dim", out)
            print(f"{styled(place, 'bold', out)}: {severity}: {visible(it.message)} {code}")
    if not checked:
        print("no documents found: their names end in .vsp or .role.yaml", file=sys.stderr)
        return
    files = "1 file" if len(checked) == 1 else f"{len(checked)} files"
    problems = [_counted(number, word) for word, number in counts.items() if number]
    summary = ", ".join(problems) if problems else "no problems"
    print(f"{summary} in {files}", file=sys.stderr)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_github(checked: list[Checked]) -> None:
    for name, found in checked:
        for it in found:
            level = "notice" if it.severity == "hint" else it.severity
            message = visible(it.message).replace("%", "%25").replace("\n", "%0A")
            span = f"line={it.span.line + 1},col={it.span.column + 1}"
            print(f"::{level} file={_escaped(name)},{span},title={it.code}::{message}")


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")


def _print_json(checked: list[Checked], form: str) -> None:
    import json

    if form == "sarif":
        document = _sarif(checked)
    else:
        problems = [_record(name, it) for name, found in checked for it in found]
        document = {"files": len(checked), "problems": problems}
    # ASCII, so that it is valid JSON on a console of any encoding.
    print(json.dumps(document, indent=2))


def _record(name: str, found: "Diagnostic") -> dict[str, Any]:
    return {
        "file": name,
        "line": found.span.line + 1,
        "column": found.span.column + 1,
        "end_line": found.span.end_line + 1,
        "end_column": found.span.end_column + 1,
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "message": found.message,
        "fix": found.fix.title if found.fix else None,
    }


def _sarif(checked: list[Checked]) -> dict[str, Any]:
    import vesper
    from vesper.lang import rules

    used = {it.code for _, found in checked for it in found}
    described = [
        {"id": it.code, "name": it.name, "shortDescription": {"text": " ".join(it.doc.split())}}
        for it in rules.load().values()
        if it.code in used
    ]
    driver = {"name": "vesper", "version": vesper.__version__, "rules": described}
    results = [_sarif_result(name, it) for name, found in checked for it in found]
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [
            {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
        ],
    }


def _uri(name: str) -> str:
    """A relative path stays relative, as code hosts want it."""
    from urllib.parse import quote

    if not os.path.isabs(name):
        return quote(name)
    return f"file:///{quote(name.removeprefix('/'), safe='/:')}"


def _sarif_result(name: str, found: "Diagnostic") -> dict[str, Any]:
    span = found.span
    region = {
        "startLine": span.line + 1,
        "startColumn": span.column + 1,
        "endLine": span.end_line + 1,
        "endColumn": max(span.end_column, 0) + 1,
    }
    place = {"artifactLocation": {"uri": _uri(name)}, "region": region}
    return {
        "ruleId": found.code,
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
    }
