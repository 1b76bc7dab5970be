"""`vesper secret`: keys and passwords in the keyring of the system."""

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vesper.cli.subcommand import Subparsers
from vesper.errors import VesperError

if TYPE_CHECKING:
    from vesper.providers.secrets import Vault

_DESCRIPTION = """\
Keep the keys and passwords that documents of a workspace name, in the keyring of your system.

A step names a secret (`secret: cards_key`) and never holds its value. Where there is no keyring,
set the variable VESPER_SECRET_CARDS_KEY instead; it comes first in any case. What the keyring has
for one workspace no document of another one reaches.
"""
_EPILOG = """\
examples:
  vesper secret set cards_key                  asks for the value, and shows nothing
  vesper secret set cards_key < key.txt
  vesper secret where cards_key                whether it is there, and where; never its value
  vesper secret delete cards_key
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper secret` and its actions."""
    parser = subparsers.add_parser(
        "secret",
        help="keep keys and passwords in the system's keyring",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    def add(name: str, act: "Callable[[Vault, str], int]", summary: str) -> None:
        action = actions.add_parser(
            name,
            help=summary,
            description=f"{summary.capitalize()}.",
            epilog=f"example:\n  vesper secret {name} cards_key\n",
        )
        action.add_argument("name", metavar="NAME", help="the name, as documents have it")
        action.add_argument("--workspace", default=".", metavar="PATH",
                            help="a folder of the workspace (default: this folder)")  # fmt: skip
        action.set_defaults(run=run, act=act)

    add(
        "set",
        _set,
        "put a secret into the keyring; its value is asked for, or read from standard input",
    )
    add("where", _where, "tell whether there is a secret, and where")
    add("delete", _delete, "take a secret out of the keyring")


def run(args: argparse.Namespace) -> int:
    """Do the action; what cannot be done is a `VesperError`."""
    from vesper.project import Project
    from vesper.providers.secrets import Vault, is_name

    if not is_name(args.name):
        hint = "a name has letters, digits, `_`, `.` and `-`"
        raise VesperError("invalid", f"{args.name!r} is no name of a secret", hint)
    workspace = Path(args.workspace)
    if not workspace.exists():
        hint = "give --workspace a folder that exists"
        raise VesperError("invalid", f"there is no folder {args.workspace}", hint)
    return args.act(Vault(Project.open(workspace).root), args.name)


def _set(vault: "Vault", name: str) -> int:
    if sys.stdin.isatty():
        value = getpass.getpass(f"{name} (nothing is shown): ")
    else:
        value = sys.stdin.read(20_000).strip("\r\n")
    vault.keep(name, value)
    print(f"the keyring has `{name}` now")
    return 0


def _where(vault: "Vault", name: str) -> int:
    from vesper.providers.secrets import variable

    found = vault.where(name)
    if found == "environment":
        print(f"`{name}` is in the variable {variable(name)}")
    elif found:
        print(f"`{name}` is in the keyring")
    else:
        print(
            f"there is no secret `{name}`: run `vesper secret set {name}`, or set {variable(name)}"
        )
    return 0 if found else 1


def _delete(vault: "Vault", name: str) -> int:
    vault.forget(name)
    print(f"the keyring no longer has `{name}`")
    return 0
