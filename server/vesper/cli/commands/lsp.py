"""`vesper lsp`: the language server, on stdin and stdout."""

import argparse
import gc

from vesper.cli.subcommand import Subparsers

_DESCRIPTION = """\
Serve an editor on stdin and stdout (Language Server Protocol). Editors start this command.
Exit code 0 after an orderly shutdown, 1 when the connection ended in any other way.
"""
_EPILOG = """\
examples:
  vesper lsp                  what an editor starts for .vsp documents and role files
  vim.lsp.config("vesper", {cmd = {"vesper", "lsp"}, filetypes = {"vsp"}})     in Neovim

Started by hand it waits for messages; Ctrl-C ends it.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper lsp`."""
    parser = subparsers.add_parser(
        "lsp",
        help="serve an editor (LSP on stdio)",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("--stdio", action="store_true",
                        help="accepted for editors that always say so")  # fmt: skip
    parser.add_argument("--clientProcessId", dest="client_process", type=int, metavar="PID",
                        help="end when this process has ended")  # fmt: skip
    parser.add_argument("--max-message", type=int, default=64, metavar="MIB",
                        help="skip messages larger than this (default: 64)")  # fmt: skip
    parser.set_defaults(run=run, needs_folder=False)


def run(args: argparse.Namespace) -> int:
    """Serve until the client ends the connection."""
    # What an import allocates stays for good: looking for garbage in it costs start-up time, and
    # later, unless it is frozen, a pause in the middle of somebody's typing.
    gc.disable()
    from vesper.lsp.server import create_server
    from vesper.lsp.transport import start_watching

    server = create_server()
    gc.freeze()
    gc.enable()
    if args.client_process is not None and args.client_process > 0:
        start_watching(args.client_process, server.inbox)
    server.start_io(body_limit=args.max_message << 20)
    return 1 if server.exit_code is None else server.exit_code
