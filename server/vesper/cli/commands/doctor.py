"""`vesper doctor`: what is installed, what is missing, and how to mend it."""

import argparse
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import vesper
from vesper.cli.report import counted
from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.project import Project

_DESCRIPTION = """\
Look at this installation and this workspace, and say how to mend what is not well.
Exit code 1 when something that is needed is missing or broken.
"""
_EPILOG = """\
examples:
  vesper doctor                         this folder
  vesper doctor --workspace ~/shop      another one
  vesper doctor --format json           for tools
"""
_PACKAGES: Final = (
    ("PyYAML", "yaml", "reading documents"),
    ("pygls", "pygls", "the language server"),
    ("mcp", "mcp", "the MCP server"),
    ("sqlite-utils", "sqlite_utils", "making the database"),
)
_NEOVIM: Final = (0, 11)
_PATIENCE: Final = 5


class Finding(NamedTuple):
    """One thing looked at; `advice` is empty when it is well."""

    what: str
    state: str
    advice: str = ""
    is_needed: bool = True

    @property
    def mark(self) -> str:
        """`ok`, `broken` where something must be mended, `note` where it may."""
        return "ok" if not self.advice else "broken" if self.is_needed else "note"


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, what is missing, how to mend it",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("--workspace", default=".", metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="text for people, json for tools")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each finding; 1 when one of them needs mending."""
    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    findings = [*_installation(), _sandbox(), *_editors(), *_workspace(workspace)]
    if args.format == "json":
        # ASCII, so that it is valid JSON on a console of any encoding.
        print(json.dumps([_record(it) for it in findings], indent=2))
    else:
        _print(findings)
    return 1 if any(it.mark == "broken" for it in findings) else 0


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "mark": finding.mark,
        "state": finding.state,
        "advice": finding.advice or None,
    }


def _print(findings: list[Finding]) -> None:
    styles = {"ok": "green", "broken": "red", "note": "yellow"}
    width = max(len(it.what) for it in findings)
    for it in findings:
        mark = styled(f"{it.mark:7}", styles[it.mark], sys.stdout)
        print(f"{mark} {it.what:{width}}  {in_line(it.state)}")
        if it.advice:
            print(f"{'':8}{'':{width}}  {in_line(it.advice)}")


def _installation() -> Iterator[Finding]:
    yield Finding("vesper", vesper.__version__)
    advice = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    yield Finding("python", platform.python_version(), advice)
    from importlib.metadata import version

    for package, module, purpose in _PACKAGES:
        if importlib.util.find_spec(module) is None:
            advice = "install Vesper again, with all that it depends on"
            yield Finding(package, f"missing, for {purpose}", advice)
        else:
            yield Finding(package, f"{version(package)}, for {purpose}")
    yield _sqlite()
    yield _command()


def _sqlite() -> Finding:
    from vesper.store.engine import sqlite_version

    version = sqlite_version()
    numbers = tuple(int(it) for it in version.split("."))
    advice = ""
    if numbers < (3, 51, 3):
        advice = "older than 3.51.3, with a rare fault when several processes write: add pysqlite3"
    return Finding("sqlite", version, advice, is_needed=False)


def _command() -> Finding:
    """The script that editors and agent hosts would start."""
    path = shutil.which("vesper")
    own = sysconfig.get_path("scripts")
    if path is None:
        advice = f"put {own} on PATH, so that editors find it"
        return Finding("command", "not on PATH", advice, is_needed=False)
    if not os.path.samefile(os.path.dirname(os.path.realpath(path)), own):
        advice = f"that is another installation than this one: put {own} first on PATH"
        return Finding("command", path, advice, is_needed=False)
    return Finding("command", path)


def _sandbox() -> Finding:
    """The level of sandbox that attacks showed, and what it lets through."""
    from vesper.sandbox.probe import proof

    found = proof()
    if found.level == "strict":
        return Finding("sandbox", "strict: every attack was refused")
    reasons = "; ".join(found.reasons)
    if found.level == "none":
        advice = "`shell` steps are refused: on Debian, `apt-get install bubblewrap` mends it"
        return Finding("sandbox", f"none: {reasons}", advice, is_needed=False)
    gaps = "; ".join(found.gap_texts).lower()
    advice = f"install bubblewrap for the strict one ({reasons})"
    return Finding("sandbox", f"degraded, a program can {gaps}", advice, is_needed=False)


def _editors() -> Iterator[Finding]:
    """The editors on PATH. None of them is needed."""
    found = False
    for what, program in (("neovim", "nvim"), ("vs code", "code"), ("helix", "hx")):
        path = shutil.which(program)
        if path is None:
            continue
        found = True
        state, advice = path, ""
        if program == "nvim":
            version = _version(path)
            state = f"{'.'.join(map(str, version))}, {path}" if version else path
            if version and version < _NEOVIM:
                advice = "0.11 or newer starts language servers by itself: update it"
        yield Finding(what, state, advice, is_needed=False)
    if not found:
        advice = "any editor that speaks LSP will do: have it start `vesper lsp`"
        yield Finding("editor", "no Neovim, VS Code or Helix on PATH", advice, is_needed=False)


def _version(program: str) -> tuple[int, ...]:
    """The version that a program tells of itself; empty when it does not."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(rb"v(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(int(it) for it in found.groups()) if found else ()


def _workspace(start: Path) -> Iterator[Finding]:
    from vesper.project import Project

    project = Project.open(start)
    try:
        count = len(project.documents())
        advice = "" if count else "`vesper init` writes a first one"
        state = f"{project.root}, {counted(count, 'document')}"
        yield Finding("workspace", state, advice, is_needed=False)
        yield from _settings(project)
        yield _state(project.root / ".vesper")
        yield _tasks(project)
        yield _audit(project)
        yield _agent_hosts(project.root)
    finally:
        project.close()


def _settings(project: "Project") -> Iterator[Finding]:
    problems = project.settings_problems
    for it in problems:
        advice = "that setting does not count: docs/reference/settings.md lists all"
        yield Finding("settings", str(it), advice)
    if not problems and (project.root / "vesper.toml").is_file():
        yield Finding("settings", "vesper.toml")


def _state(folder: Path) -> Finding:
    """Whether tasks could be written, and whether only their owner may."""
    place = folder if folder.exists() else folder.parent
    if not os.access(place, os.W_OK):
        advice = f"make {place} writable, or tasks cannot be kept"
        return Finding("state", f"{place} cannot be written", advice)
    if folder.exists() and os.name == "posix" and folder.stat().st_mode & 0o022:
        advice = f"others may change it: chmod go-w {folder}"
        return Finding("state", f"{folder} is open to others", advice, is_needed=False)
    return Finding("state", f"{folder}{'' if folder.exists() else ', made when needed'}")


def _tasks(project: "Project") -> Finding:
    try:
        last = project.board.last_event()
        faults = project.board.faults()
    except VesperError as error:
        return Finding("tasks", error.message, error.hint or "see the message")
    if faults:
        from vesper.store.engine import restore_hint

        state = f"the database is damaged: {faults[0]}"
        return Finding("tasks", state, restore_hint(project.root / ".vesper" / "vesper.db"))
    return Finding("tasks", f"{last} changes recorded" if last else "none yet")


def _audit(project: "Project") -> Finding:
    try:
        verdict = project.audit.verify()
    except VesperError as error:
        return Finding("audit", error.message, error.hint or "see the message")
    if verdict.problems:
        advice = "somebody changed it: `vesper audit verify` lists all that is wrong"
        return Finding("audit", f"not whole: {verdict.problems[0]}", advice)
    return Finding(
        "audit", f"{counted(verdict.count, 'record')}, whole" if verdict.count else "none yet"
    )


def _agent_hosts(root: Path) -> Finding:
    """Whether agent hosts that read `.mcp.json` can start the MCP server."""
    path = root / ".mcp.json"
    if not path.is_file():
        advice = "`vesper init` writes it, for agent hosts that read it"
        return Finding("agents", "no .mcp.json", advice, is_needed=False)
    try:
        servers = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))["mcpServers"]
        commands = [str(it["command"]) for it in servers.values() if "mcp" in it.get("args", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Finding("agents", f".mcp.json cannot be read: {error!r}", "mend or delete it")
    mine = next((it for it in commands if Path(it).stem == "vesper"), None)
    if mine is None:
        advice = 'add "vesper": {"command": "vesper", "args": ["mcp"]}'
        return Finding("agents", ".mcp.json does not start `vesper mcp`", advice, is_needed=False)
    if shutil.which(mine) is None:
        advice = (
            f"write the whole path of the script: {sysconfig.get_path('scripts')}{os.sep}vesper"
        )
        return Finding(
            "agents", f".mcp.json starts {mine}, which is not found", advice, is_needed=False
        )
    return Finding("agents", f".mcp.json starts {mine}")
