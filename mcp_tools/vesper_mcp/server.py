"""The MCP server of one workspace, and how it runs on stdio."""

import importlib
import logging
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

import vesper
from vesper.project import Project
from vesper_mcp import tools
from vesper_mcp.arguments import did_you_mean, shown
from vesper_mcp.tool import Declaration, StrictTool, strict_tool
from vesper_mcp.transport import message_streams
from vesper_mcp.wire import Wire

_GRACE: Final = 1.5
"""Seconds that calls still running get to finish when the server is told to stop."""


def create_server(workspace: Path) -> MCPServer[Project]:
    """A server for the workspace that `workspace`, a file or folder, belongs to.

    Nothing is opened before a tool needs it: the handshake must not wait for a database.
    """

    @asynccontextmanager
    async def lifespan(_: MCPServer[Project]) -> AsyncGenerator[Project]:
        project = Project.open(workspace)
        try:
            yield project
        finally:
            project.close()

    strict = [strict_tool(it) for it in declared_tools()]
    return MCPServer(
        "vesper",
        version=vesper.__version__,
        instructions=Path(__file__).with_name("instructions.md").read_text(encoding="utf-8"),
        tools=[*strict],
        lifespan=lifespan,
        middleware=[_UnknownToolRefusal(strict)],
        subscriptions=False,
    )


def declared_tools() -> Iterator[Declaration[..., Any]]:
    """Every tool of every module of `vesper_mcp.tools`, in the order in which they are written."""
    for module in pkgutil.iter_modules(tools.__path__):
        for value in vars(importlib.import_module(f"{tools.__name__}.{module.name}")).values():
            if isinstance(value, Declaration):
                yield value


def serve(workspace: Path, wire: Wire) -> None:
    """Serve one client until it leaves, or until SIGTERM or SIGINT.

    This ends the process when the client has not closed its end: the thread that waits for its next
    line cannot be stopped in any other way.
    """
    # Before the SDK, which would install handlers of its own.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="vesper mcp: %(message)s")
    anyio.run(_serve, create_server(workspace), wire)
    if not wire.ended:
        os._exit(0)


class _UnknownToolRefusal:
    """Answers a call of a tool that does not exist with an error that names the near ones."""

    def __init__(self, known: list[StrictTool]) -> None:
        self.names = [it.name for it in known]

    async def __call__(
        self, ctx: ServerRequestContext[Project, Any], call_next: CallNext
    ) -> HandlerResult:
        name = (ctx.params or {}).get("name")
        if ctx.method == "tools/call" and isinstance(name, str) and name not in self.names:
            message = f"there is no tool {shown(name)}{did_you_mean(name, self.names)}"
            raise MCPError(INVALID_PARAMS, message)
        return await call_next(ctx)


async def _serve(server: MCPServer[Project], wire: Wire) -> None:
    async with anyio.create_task_group() as group:
        if sys.platform != "win32":
            group.start_soon(_stop_on_signal, group.cancel_scope)
        # The SDK has no public way to serve over streams of one's own.
        low = server._lowlevel_server  # pyright: ignore[reportPrivateUsage]
        async with message_streams(wire) as (incoming, outgoing):
            await low.run(incoming, outgoing, low.create_initialization_options())
        group.cancel_scope.cancel()


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            _end_within(_GRACE)
            scope.cancel()


def _end_within(seconds: float) -> None:
    """End the process even if a call hangs: what it has not committed by then is rolled back."""
    timer = threading.Timer(seconds, os._exit, (128 + signal.SIGTERM,))
    timer.daemon = True
    timer.start()
