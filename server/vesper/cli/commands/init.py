"""`vesper init`: a workspace with an example and editor settings."""

import argparse
import shlex
import shutil
import sys
from pathlib import Path

from vesper.cli.subcommand import Subparsers
from vesper.cli.terminal import in_line, styled, visible
from vesper.errors import VesperError

_EXAMPLE = """\
# A node says what it is for, what goes in, what comes out, and how.
node_id: hello_v1
type: function
intent: Greet somebody by name

inputs:
  name: string

outputs:
  message: string

contracts:
  postconditions:
    - "message CONTAINS name"

flow:
  - step: say_hello
    operation: string_template
    template: "Hello, {name}!"
    output: message

testing:
  test_cases:
    - name: ada
      inputs: {name: Ada}
      expected_output: {message: "Hello, Ada!"}
"""

_ROOT = """\
# This file marks the root of a Vesper workspace. To change a setting, take the # off its line.
"""

_ROLES = """\
# Who works here. A role says what an agent may do; `extends` narrows another role.
assistant:
  display_name: Assistant
  description: Does one small task at a time, and says when it is done
  system_prompt: |
    Make the smallest change that does what the task asks.
  capabilities: [file_read, file_write]
  tool_groups: [read, edit]
  restrictions:
    max_file_changes: 5

reviewer:
  display_name: Reviewer
  description: Reads what the assistant did, and changes nothing
  capabilities: [file_read]
  tool_groups: [read]
  restrictions:
    max_file_changes: 0
"""

_MCP = """\
{
  "mcpServers": {
    "vesper": { "command": "vesper", "args": ["mcp"] }
  }
}
"""

_VS_CODE = """\
{
  "files.associations": { "*.vsp": "yaml" }
}
"""

_HELIX = """\
[language-server.vesper]
command = "vesper"
args = ["lsp"]

[[language]]
name = "vsp"
scope = "source.vsp"
file-types = ["vsp"]
roots = ["vesper.toml"]
comment-token = "#"
indent = { tab-width = 2, unit = "  " }
grammar = "yaml"
language-servers = ["vesper"]

[[language]]
name = "vesper-role"
scope = "source.vesper-role"
file-types = [{ glob = "*.role.yaml" }, { glob = "roles.yaml" }]
roots = ["vesper.toml"]
comment-token = "#"
indent = { tab-width = 2, unit = "  " }
grammar = "yaml"
language-servers = ["vesper"]
"""

_NEOVIM = """\
  vim.filetype.add({ extension = { vsp = "vsp" } })
  vim.lsp.config("vesper", {
    cmd = { "vesper", "lsp" }, filetypes = { "vsp" }, root_markers = { "vesper.toml" },
  })
  vim.lsp.enable("vesper")
"""

_EDITORS = {"neovim": "nvim", "vscode": "code", "helix": "hx"}
_FILES = {
    "vscode": (".vscode/settings.json", _VS_CODE),
    "helix": (".helix/languages.toml", _HELIX),
}

_DESCRIPTION = """\
Make a workspace: settings, an example, a role file, the entry for agent hosts, and the settings of
the editors found here. Files that are there already are left alone.
"""
_EPILOG = """\
examples:
  vesper init                           here
  vesper init shop                      in a folder, made if it is missing
  vesper init --editor helix            for this editor, whatever is installed
  vesper init --editor none             without settings of editors
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper init`."""
    parser = subparsers.add_parser(
        "init",
        help="make a workspace with an example",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("folder", nargs="?", default=".", help="where (default: this folder)")
    parser.add_argument("--editor", action="append", choices=(*_EDITORS, "none"),
                        help="may be repeated (default: those on PATH)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what is missing, and say what to do next."""
    folder = Path(args.folder)
    editors = args.editor or [name for name, program in _EDITORS.items() if shutil.which(program)]
    files = {
        "vesper.toml": _settings(),
        "hello.vsp": _EXAMPLE,
        "roles.yaml": _ROLES,
        ".mcp.json": _MCP,
        **dict(_FILES[name] for name in editors if name in _FILES),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = folder / ".vesper"
        state.mkdir(mode=0o700, exist_ok=True)
        _write(state / ".gitignore", "*\n")
        for name, text in files.items():
            _write(folder / name, text)
    except OSError as error:
        message = f"{folder} cannot be made a workspace: {error.strerror or error}"
        raise VesperError("denied", message, "check the path and who may write there") from error
    _tell_what_is_next(args.folder, editors)
    return 0


def _settings() -> str:
    """The settings file: every setting with what it is for, and none of them set."""
    import textwrap

    from vesper.config import SETTINGS

    lines = [_ROOT]
    for it in SETTINGS:
        lines += [f"# {line}" for line in textwrap.wrap(it.doc, 90)]
        lines += [f"#{it.key} = {it.default}", ""]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    """Write a file unless something has its name, be it a link that leads nowhere."""
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        print(f"  kept     {in_line(str(path))}")
    else:
        print(f"  written  {in_line(str(path))}")


def _tell_what_is_next(folder: str, editors: list[str]) -> None:
    if "neovim" in editors:
        print(f"\n{styled('Neovim', 'bold', sys.stdout)} needs these lines once, in its init.lua:")
        print(_NEOVIM.rstrip())
    place = in_line(str(Path(folder) / "hello.vsp"))
    print(f"\n{styled('next:', 'bold', sys.stdout)} open {place} in your editor, or")
    name = shlex.quote(f"./{folder}" if folder.startswith("-") else folder)
    print(f"  vesper check {visible(name)}\n  vesper doctor --workspace {visible(name)}")
