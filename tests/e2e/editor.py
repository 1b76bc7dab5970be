"""An editor over real pipes: pytest-lsp's client with open texts, and news that can be waited for."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient

PATIENCE = 20
"""Seconds until what should have happened counts as not happening."""
VESPER = [sys.executable, "-m", "vesper"]


class Editor(LanguageClient):
    """What an editor knows: its texts, and all that the server told it."""

    def __init__(self) -> None:
        super().__init__(converter_factory=_converter)
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: list[types.PublishDiagnosticsParams] = []
        self.task_news: list[int] = []
        self.offered: types.ServerCapabilities | None = None
        self._news = asyncio.Event()
        self._listen()

    async def start_session(self, workspace: Path, capabilities: types.ClientCapabilities) -> None:
        """Shake hands as an editor that has opened a folder."""
        folder = types.WorkspaceFolder(workspace.as_uri(), workspace.name)
        params = types.InitializeParams(capabilities, workspace_folders=[folder])
        self.offered = (await self.initialize_session(params)).capabilities

    async def until(self, happened: Callable[[], Any]) -> Any:
        """Wait for something that a message of the server makes true; what it gave."""
        async with asyncio.timeout(PATIENCE):
            while not (found := happened()):
                self._news.clear()
                await self._news.wait()
        return found

    async def open(self, path: Path) -> tuple[str, list[types.Diagnostic]]:
        """Open a file; its URI and its problems."""
        uri, text = path.as_uri(), path.read_text(encoding="utf-8")
        self.texts[uri], self.versions[uri] = text, 1
        language = "vsp" if path.suffix == ".vsp" else "yaml"
        item = types.TextDocumentItem(uri, language, 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri, await self.problems(uri)

    async def apply(self, uri: str, edits: list[types.TextEdit]) -> list[types.Diagnostic]:
        """Apply edits to a text, tell the server, and wait for its problems."""
        self.versions[uri] += 1
        changes: list[types.TextDocumentContentChangeEvent] = []
        # From the last to the first, so that no edit moves the place of another.
        for it in sorted(edits, key=lambda it: _key(it.range.start), reverse=True):
            text = self.texts[uri]
            start, end = (offset(text, place) for place in (it.range.start, it.range.end))
            self.texts[uri] = text[:start] + it.new_text + text[end:]
            changes.append(types.TextDocumentContentChangePartial(it.range, it.new_text))
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))
        return await self.problems(uri)

    async def problems(self, uri: str) -> list[types.Diagnostic]:
        """The problems of the text as it is now."""
        wanted = (uri, self.versions[uri])
        found = await self.until(
            lambda: [it for it in self.published if (it.uri, it.version) == wanted]
        )
        return list(found[-1].diagnostics)

    async def actions(self, uri: str, problem: types.Diagnostic) -> list[types.CodeAction]:
        """What the server offers for a problem."""
        context = types.CodeActionContext([problem])
        document = types.TextDocumentIdentifier(uri)
        found = await self.text_document_code_action_async(
            types.CodeActionParams(document, problem.range, context)
        )
        return [it for it in found or () if isinstance(it, types.CodeAction)]

    async def run(self, action: types.CodeAction) -> Any:
        """Run the command of a code action."""
        command = action.command
        assert command is not None
        return await self.workspace_execute_command_async(
            types.ExecuteCommandParams(command.command, command.arguments)
        )

    async def lenses(self, uri: str) -> dict[int, str]:
        """The title of the lens for tasks above each line that has one."""
        document = types.TextDocumentIdentifier(uri)
        found = await self.text_document_code_lens_async(types.CodeLensParams(document))
        shown = [(it.range.start.line, it.command) for it in found or () if it.command]
        return {line: it.title for line, it in shown if it.command == "vesper.showTasks"}

    def find(self, uri: str, words: str, after: str = "") -> types.Position:
        """Where words begin in a text; behind `after`, which must be on the same line."""
        whole = after + words
        before = self.texts[uri][: self.texts[uri].index(whole) + len(after)]
        line = before.rpartition("\n")[2]
        return types.Position(before.count("\n"), units(line))

    def _listen(self) -> None:
        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            self._news.set()

        @self.feature("vesper/tasksChanged")
        def _(params: Any) -> None:
            self.task_news.append(params.lastEvent)
            self._news.set()

        @self.feature(types.CLIENT_REGISTER_CAPABILITY)
        def _(_: types.RegistrationParams) -> None:
            """Nothing: this editor watches no files."""

        @self.feature(types.WORKSPACE_CONFIGURATION)
        def _(params: types.ConfigurationParams) -> list[Any]:
            return [None for _ in params.items]

        @self.feature(types.WORKSPACE_CODE_LENS_REFRESH)
        def _(_: None) -> None:
            self._news.set()

    async def leave(self) -> int | None:
        """Shut the server down in good order; the exit code of its process."""
        assert self._server is not None
        if self._server.returncode is None:
            await self.shutdown_async(None)
            self.exit(None)
            async with asyncio.timeout(PATIENCE):
                await self._server.wait()
        return self._server.returncode


CONFIG = ClientServerConfig([*VESPER, "lsp"], client_factory=Editor)


async def vesper(workspace: Path, *arguments: str) -> Any:
    """What a `vesper` command prints as JSON, run as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *VESPER, *arguments, "--json", cwd=workspace, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


def units(line: str) -> int:
    """The length of a text as VS Code counts it, in UTF-16."""
    return len(line.encode("utf-16-le")) // 2


def offset(text: str, place: types.Position) -> int:
    """The index of a position in UTF-16 units."""
    lines = text.splitlines(keepends=True)
    line = lines[place.line] if place.line < len(lines) else ""
    column = len(line.encode("utf-16-le")[: place.character * 2].decode("utf-16-le"))
    return sum(map(len, lines[: place.line])) + column


def _converter() -> Converter:
    converter = default_converter()

    # lsprotocol takes every action that has a command for nothing but that command.
    def action(raw: dict[str, Any], _: type) -> types.Command | types.CodeAction:
        is_bare = isinstance(raw.get("command"), str)
        return converter.structure(raw, types.Command if is_bare else types.CodeAction)

    converter.register_structure_hook(types.Command | types.CodeAction, action)
    return converter


def _key(place: types.Position) -> tuple[int, int]:
    return place.line, place.character
