"""A language client over stdio that does little else than note when each message came.

One thread reads. A message's time is taken when its last byte has arrived, before it is decoded, so
the client's own work is in no figure; times are seconds of `time.perf_counter`.
"""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Answer = Callable[[str, Any], Any]
"""Answers a request of the server: its method and params in, its result out."""


class ServerGone(Exception):
    """The server ended or fell silent; the message tells when, and what it wrote to stderr last."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the server sent, and when its last byte was here."""

    at: float
    body: dict[str, Any]


class Client:
    """One running server. Use it as a context manager: leaving it ends the process for certain."""

    def __init__(self, command: Sequence[str], folder: Path, answer: Answer) -> None:
        self._answer = answer
        self._log = tempfile.TemporaryFile()  # noqa: SIM115, closed in __exit__
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._arrived = threading.Condition()
        self._replies: dict[int, Message] = {}
        self._published: dict[str, list[Message]] = {}
        self._ended = False
        self._last_id = 0
        self._writing = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, ServerGone):
            self.call("shutdown", None, 5)
            self.notify("exit", None)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            with contextlib.suppress(OSError):
                stream.close() if stream else None

    @property
    def process_id(self) -> int:
        """The process that was started; the server may have children of its own."""
        return self._process.pid

    def call(self, method: str, params: object, timeout: float = 60) -> tuple[float, Any]:
        """Send a request and wait; the seconds it took and its result."""
        sent = time.perf_counter()
        reply = self.reply(self.ask(method, params), timeout)
        return reply.at - sent, reply.body.get("result")

    def ask(self, method: str, params: object) -> int:
        """Send a request and go on; its id."""
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params})
        return self._last_id

    def reply(self, request: int, timeout: float = 60) -> Message:
        """Wait for the reply to a request, be it a result or an error."""
        found = self._wait(lambda: self._replies.pop(request, None), timeout)
        if found is None:
            raise ServerGone(f"no reply within {timeout:g} s. {self.last_words()}")
        return found

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def send_together(self, messages: Sequence[Mapping[str, object]]) -> None:
        """Send several notifications in one write, as a client does that has fallen behind."""
        self._write(b"".join(_framed(it) for it in messages))

    def published(
        self, uri: str, since: float, right: Callable[[dict[str, Any]], bool], timeout: float = 60
    ) -> Message | None:
        """Wait for a right list of diagnostics that came after `since`; None when none did in time.

        Every list is looked at once, in the order of arrival: one that a call has passed over does
        not come again.
        """

        def next_right() -> Message | None:
            waiting = self._published.get(uri, [])
            while waiting:
                message = waiting.pop(0)
                if message.at >= since and right(message.body["params"]):
                    return message
            return None

        return self._wait(next_right, timeout)

    def last_words(self) -> str:
        """What the server wrote to stderr last, for error messages."""
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 2000))
        words = self._log.read().decode(errors="replace").strip()
        return f"Its stderr ended: {words}" if words else "It wrote nothing to stderr."

    def _wait(self, find: Callable[[], Message | None], timeout: float) -> Message | None:
        deadline = time.perf_counter() + timeout
        with self._arrived:
            while (found := find()) is None:
                if self._ended:
                    raise ServerGone(f"the server ended. {self.last_words()}")
                left = deadline - time.perf_counter()
                if left <= 0:
                    return None
                self._arrived.wait(left)
            return found

    def _send(self, message: Mapping[str, object]) -> None:
        self._write(_framed(message))

    def _write(self, data: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with self._writing:
            stdin.write(data)
            stdin.flush()

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while (length := _length(stdout)) is not None:
                body = stdout.read(length)
                at = time.perf_counter()
                self._receive(Message(at, orjson.loads(body)))
        finally:
            with self._arrived:
                self._ended = True
                self._arrived.notify_all()

    def _receive(self, message: Message) -> None:
        body = message.body
        method = body.get("method")
        if method is not None and "id" in body:
            result = self._answer(method, body.get("params"))
            self._send({"id": body["id"], "result": result})
            return
        with self._arrived:
            if method is None:
                self._replies[body["id"]] = message
            elif method == "textDocument/publishDiagnostics":
                self._published.setdefault(body["params"]["uri"], []).append(message)
            else:
                return
            self._arrived.notify_all()


def _framed(message: Mapping[str, object]) -> bytes:
    body = orjson.dumps({"jsonrpc": "2.0", **message})
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def _length(stream: Any) -> int | None:
    """The length of the next body, or None at the end of the stream."""
    length = None
    while line := stream.readline():
        if line in (b"\r\n", b"\n"):
            return length
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return None


def resident_bytes(process_id: int) -> int:
    """The resident memory of a process and everything it started, in bytes."""
    total = 0
    waiting = [process_id]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{current}/status").read_text()
            total += next(
                (int(it.split()[1]) for it in status.splitlines() if it.startswith("VmRSS:")), 0
            )
            for thread in Path(f"/proc/{current}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
    return total * 1024
