"""`vesper doctor`: what is installed, what is missing, and how to mend it."""

import argparse
import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import vesper
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import styled
from vesper.errors import VesperError

_DESCRIPTION = """\
Look at this installation and this workspace, and say how to mend what is not well.
Exit code 1 when something that is needed is missing.
"""
_EPILOG = """\
examples:
  vesper doctor                         this folder
  vesper doctor --workspace ~/shop      another one
"""


class Finding(NamedTuple):
    """One thing looked at; `advice` is empty when it is well."""

    what: str
    state: str
    advice: str = ""
    is_needed: bool = True


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, what is missing, how to mend it",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("--workspace", default=".", metavar="PATH", help="default: this folder")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each finding; 1 when one of them needs mending."""
    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    findings = [*_installation(), *_workspace(workspace)]
    width = max(len(it.what) for it in findings)
    for it in findings:
        well = not it.advice
        mark = "ok" if well else "missing" if it.is_needed else "note"
        style = "green" if well else "red" if it.is_needed else "yellow"
        print(f"{styled(f'{mark:8}', style, sys.stdout)}{it.what:{width}}  {it.state}")
        if it.advice:
            print(f"{'':8}{'':{width}}  {it.advice}")
    return 1 if any(it.advice and it.is_needed for it in findings) else 0


def _installation() -> Iterator[Finding]:
    yield Finding("vesper", vesper.__version__)
    python = platform.python_version()
    advice = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    yield Finding("python", python, advice)
    for module, purpose in (
        ("yaml", "reading documents"),
        ("pygls", "the language server"),
        ("mcp", "the MCP server"),
        ("sqlite_utils", "making the database"),
    ):
        found = importlib.util.find_spec(module) is not None
        advice = "" if found else "install Vesper again, with all that it depends on"
        yield Finding(module, purpose, advice)
    yield _sqlite()
    path = shutil.which("vesper")
    advice = "" if path else "put the folder of the `vesper` script on PATH, so editors find it"
    yield Finding("command", path or "not on PATH", advice, is_needed=False)


def _sqlite() -> Finding:
    from vesper.store.engine import sqlite_version

    version = sqlite_version()
    numbers = tuple(int(it) for it in version.split("."))
    advice = ""
    if numbers < (3, 51, 3):
        advice = "older than 3.51.3, with a rare fault when several processes write: add pysqlite3"
    return Finding("sqlite", version, advice, is_needed=False)


def _workspace(start: Path) -> Iterator[Finding]:
    from vesper.project import Project

    project = Project.open(start)
    count = len(project.documents())
    advice = "" if count else "`vesper init` writes a first one"
    noun = "document" if count == 1 else "documents"
    yield Finding("workspace", f"{project.root}, {count} {noun}", advice, is_needed=False)
    try:
        last = project.board.last_event()
    except VesperError as error:
        yield Finding("tasks", error.message, error.hint or "see the message")
    else:
        state = f"{last} changes recorded" if last else "none yet"
        yield Finding("tasks", state)
    finally:
        project.close()
