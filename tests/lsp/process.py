"""A server in a process of its own, spoken to in raw bytes over its real pipes."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

ROOT = Path(__file__).parents[2]
VESPER_LSP = (sys.executable, "-m", "vesper", "lsp")
WITH_ODD_HANDLERS = (sys.executable, str(Path(__file__).with_name("odd_handlers.py")))


def frame(message: Any) -> bytes:
    """One message, or the bytes of one, as it goes over the wire."""
    body = message if isinstance(message, bytes) else orjson.dumps(message)
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def frames(data: bytes) -> list[Any]:
    """The messages in bytes that a server wrote."""
    found: list[Any] = []
    while data:
        header, _, rest = data.partition(b"\r\n\r\n")
        size = int(header.partition(b":")[2])
        found.append(orjson.loads(rest[:size]))
        data = rest[size:]
    return found


def request(number: int | str, method: str, params: Any = None) -> dict[str, Any]:
    """A request as the protocol writes it."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def notification(method: str, params: Any = None) -> dict[str, Any]:
    """A notification as the protocol writes it."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def initialize(number: int | str = 0, **params: Any) -> dict[str, Any]:
    """The first request."""
    return request(number, "initialize", {"processId": None, "capabilities": {}, **params})


class Server:
    """A running server process. Leaving the context kills it, however the test went."""

    def __init__(self, command: tuple[str, ...] = VESPER_LSP, *, listening: bool = True) -> None:
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT}"}
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=environment,
            bufsize=0,
        )
        self.heard: list[dict[str, Any]] = []
        self._arrived = threading.Condition()
        self._listener = threading.Thread(target=self._listen)
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
        if self._listener.ident is not None:
            self._listener.join()
        for stream in (self.process.stdin, self.process.stdout, self._stderr):
            if stream is not None:
                stream.close()

    def listen(self) -> None:
        """Begin to read what the server writes."""
        self._listener.start()

    def send(self, *messages: Any) -> None:
        """Write messages, all of them at once."""
        self.write(b"".join(frame(it) for it in messages))

    def write(self, data: bytes) -> None:
        """Write bytes as they are, to the last one."""
        assert self.process.stdin is not None
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view) or 0 :]

    def close_stdin(self) -> None:
        """Let the server see the end of its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait_for(self, wanted: Callable[[dict[str, Any]], object], seconds: float = 20) -> Any:
        """The first message that is wanted, now or once it comes."""
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            found[:] = [it for it in self.heard if wanted(it)]
            return bool(found)

        with self._arrived:
            assert self._arrived.wait_for(seen, seconds), (self.heard[-5:], self.stderr())
        return found[0]

    def wait_for_count(self, count: int, seconds: float = 40) -> None:
        """Wait until so many messages have come."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.heard) >= count, seconds)
        assert enough, (len(self.heard), self.stderr())

    def ask(self, number: int | str, method: str, params: Any = None) -> Any:
        """Send one request and wait for its answer."""
        self.send(request(number, method, params))
        return self.answer(number)

    def answer(self, number: int | str) -> Any:
        """The answer to a request."""
        return self.wait_for(lambda it: it.get("id") == number and "method" not in it)

    def exit_code(self, seconds: float = 10) -> int:
        """What the process ended with."""
        return self.process.wait(seconds)

    def stderr(self) -> str:
        """What the process wrote to stderr so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with os.fdopen(os.dup(self.process.stdout.fileno()), "rb") as stream:
            while header := stream.readline():
                size = int(header.partition(b":")[2])
                stream.readline()
                message = orjson.loads(stream.read(size))
                with self._arrived:
                    self.heard.append(message)
                    self._arrived.notify_all()


def cpu_seconds(process: int) -> float:
    """The processor time that a running process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
