"""One running server with one open document, and the few moves the measurements are made of."""

import itertools
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.lsp.client import Client, resident_bytes
from bench.lsp.documents import Slip
from bench.lsp.servers import Server

Change = dict[str, Any]

HELLO = """\
node_id: hello_v1
type: function
intent: Say hello
inputs:
  name: string
outputs:
  message: string
flow:
  - step: greet
    operation: string_template
    template: "Hello, {name}!"
    output: message
    descriptionx: one key that nobody knows
"""
"""A first document, so small that opening it shows the server's own start; its last line is a problem."""
HELLO_PROBLEM = 12

_SETTLING = 3.0
"""How long to wait for diagnostics that need not come, in seconds."""

_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
    },
    "textDocument": {
        "synchronization": {"dynamicRegistration": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    },
}


class Session:
    """A server from its start to its end. Times are seconds; `patience` is how long to wait for one."""

    def __init__(self, server: Server, folder: Path, patience: float = 60) -> None:
        self.server = server
        self.patience = patience
        self._folder = folder
        self._client = Client(server.command, folder, server.answer)
        self._versions: dict[str, itertools.count[int]] = {}
        root = folder.as_uri()
        params = {
            "processId": None,
            "rootUri": root,
            "workspaceFolders": [{"uri": root, "name": folder.name}],
            "capabilities": _CAPABILITIES,
        }
        self._client.call("initialize", params, patience)
        self._client.notify("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, trace)

    @property
    def started(self) -> float:
        """When its process was started."""
        return self._client.started

    def memory(self) -> int:
        """The resident memory of its processes, in bytes."""
        return resident_bytes(self._client.process_id)

    def open(self, name: str, text: str) -> tuple[str, float]:
        """Open a document; its URI and when it was sent."""
        uri = (self._folder / name).as_uri()
        self._versions[uri] = itertools.count(2)
        document = {"uri": uri, "languageId": self.server.language, "version": 1, "text": text}
        sent = time.perf_counter()
        self._client.notify("textDocument/didOpen", {"textDocument": document})
        return uri, sent

    def change(self, uri: str, *changes: Change) -> float:
        """Send changes, each as a notification of its own and all in one write; when they were sent."""
        messages = [
            {
                "method": "textDocument/didChange",
                "params": {
                    "textDocument": {"uri": uri, "version": next(self._versions[uri])},
                    "contentChanges": [it],
                },
            }
            for it in changes
        ]
        sent = time.perf_counter()
        self._client.send_together(messages)
        return sent

    def first_list(self, uri: str, since: float) -> list[dict[str, Any]] | None:
        """The first diagnostics published after `since`, whatever they are."""
        message = self._client.published(uri, since, lambda _: True, self.patience)
        return message.body["params"]["diagnostics"] if message else None

    def seconds_until(
        self, uri: str, since: float, line: int, *, wrong: bool, patience: float = 0
    ) -> float:
        """How long after `since` the diagnostics were right about one line; infinite if never.

        Right is a list with a problem on the line, or with none there, as `wrong` says. That goes by
        content, since not every server sends versions.
        """
        message = self._client.published(
            uri, since, lambda it: _tells(it, line) is wrong, patience or self.patience
        )
        return message.at - since if message else float("inf")

    def settle(self, uri: str, since: float) -> None:
        """Let the server finish its diagnostics, so that they do not run into the next sample."""
        self._client.published(uri, since, lambda _: True, _SETTLING)

    def ask(self, uri: str, method: str, line: int, column: int) -> int:
        """Send a request about a place; its id, for `answer`."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        return self._client.ask(f"textDocument/{method}", place)

    def answer(self, request: int) -> tuple[float, Any]:
        """Wait for a reply: when it came, and its result (None for an error)."""
        reply = self._client.reply(request, self.patience)
        return reply.at, reply.body.get("result")


def insertion(line: int, column: int, text: str) -> Change:
    """The change of typing `text` at a place."""
    place = {"line": line, "character": column}
    return {"range": {"start": place, "end": place}, "text": text}


def deletion(line: int, column: int, text: str) -> Change:
    """The change that takes back the typing of `text`, which may hold a line break."""
    rows = text.split("\n")
    end = column + len(text) if len(rows) == 1 else len(rows[-1])
    return {
        "range": {
            "start": {"line": line, "character": column},
            "end": {"line": line + len(rows) - 1, "character": end},
        },
        "text": "",
    }


def typing(slip: Slip) -> Change:
    """The keystroke that makes the problem."""
    return insertion(slip.line, slip.column, slip.typed)


def undoing(slip: Slip) -> Change:
    """The keystroke that takes it back."""
    return deletion(slip.line, slip.column, slip.typed)


def labels(completion: Any) -> list[str]:
    """The labels of a completion result in any of its forms."""
    items: Any = completion.get("items") if "items" in (completion or ()) else completion
    return [it["label"] for it in items or ()]


def _tells(params: dict[str, Any], line: int) -> bool:
    return any(_covers(it["range"], line) for it in params["diagnostics"])


def _covers(span: dict[str, Any], line: int) -> bool:
    """Whether a problem begins on the line; one that only spreads over it tells nobody where it is."""
    return span["start"]["line"] == line
