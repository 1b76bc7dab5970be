"""Sessions with the server under test: in process, and as the process that a host starts."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import Implementation

from vesper_mcp.server import create_server

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(it for it in sys.path if it)}
RUN = "from vesper.cli.main import main; raise SystemExit(main())"


@asynccontextmanager
async def connected(
    root: Path, transport: str = "memory", era: str = "auto", name: str = "tester"
) -> AsyncGenerator[Client]:
    """A client of a server for the workspace at `root`; to be entered in the test itself."""
    if transport == "memory":
        target = create_server(root)
    else:
        target = StdioServerParameters(
            command=sys.executable,
            args=["-c", RUN, "mcp", "--workspace", str(root)],
            env=ENVIRONMENT,
        )
    info = Implementation(name=name, version="1")
    async with Client(target, mode=era, client_info=info, read_timeout_seconds=20) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What the tool answers. The text and the structured content must say the same."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """What the tool says when it cannot do it: always a single line."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    (content,) = result.content
    assert "\n" not in content.text
    return content.text


def start(root: Path, script: str = RUN, *more: str) -> subprocess.Popen[bytes]:
    """`vesper mcp` on pipes, for tests that speak in lines of their own."""
    return subprocess.Popen(
        [sys.executable, "-c", script, "mcp", "--workspace", str(root), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )


def lines(messages: Iterable[object]) -> bytes:
    """Messages as they travel; bytes are sent as they are."""
    texts = [it if isinstance(it, bytes) else json.dumps(it).encode() for it in messages]
    return b"".join(it + b"\n" for it in texts)


def request(number: int, method: str, **params: Any) -> dict[str, Any]:
    """A request of the handshake era."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def converse(root: Path, messages: Iterable[object]) -> tuple[dict[Any, dict[str, Any]], int, str]:
    """Say all of it, close stdin: the replies by id, the exit code, and what went to stderr."""
    process = start(root)
    out, err = process.communicate(lines([INITIALIZE, INITIALIZED, *messages]), timeout=30)
    replies = [json.loads(it) for it in out.splitlines()]
    return {it["id"]: it for it in replies}, process.returncode, err.decode()
