"""`vesper check`: the problems of documents, for people, tools and code hosts."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.lang.check import Diagnostic

Checked = tuple[str, "list[Diagnostic]", list[str]]

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
    try:
        checked = list(_check(args.paths))
        if args.format == "text":
            _print_text(checked)
        elif args.format == "github":
            _print_github(checked)
        else:
            _print_json(checked, args.format)
    except UnicodeEncodeError:
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore
        return run(args)
    return 1 if any(it.severity == "error" for _, found, _ in checked for it in found) else 0


def _check(paths: Sequence[str]) -> Iterator[Checked]:
    from vesper.lang.check import Diagnostic, check
    from vesper.lang.source import Span
    from vesper.workspace.files import document_kind, read_text

    for path in _files(paths):
        name = path.as_posix()
        try:
            text = read_text(path)
        except VesperError as error:
            message = error.message.removeprefix(f"{path}: ")
            unread = Diagnostic("VSP199", "unreadable", "error", message, Span(0, 0, 0, 1))
            yield name, [unread], []
            continue
        kind = document_kind(path.absolute()) or "vsp"
        yield name, check(text, kind), text.splitlines()


def _files(paths: Sequence[str]) -> Iterator[Path]:
    from vesper.workspace.files import find_documents

    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from find_documents(path)
        elif path.exists():
            yield path
        else:
            raise VesperError("invalid", f"there is no file or folder {given}", "check the path")


def _print_text(checked: list[Checked]) -> None:
    counts = {"error": 0, "warning": 0, "hint": 0}
    out = sys.stdout
    for name, found, _ in checked:
        for it in found:
            counts[it.severity] += 1
            place = f"{name}:{it.span.line + 1}:{it.span.column + 1}"
            severity = styled(it.severity, _STYLES[it.severity], out)
            code = styled(it.code, "dim", out)
            print(f"{styled(place, 'bold', out)}: {severity}: {it.message} {code}")
    files = "1 file" if len(checked) == 1 else f"{len(checked)} files"
    problems = [_counted(number, word) for word, number in counts.items() if number]
    summary = ", ".join(problems) if problems else "no problems"
    print(f"{summary} in {files}", file=sys.stderr)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_github(checked: list[Checked]) -> None:
    for name, found, _ in checked:
        for it in found:
            level = "notice" if it.severity == "hint" else it.severity
            message = it.message.replace("%", "%25").replace("\n", "%0A")
            span = f"line={it.span.line + 1},col={it.span.column + 1}"
            print(f"::{level} file={_escaped(name)},{span},title={it.code}::{message}")


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")


def _print_json(checked: list[Checked], form: str) -> None:
    import json

    if form == "sarif":
        document = _sarif(checked)
    else:
        problems = [_record(name, it) for name, found, _ in checked for it in found]
        document = {"files": len(checked), "problems": problems}
    print(json.dumps(document, indent=2, ensure_ascii=False))


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

    used = {it.code for _, found, _ in checked for it in found}
    described = [
        {"id": it.code, "name": it.name, "shortDescription": {"text": it.doc.split("\n")[0]}}
        for it in rules.load().values()
        if it.code in used
    ]
    driver = {"name": "vesper", "version": vesper.__version__, "rules": described}
    results = [_sarif_result(name, it) for name, found, _ in checked for it in found]
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [
            {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
        ],
    }


def _sarif_result(name: str, found: "Diagnostic") -> dict[str, Any]:
    span = found.span
    region = {
        "startLine": span.line + 1,
        "startColumn": span.column + 1,
        "endLine": span.end_line + 1,
        "endColumn": max(span.end_column, 0) + 1,
    }
    place = {"artifactLocation": {"uri": name}, "region": region}
    return {
        "ruleId": found.code,
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
    }
