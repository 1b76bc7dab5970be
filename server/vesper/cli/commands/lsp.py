"""`vesper lsp`: the language server on stdin and stdout."""

import argparse


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `vesper lsp`."""
    parser = subparsers.add_parser(
        "lsp",
        help="the language server, for editors",
        description="Speak the Language Server Protocol on stdin and stdout; editors start this.",
    )
    parser.add_argument("--stdio", action="store_true", help="accepted for editors that pass it")
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Serve until the editor ends it."""
    import asyncio

    from vesper.lsp.server import create_server

    return asyncio.run(create_server().run())
