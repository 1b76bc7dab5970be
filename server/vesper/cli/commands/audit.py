"""`vesper audit`: what runs did, for those who answer for it, and whether the record of it is whole."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesper.cli.report import counted
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.execution.audit import Kept
    from vesper.project import Project

_DESCRIPTION = """\
Show what runs of this workspace did: who ran which node with what, and what came of it.

How much is recorded a node says with `security.audit_level`; refusals are recorded always.
Values of fields that a node lists under `sensitive_data` are hidden.
"""
_EPILOG = """\
examples:
  vesper audit list                             the newest records
  vesper audit list --node pay_v1 --limit 5     of one node
  vesper audit list --action refused            what somebody was not allowed to do
  vesper audit verify                           is anything changed or missing?
"""
_STYLES = {"begun": "dim", "refused": "red", "error": "red"}


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper audit` and its actions."""
    parser = subparsers.add_parser(
        "audit",
        help="what runs did, and whether the record of it is whole",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    def add(
        name: str, act: Callable[["Project", argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.",
                                    epilog=f"example:\n  vesper audit {name}\n")  # fmt: skip
        action.add_argument("--json", action="store_true", help="print JSON")
        action.add_argument("--workspace", default=".", metavar="PATH",
                            help="a folder of the workspace (default: this folder)")  # fmt: skip
        action.set_defaults(run=run, act=act)
        return action

    listing = add("list", _list, "show records, the newest first")
    listing.add_argument("--node", default="", metavar="NODE", help="only of this node")
    listing.add_argument("--action", default="", metavar="ACTION",
                         help="only `run`, `refused`, or an operation such as `database_write`")  # fmt: skip
    listing.add_argument("--limit", type=int, default=50, metavar="N",
                         help="at most N records (default: 50)")  # fmt: skip
    add("verify", _verify, "check that no record was changed, moved or removed")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    from vesper.project import Project

    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    project = Project.open(workspace)
    try:
        return args.act(project, args)
    finally:
        project.close()


def _list(project: "Project", args: argparse.Namespace) -> int:
    if args.limit < 1:
        raise VesperError("invalid", "--limit must be at least 1", "say how many records to show")
    found = project.audit.newest(args.limit, args.node, args.action)
    if args.json:
        print(json.dumps([{"number": it.number, **it.record} for it in found], indent=2))
        return 0
    for it in found:
        print(_line(it))
    if not found:
        print("nothing was audited that fits", file=sys.stderr)
    return 0


def _verify(project: "Project", args: argparse.Namespace) -> int:
    verdict = project.audit.verify()
    if args.json:
        print(json.dumps({"records": verdict.count, "problems": verdict.problems}, indent=2))
    elif verdict.problems:
        for it in verdict.problems:
            print(in_line(it))
        lead = f"the audit is not whole: {counted(len(verdict.problems), 'problem')}"
        print(f"{lead} in {counted(verdict.count, 'record')}", file=sys.stderr)
    else:
        print(f"{counted(verdict.count, 'record')}, each as it was written, none missing")
    return 1 if verdict.problems else 0


def _line(kept: "Kept") -> str:
    record = kept.record
    result: dict[str, Any] = record.get("result") or {}
    status = str(result.get("status", ""))
    parts = [
        f"{kept.number:>6}",
        str(record.get("timestamp", ""))[:19].replace("T", " "),
        *(str(record.get(it, "")) for it in ("user_id", "node_id", "action")),
        status,
        *(str(result.get(it, "")) for it in ("code", "capability")),
        str(record.get("site", "")),
        str(record.get("transaction_id", ""))[:12],
    ]
    shown = "  ".join(in_line(it) for it in parts if it)
    return styled(shown, _STYLES[status], sys.stdout) if status in _STYLES else shown
