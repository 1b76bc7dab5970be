"""`vesper show`: what a node or a role is, at a glance."""

import argparse
import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vesper.cli.report import STYLES, counted
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import cells, in_line, styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.editing.overview import FieldOverview, NodeOverview, RoleOverview

_DESCRIPTION = """\
Show nodes and roles at a glance: what goes in and comes out, what is guaranteed, what each step
needs and what the node may do, and its test cases.
"""
_EPILOG = """\
examples:
  vesper show nodes/pay.vsp             every node of a file
  vesper show pay_v2                    a node of this workspace, wherever it is
  vesper show pay                       all versions of it
  vesper show implementer               a role
  vesper show pay_v2 --format json      for tools
"""
_WIDEST = 100


class _Shown(NamedTuple):
    """A node or role with its file and how many problems of each kind that has."""

    file: str
    it: "NodeOverview | RoleOverview"
    problems: dict[str, int]


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper show`."""
    parser = subparsers.add_parser(
        "show", help="show a node or a role at a glance", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument("what", metavar="FILE|NAME", help="a file, a node id or a role")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="text for people, json for tools")  # fmt: skip
    parser.add_argument("--workspace", default=".", metavar="PATH",
                        help="where to look for a name (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each node or role that is meant."""
    path = Path(args.what)
    found = _in_file(path, None) if path.is_file() else _named(args.what, Path(args.workspace))
    if args.format == "json":
        import json

        # ASCII, so that it is valid JSON on a console of any encoding.
        print(json.dumps([_record(it) for it in found], indent=2))
        return 0
    for number, it in enumerate(found):
        if number:
            print()
        for line in _told(it):
            print(line.rstrip())
    return 0


def _in_file(path: Path, names: set[str] | None) -> list[_Shown]:
    """What a file holds, or only what has one of the names."""
    from vesper.editing.overview import overview
    from vesper.lang.check import Analysis
    from vesper.workspace.files import kind_in_workspace, read_text

    analysis = Analysis(read_text(path), kind_in_workspace(path) or "vsp")
    counts = Counter(it.severity for it in analysis.diagnostics())
    found = [_Shown(os.fspath(path), it, dict(counts)) for it in overview(analysis)]
    return [it for it in found if names is None or _name(it.it) in names]


def _named(name: str, workspace: Path) -> list[_Shown]:
    """The node or role of that name in the workspace; without its version, every version of a node."""
    from vesper.lang.rule import suggestion
    from vesper.project import Project

    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {workspace}", hint)
    project = Project.open(workspace)
    index = project.scan.finish()
    known = [*index.node_ids(), *index.role_names()]
    names = {it for it in known if it == name or it.startswith(f"{name}_v")}
    if not names:
        message = f"there is no file, node or role {name}{suggestion(name, known)}"
        raise VesperError("not_found", message, "`vesper show FILE` shows all that a file holds")
    meant = [it for each in sorted(names) for it in (*index.nodes(each), *index.roles(each))]
    here = Path.cwd()
    files = dict.fromkeys(project.root / it.file for it in meant)
    return [
        it
        for file in files
        for it in _in_file(file.relative_to(here) if file.is_relative_to(here) else file, names)
    ]


def _name(it: "NodeOverview | RoleOverview") -> str:
    from vesper.editing.overview import NodeOverview

    return it.node_id if isinstance(it, NodeOverview) else it.role


def _record(shown: _Shown) -> dict[str, Any]:
    from vesper.editing.overview import NodeOverview

    record = asdict(shown.it)
    record["line"] += 1
    kind = "node" if isinstance(shown.it, NodeOverview) else "role"
    return {"kind": kind, "file": shown.file, **record, "problems": shown.problems}


def _told(shown: _Shown) -> Iterator[str]:
    from vesper.editing.overview import NodeOverview

    it, place = shown.it, f"{in_line(shown.file)}:{shown.it.line + 1}"
    if isinstance(it, NodeOverview):
        yield from _heading(it.node_id or "(no node_id)", it.type, place, it.intent)
        yield from _node(it)
    else:
        yield from _heading(it.role, it.display_name, place, it.description)
        yield from _role(it)
    if shown.problems:
        worst = next(kind for kind in STYLES if kind in shown.problems)
        counts = ", ".join(
            counted(shown.problems[kind], kind) for kind in STYLES if kind in shown.problems
        )
        yield ""
        yield f"{styled(counts, STYLES[worst], sys.stdout)} in the file: vesper check {in_line(shown.file)}"


def _heading(name: str, kind: str, place: str, sentence: str) -> Iterator[str]:
    title = styled(in_line(name), "bold", sys.stdout)
    yield f"{title}  {in_line(kind)}  {styled(place, 'dim', sys.stdout)}"
    yield from _wrapped(sentence, "")


def _node(node: "NodeOverview") -> Iterator[str]:
    if node.runs:
        yield from _section("runs", [node.runs])
    yield from _fields("inputs", node.inputs)
    yield from _fields("outputs", node.outputs)
    yield from _section("errors", [", ".join(node.error_codes)] if node.error_codes else [])
    yield from _section("preconditions", node.preconditions)
    yield from _section("postconditions", node.postconditions)
    yield from _section("invariants", node.invariants)
    for machine in node.machines:
        begin = [f"begins {machine.initial}"] if machine.initial else []
        yield from _section(f"state machine {machine.name}", [*begin, *machine.moves])
    rows = [
        (f"{'  ' * it.depth}{f'{it.branch}: ' if it.branch else ''}{it.name or '-'}",
         it.operation, f"needs {', '.join(it.needs)}" if it.needs else "")
        for it in node.steps
    ]  # fmt: skip
    yield from _table("steps", rows)
    yield from _capabilities(node)
    yield from _table("test cases", [(it.name, f"-> {it.expects}" if it.expects else "")
                                     for it in node.tests])  # fmt: skip


def _capabilities(node: "NodeOverview") -> Iterator[str]:
    if not (node.granted or node.missing or node.denied):
        return
    yield from _title("capabilities")
    rows = [
        *((it, "no step needs it" if it in node.unused else "", "yellow") for it in node.granted),
        *((it, "needed, and not listed", "red") for it in node.missing),
        *((it, "denied", "dim") for it in node.denied),
    ]
    width = max(cells(in_line(name)) for name, _, _ in rows)
    for name, note, style in rows:
        shown = in_line(name)
        told = styled(note, style, sys.stdout) if note else ""
        yield f"  {shown}{' ' * (width - cells(shown))}  {told}"


def _role(role: "RoleOverview") -> Iterator[str]:
    for title, words in (
        ("extends", role.extends),
        ("capabilities", role.capabilities),
        ("may grant", role.grantable),
        ("models", role.models),
        ("task types", role.task_types),
    ):
        yield from _section(title, [", ".join(words)] if words else [])
    yield from _section("tool groups", role.tool_groups)
    yield from _section("restrictions", role.restrictions)


def _fields(title: str, fields: "Sequence[FieldOverview]") -> Iterator[str]:
    rows: list[tuple[str, ...]] = []
    for it in fields:
        notes = [
            *(["optional"] if not it.required and it.default is None else []),
            *([f"default {it.default}"] if it.default is not None else []),
            *it.constraints,
        ]
        rows.append((it.name, it.type, ", ".join(notes)))
        if it.description:
            rows.append(("", "", it.description))
    yield from _table(title, rows)


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns; the last column is wrapped and dim."""
    if not rows:
        return
    yield from _title(title)
    shown = [tuple(in_line(it) for it in row) for row in rows]
    widths = [max(map(cells, column)) for column in list(zip(*shown, strict=True))[:-1]]
    for row in shown:
        start = "  ".join(
            it + " " * (width - cells(it)) for it, width in zip(row, widths, strict=False)
        )
        first, *more = textwrap.wrap(row[-1], max(30, _room() - cells(start) - 4)) or [""]
        yield f"  {start}  {styled(first, 'dim', sys.stdout) if first else ''}"
        for line in more:
            yield f"  {' ' * cells(start)}  {styled(line, 'dim', sys.stdout)}"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from _title(title)
        for line in lines:
            yield from _wrapped(line, "  ")


def _title(title: str) -> Iterator[str]:
    yield ""
    yield styled(in_line(title), "bold cyan", sys.stdout)


def _wrapped(text: str, margin: str) -> Iterator[str]:
    for line in textwrap.wrap(in_line(" ".join(text.split())), _room() - len(margin)):
        yield f"{margin}{line}"


def _room() -> int:
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDEST
    return max(40, min(columns, _WIDEST))
