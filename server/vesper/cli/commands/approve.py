"""`vesper approve`: what runs ask people, and their answers."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled, visible
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.providers.approvals import Approval, Approvals

_DESCRIPTION = """\
See what runs ask people, and answer.

A run that meets an `approval` step, or wants to change a protected file, waits for a person. An
answer counts once; only `yes` lets the run go on.
"""
_EPILOG = """\
examples:
  vesper approve                               what waits for an answer
  vesper approve 3                             one question, with all that is shown with it
  vesper approve 3 yes
  vesper approve 3 no --comment "ask finance first"
"""
_LONGEST = 4_000
"""Characters of what is shown with a question."""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper approve`."""
    parser = subparsers.add_parser(
        "approve", help="answer what runs ask people", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="the number of the question")
    parser.add_argument(
        "answer", nargs="?", choices=("yes", "no"), metavar="yes|no", help="the answer"
    )
    parser.add_argument(
        "--comment", default="", metavar="TEXT", help="what the run is told with it"
    )
    parser.add_argument("--as", dest="actor", metavar="NAME",
                        help="who answers (default: your login name)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--workspace", default=".", metavar="PATH",
                        help="a folder of the workspace (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List, show or answer; what cannot be done is a `VesperError`."""
    from vesper.project import Project

    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    project = Project.open(workspace)
    try:
        _act(project.approvals, args)
    finally:
        project.close()
    return 0


def _act(approvals: "Approvals", args: argparse.Namespace) -> None:
    if args.id is None:
        _list(approvals.pending(), as_json=args.json)
        return
    if args.answer is None:
        found = approvals.get(args.id)
        _show(found, as_json=args.json)
        return
    found = approvals.answer(
        args.id, approved=args.answer == "yes", by=args.actor or _login(), comment=args.comment
    )
    if args.json:
        _print_json(_fields(found))
    else:
        print(f"question {found.id} is answered: {found.state}")
        print(f"  whoever waits for it goes on; else `vesper resume {found.execution[:12]}` does")


def _list(found: "list[Approval]", *, as_json: bool) -> None:
    if as_json:
        _print_json([_fields(it) for it in found])
    elif not found:
        print("nothing waits for an answer")
    for it in [] if as_json else found:
        print(styled(f"{it.id}  {in_line(it.question)}", "bold", sys.stdout))
        print(f"   {in_line(it.node)}, {in_line(it.step)}{_until(it)}")
    if found and not as_json:
        print(
            f"\n`vesper approve {found[0].id}` shows what comes with it; add `yes` or `no` to answer"
        )


def _show(found: "Approval", *, as_json: bool) -> None:
    if as_json:
        _print_json(_fields(found))
        return
    print(styled(visible(found.question), "bold", sys.stdout))
    facts = {
        "state": found.state + (f", by {found.by}" if found.by else ""),
        "asked by": f"{found.node}, {found.step}{_until(found)}",
        "run": found.execution,
        "for": ", ".join(found.approvers) or "anybody",
        "comment": found.comment,
    }
    for name, value in facts.items():
        if value:
            print(f"  {name:<9} {in_line(value)}")
    if found.shown:
        # Data of the run, which may have come from anywhere: no sign of it reaches the terminal.
        text = _json(found.shown)
        print("\nwhat the run shows with it")
        print("\n".join(f"  {visible(line)}" for line in text[:_LONGEST].splitlines()))
        if len(text) > _LONGEST:
            print(f"  ... and {len(text) - _LONGEST:,} characters more: --json prints all")


def _until(found: "Approval") -> str:
    return f", waits until {found.ends[:16].replace('T', ' ')} UTC" if found.ends else ""


def _login() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run as a user that has no name.
        return "person"


def _fields(found: "Approval") -> dict[str, Any]:
    return asdict(found)


def _json(value: Any) -> str:
    from vesper.values.encoding import to_json

    return to_json(value, indent=True)


def _print_json(value: Any) -> None:
    # ASCII, so that it is valid JSON on a console of any encoding.
    print("".join(it if it.isascii() else json.dumps(it)[1:-1] for it in _json(value)))
