"""An editor without pipes: it drives a server in the same process, one message at a time."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from vesper.lsp.convert import to_uri
from vesper.lsp.server import VesperServer, create_server


class Failed(Exception):
    """A request was answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: Any = error.get("data")


class Client:
    """What an editor does and sees. `heard` is everything the server said, oldest first."""

    def __init__(self, workspace: Path | None, server: VesperServer | None = None) -> None:
        self.workspace = workspace
        self.server = server or create_server()
        self.heard: list[dict[str, Any]] = []
        self.server.protocol.send = lambda body: self.heard.append(orjson.loads(body))
        self._ids = itertools.count(1000)
        self._versions: dict[str, int] = {}

    def initialize(self, capabilities: dict[str, Any] | None = None) -> dict[str, Any]:
        """Shake hands; the answer to `initialize`."""
        folders = None
        if self.workspace is not None:
            folders = [{"uri": to_uri(self.workspace), "name": self.workspace.name}]
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": capabilities or {},
            "workspaceFolders": folders,
        }
        answer = self.request("initialize", params)
        self.notify("initialized", {})
        return answer

    def request(self, method: str, params: Any = None) -> Any:
        """The result of a request; raises Failed for an error. Other messages are in `heard`."""
        number = next(self._ids)
        self.post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self.settle()
        (answer,) = self.answers(number)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def finish(self, number: int | str) -> dict[str, Any]:
        """The answer to a request that something else works on meanwhile, once it is there."""
        self.settle()
        while not self.answers(number):
            self.server.wait()
            self.settle()
        (answer,) = self.answers(number)
        return answer

    def notify(self, method: str, params: Any = None) -> None:
        """Tell the server something, and let it finish."""
        self.post({"jsonrpc": "2.0", "method": method, "params": params})
        self.settle()

    def post(self, message: Any) -> None:
        """Put one message, whole or as bytes, before the server without letting it work."""
        body = message if isinstance(message, bytes) else orjson.dumps(message)
        self.server.protocol.receive(body)

    def settle(self) -> None:
        """Let the server work until it has nothing left to do."""
        while self.server.turn():
            pass

    def answers(self, number: int | str | None) -> list[dict[str, Any]]:
        """Every answer that the request of that id has had."""
        return [it for it in self.heard if "method" not in it and it["id"] == number]

    def told(self, method: str) -> list[Any]:
        """The parameters of every message of a method."""
        return [it.get("params") for it in self.heard if it.get("method") == method]

    def uri(self, name: str) -> str:
        """The URI of a file in the workspace."""
        assert self.workspace is not None
        return to_uri(self.workspace / name)

    def open(self, name: str, text: str, language: str = "vsp") -> str:
        """Open a document; its URI."""
        uri = self.uri(name)
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, *changes: dict[str, Any]) -> int:
        """Send edits of one document; the new version."""
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)}
        )
        return self._versions[uri]

    def close(self, uri: str) -> None:
        """Close a document."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def text(self, uri: str) -> str:
        """The text as the server has it."""
        return str(self.server.document(uri).text)

    def diagnostics(self, uri: str) -> dict[str, Any]:
        """What was published last for a document, with its version."""
        return [it for it in self.told("textDocument/publishDiagnostics") if it["uri"] == uri][-1]


def edit(
    start: tuple[int, int], end: tuple[int, int], text: str
) -> dict[str, dict[str, dict[str, int]] | str]:
    """One change as the protocol writes it."""
    places = [{"line": line, "character": character} for line, character in (start, end)]
    return {"range": {"start": places[0], "end": places[1]}, "text": text}


@contextlib.contextmanager
def running(
    workspace: Path,
    capabilities: dict[str, Any] | None = None,
    server: VesperServer | None = None,
) -> Iterator[Client]:
    """A client whose server is initialized in a workspace."""
    client = Client(workspace, server)
    client.initialize(capabilities)
    try:
        yield client
    finally:
        client.server.close()
