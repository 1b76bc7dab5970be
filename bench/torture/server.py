"""One server process under torture: raw bytes in, messages out, its memory and its end watched."""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

Json = Any
INDENT = {"tabSize": 2, "insertSpaces": True}


class Lost(Exception):
    """The server ended, or did not say in time what it was asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server to be tried: its name in the table, and how an editor would start and set it up."""

    name: str
    command: Sequence[str]
    language: str
    answer: Callable[[str, Json], Json]


def frame(message: Json) -> bytes:
    """One message, or the bytes of one, as it goes over the wire."""
    body = message if isinstance(message, bytes) else orjson.dumps(message)
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def call(number: int | str, method: str, params: Json = None) -> Json:
    """A request as the protocol writes it."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def tell(method: str, params: Json = None) -> Json:
    """A notification as the protocol writes it."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


class Server:
    """A running process. Leaving the context kills it, however the trial went."""

    def __init__(self, target: Target, folder: Path, *, listening: bool = True) -> None:
        self.target = target
        self.folder = folder
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115, closed in __exit__
        self.process = subprocess.Popen(
            target.command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            bufsize=0,
        )
        self.heard: list[Json] = []
        self.times: list[float] = []
        self.ended = threading.Event()
        self._arrived = threading.Condition()
        self._last_id = 100
        self._versions: dict[str, int] = {}
        self._writing = threading.Lock()
        if listening:
            self.listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._stderr):
            with contextlib.suppress(OSError):
                stream.close() if stream else None

    def listen(self) -> None:
        """Begin to read what the server writes."""
        threading.Thread(target=self._listen, daemon=True).start()

    def initialize(self, process_id: int | None = None) -> Json:
        """Shake hands as an editor with one folder."""
        uri = self.folder.as_uri()
        params = {
            "processId": process_id,
            "rootUri": uri,
            "workspaceFolders": [{"uri": uri, "name": "torture"}],
            "capabilities": {
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {
                    "publishDiagnostics": {"versionSupport": True},
                    "hover": {"contentFormat": ["plaintext"]},
                    "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
                },
            },
        }
        answer = self.ask("initialize", params, 60)
        self.send(tell("initialized", {}))
        return answer

    def write(self, data: bytes) -> None:
        """Write bytes as they are, to the last one. Raises Lost when nobody reads them."""
        assert self.process.stdin is not None
        view = memoryview(data)
        try:
            with self._writing:
                while view:
                    view = view[self.process.stdin.write(view) or 0 :]
        except OSError as error:
            raise Lost(f"nobody reads: {error}") from error

    def send(self, *messages: Json) -> None:
        """Write messages, all of them at once."""
        self.write(b"".join(frame(it) for it in messages))

    def next_id(self) -> int:
        """An id that no request had."""
        self._last_id += 1
        return self._last_id

    def ask(self, method: str, params: Json = None, seconds: float = 20) -> Json:
        """Send one request and wait for its whole answer, a result or an error."""
        number = self.next_id()
        self.send(call(number, method, params))
        return self.answer(number, seconds)

    def answer(self, number: int | str, seconds: float = 20) -> Json:
        """The answer to a request. Raises Lost when it does not come."""
        return self.wait_for(lambda it: it.get("id") == number and "method" not in it, seconds)

    def answers(self, number: int | str | None) -> list[Json]:
        """Every answer that a request has had so far."""
        with self._arrived:
            return [it for it in self.heard if "method" not in it and it.get("id") == number]

    def wait_for(self, wanted: Callable[[Json], object], seconds: float = 20) -> Json:
        """The first message that is wanted, now or once it comes. Raises Lost."""
        at = 0
        deadline = time.monotonic() + seconds
        with self._arrived:
            while True:
                while at < len(self.heard):
                    if wanted(self.heard[at]):
                        return self.heard[at]
                    at += 1
                left = deadline - time.monotonic()
                if self.ended.is_set() or left <= 0:
                    raise Lost("it ended" if self.ended.is_set() else f"silent for {seconds:g} s")
                self._arrived.wait(left)

    def forget(self) -> None:
        """Drop what was heard so far, so that long trials stay small."""
        with self._arrived:
            self.heard.clear()
            self.times.clear()

    def forget_but_last(self, uri: str) -> None:
        """Drop what was heard, all but the newest diagnostics of a document."""
        with self._arrived:
            told = [it for it in self.heard if _published(it, uri)]
            self.heard[:], self.times[:] = told[-1:], [0.0] * len(told[-1:])

    def uri(self, name: str) -> str:
        """The URI of a file of the folder."""
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> str:
        """Open a document; its URI."""
        uri = self.uri(name)
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": self.target.language, "version": 1, "text": text}
        self.send(tell("textDocument/didOpen", {"textDocument": document}))
        return uri

    def change(self, uri: str, *changes: Json) -> int:
        """Send edits of one document in one notification; the new version."""
        version = self._versions[uri] = self._versions[uri] + 1
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": list(changes)}
        self.send(tell("textDocument/didChange", params))
        return version

    def close(self, uri: str) -> None:
        """Close a document."""
        self.send(tell("textDocument/didClose", {"textDocument": {"uri": uri}}))

    def about(self, uri: str, method: str, line: int = 0, seconds: float = 20) -> Json:
        """The whole answer to a request about a document; requests about a place ask at `line`."""
        place = {"line": line, "character": 3}
        params = {"textDocument": {"uri": uri}, "position": place}
        return self.ask(f"textDocument/{method}", params, seconds)

    def diagnostics(self, uri: str, seconds: float = 20) -> list[Json]:
        """The newest list of a document: that of its version, or else the one that stays."""
        version = self._versions[uri]

        def is_final(it: Json) -> bool:
            params = it.get("params") or {}
            return _published(it, uri) and params.get("version", version) == version

        found = self.wait_for(is_final, seconds)
        if "version" not in found["params"]:
            self._fall_silent(0.7)
        with self._arrived:
            return [it for it in self.heard if _published(it, uri)][-1]["params"]["diagnostics"]

    def memory(self, *, peak: bool = False) -> float:
        """Resident memory in MB, now or at its most; 0 once it ended. No server here has children."""
        name = "VmHWM:" if peak else "VmRSS:"
        status = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next((int(it.split()[1]) for it in status if it.startswith(name)), 0) / 1024

    def exit_code(self, seconds: float = 10) -> int | None:
        """What the process ended with; None while it lives on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(seconds)
        return None

    def stderr(self) -> str:
        """What the process wrote to stderr so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def _fall_silent(self, seconds: float) -> None:
        with self._arrived:
            count = -1
            while count != len(self.heard):
                count = len(self.heard)
                self._arrived.wait(seconds)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with (
            contextlib.suppress(OSError, ValueError),
            os.fdopen(os.dup(self.process.stdout.fileno()), "rb") as stream,
        ):
            while (size := _size(stream)) is not None:
                body = stream.read(size)
                at = time.perf_counter()
                message = orjson.loads(body)
                if "method" in message and "id" in message:
                    threading.Thread(target=self._reply, args=[message], daemon=True).start()
                    continue
                with self._arrived:
                    self.heard.append(message)
                    self.times.append(at)
                    self._arrived.notify_all()
        with self._arrived:
            self.ended.set()
            self._arrived.notify_all()

    def _reply(self, message: Json) -> None:
        result = self.target.answer(message["method"], message.get("params"))
        with contextlib.suppress(Lost):
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})


def _published(message: Json, uri: str) -> bool:
    named = message.get("method") == "textDocument/publishDiagnostics"
    return named and message["params"]["uri"] == uri


def _size(stream: Any) -> int | None:
    size = None
    while line := stream.readline():
        if not line.strip():
            return size
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            size = int(value)
    return None
