"""`vesper lsp`: the language server, on stdin and stdout."""

import argparse
import gc
import importlib
import linecache
import sys

from vesper.cli.subcommand import Subparsers

_SELDOM = 3_000
_WHILE_SERVING = (20_000, 20, 20)
"""A long document is a million objects with hardly a circle: looking for some cost a fifth of opening it."""
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
    # Most of what imports allocate stays for good: looking for garbage in it often costs start-up
    # time, never costs memory (10 MB of classes that were made twice), and later, unless it is
    # frozen, it would cost a pause in the middle of somebody's typing.
    gc.set_threshold(_SELDOM)
    _load_asyncio()
    from vesper.lsp.server import create_server
    from vesper.lsp.transport import start_watching

    server = create_server()
    # attrs keeps the text of every method that it generates, for debuggers.
    linecache.clearcache()
    gc.freeze()
    gc.set_threshold(*_WHILE_SERVING)
    if args.client_process is not None and args.client_process > 0:
        start_watching(args.client_process, server.inbox)
    server.start_io(body_limit=args.max_message << 20)
    return 1 if server.exit_code is None else server.exit_code


def _load_asyncio() -> None:
    """Load asyncio, which pygls brings along, without OpenSSL: that is 4 MB.

    This process opens no connection. Whoever tries one with asyncio's TLS is told that there is none.
    """
    if "ssl" in sys.modules or "asyncio" in sys.modules:
        return
    sys.modules["ssl"] = None  # pyright: ignore[reportArgumentType]
    try:
        importlib.import_module("asyncio")
    finally:
        del sys.modules["ssl"]
