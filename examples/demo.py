"""The demo: an editor, the command line and an agent work on one workspace, and a payment is made, for real.

`make demo` runs it. It copies the examples into a workspace of their own, starts `vesper lsp` and
`vesper mcp` as an editor and an agent host would, and prints what happened. The workspace stays.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

HERE = Path(__file__).resolve().parent
VESPER = [sys.executable, "-m", "vesper"]
PATIENCE = 20


class Editor:
    """Just enough of a language client to show what an editor would."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._notes: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def request(self, method: str, params: Any = None) -> Any:
        number = len(self._answers) + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(self._answers[number], PATIENCE)

    async def notify(self, method: str, params: Any = None) -> None:
        await self._send({"method": method, "params": params})

    async def told(self, method: str) -> dict[str, Any]:
        """Wait until the server says this."""
        while True:
            note = await asyncio.wait_for(self._notes.get(), PATIENCE)
            if note["method"] == method:
                return note["params"]

    async def close(self) -> None:
        await self.request("shutdown")
        await self.notify("exit")
        await self._process.wait()
        self._reader.cancel()

    async def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await self._process.stdin.drain()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while header := await self._process.stdout.readuntil(b"\r\n\r\n"):
            length = int(header.split(b":")[1].split(b"\r")[0])
            message = json.loads(await self._process.stdout.readexactly(length))
            if "method" not in message:
                self._answers[message["id"]].set_result(message.get("result"))
            elif "id" not in message:
                self._notes.put_nowait(message)


@asynccontextmanager
async def editor(workspace: Path) -> AsyncIterator[Editor]:
    """A language server on the workspace."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *VESPER, "lsp", stdin=pipe, stdout=pipe, cwd=workspace
    )
    client = Editor(process)
    offered = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    params = {"processId": None, "rootUri": workspace.as_uri(), "capabilities": offered}
    await client.request("initialize", params)
    await client.notify("initialized", {})
    yield client
    await client.close()


async def show_problems(client: Editor, path: Path, language: str) -> list[dict[str, Any]]:
    """Open a file as an editor does and print its problems."""
    text = path.read_text(encoding="utf-8")
    item = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
    await client.notify("textDocument/didOpen", {"textDocument": item})
    found = (await client.told("textDocument/publishDiagnostics"))["diagnostics"]
    say("editor", f"opens {path.name}: {len(found)} problems")
    for it in found:
        print(f"{'':12}line {it['range']['start']['line'] + 1}: {it['message']}  [{it['code']}]")
    return found


async def use_the_editor(client: Editor, workspace: Path) -> None:
    """Complete, hover, and turn a problem into a task."""
    path = workspace / "greeting.vsp"
    await show_problems(client, workspace / "roles.yaml", "yaml")
    problems = await show_problems(client, path, "vsp")
    document = {"textDocument": {"uri": path.as_uri()}}
    problem = next(it for it in problems if it["code"] == "VSP501")
    operation = problem["range"]["start"]["line"]

    at = {"position": problem["range"]["start"]}
    offered = (await client.request("textDocument/completion", document | at))["items"]
    names = ", ".join(it["label"] for it in offered[:5])
    say("editor", f"completes `operation:` with {len(offered)} operations: {names}, ...")

    above = {"position": {"line": operation - 1, "character": 6}}
    hover = await client.request("textDocument/hover", document | above)
    say("editor", "hovers `step`: " + hover["contents"].replace("\n\n", ". "))

    actions = await client.request(
        "textDocument/codeAction",
        document | {"range": problem["range"], "context": {"diagnostics": [problem]}},
    )
    for action in actions:
        say("editor", f"offers: {action['title']}")
    action = next(it for it in actions if it["title"] == "Create task from this problem")
    task = await client.request("workspace/executeCommand", action["command"])
    await client.told("vesper/tasksChanged")
    say("editor", f"runs the second: task {task['id']} is on the board")


async def use_the_agent(client: Editor, workspace: Path) -> None:
    """Claim and complete the task over MCP; the editor is told."""
    server = StdioServerParameters(command=VESPER[0], args=[*VESPER[1:], "mcp"], cwd=workspace)
    async with Client(stdio_client(server)) as agent:
        tools = ", ".join(it.name for it in (await agent.list_tools()).tools)
        say("agent", f"connects over MCP and sees {tools}")
        seen = await agent.call_tool("task_list", {})
        say("agent", f"task_list -> {json.dumps(seen.structured_content, ensure_ascii=False)}")
        number = find_id(seen.structured_content)
        await agent.call_tool("task_claim", {"id": number, "agent": "demo-agent"})
        await client.told("vesper/tasksChanged")
        say("editor", "is told that demo-agent has claimed the task")
        done = {"id": number, "agent": "demo-agent", "summary": "named the right operation"}
        await agent.call_tool("task_complete", done)
        await client.told("vesper/tasksChanged")
        say("agent", f"completes task {number}; the editor is told")


def find_id(content: Any) -> int:
    """The id of the first task in an answer of `task_list`."""
    return int(content["tasks"][0]["id"])


def run_nodes(workspace: Path) -> None:
    """Test the examples, then pay for real: with a provider on this machine, where no money moves."""
    command_line(workspace, "test", "payment_handler.vsp", "greeting.vsp", "invoice.vsp")
    provider = subprocess.Popen(
        [sys.executable, str(HERE / "card_provider.py"), "--port", "0", "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert provider.stdout is not None
        address = provider.stdout.readline().split()[-1]
        say("bank", f"serves on {address}")
        settings = workspace / "vesper.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("http://127.0.0.1:8701", address), encoding="utf-8")
        payment = {
            "request_key": "k1",
            "order_id": "ord_4f9a21c7",
            "amount": "99.90",
            "card_token": "tok_1",
        }
        given = [it for name, value in payment.items() for it in ("--input", f"{name}={value}")]
        for _ in range(2):
            command_line(workspace, "run", "payment_handler.vsp", *given)
    finally:
        provider.kill()
        provider.wait()
    say("you", "asked twice and paid once: the second answer came from the database")


def command_line(workspace: Path, *arguments: str) -> None:
    """Run a command and show it with what it printed."""
    say("you", f"$ vesper {' '.join(arguments)}")
    done = subprocess.run(
        [*VESPER, *arguments],
        cwd=workspace,
        env={**os.environ, "VESPER_SECRET_CARDS_KEY": "sk_demo"},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in (done.stdout + done.stderr).splitlines():
        print(f"{'':12}{line}")


def say(who: str, what: str) -> None:
    """One line of the story."""
    print(f"{who:>10}  {what}")


async def main() -> None:
    """Make the workspace and play the three parts."""
    workspace = HERE.parent / ".demo"
    shutil.rmtree(workspace, ignore_errors=True)
    (workspace / "clean").mkdir(parents=True)
    (workspace / ".vesper").mkdir(mode=0o700)
    # A workspace of its own: the same nodes twice in one would be a problem.
    for name in ("vesper.toml", "schema.sql"):
        shutil.copy(HERE / name, workspace / "clean")
    for path in (HERE / "broken").iterdir():
        if path.suffix in (".vsp", ".yaml"):
            shutil.copy(path, workspace)
    for path in HERE.iterdir():
        if path.suffix in (".vsp", ".yaml"):
            shutil.copy(path, workspace / "clean")
    async with editor(workspace) as client:
        await use_the_editor(client, workspace)
        command_line(workspace, "task", "list")
        await use_the_agent(client, workspace)
    command_line(workspace, "check", "clean")
    run_nodes(workspace / "clean")
    print(f"\nThe workspace is yours to open: {workspace}")


asyncio.run(main())
