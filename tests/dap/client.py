"""A client of the debug adapter in this process, over pipes."""

import json
import os
import threading
from queue import Queue
from typing import Any

from vesper.dap.server import DebugAdapter
from vesper.execution.debugging import Prepare

PATIENCE = 20


class Client:
    """Sends requests and keeps every event. `events` are those that nobody waited for yet."""

    def __init__(self, prepare: Prepare) -> None:
        ours, theirs = os.pipe(), os.pipe()
        self._out = os.fdopen(ours[1], "wb")
        self._in = os.fdopen(theirs[0], "rb")
        self._source, self._sink = os.fdopen(ours[0], "rb"), os.fdopen(theirs[1], "wb")
        self._adapter = DebugAdapter(self._source, self._sink, prepare)
        self.exit_code: int | None = None
        self._answers: Queue[dict[str, Any]] = Queue()
        self._events: Queue[dict[str, Any]] = Queue()
        self.numbers: list[int] = []
        self._seq = 0
        self._served = threading.Thread(target=self._serve, daemon=True)
        self._read = threading.Thread(target=self._reading, daemon=True)
        self._served.start()
        self._read.start()

    def _serve(self) -> None:
        self.exit_code = self._adapter.serve()
        self._sink.close()

    def _reading(self) -> None:
        while header := self._in.readline():
            assert self._in.readline() == b"\r\n"
            message = json.loads(self._in.read(int(header.split(b":")[1])))
            self.numbers.append(message["seq"])
            (self._events if message["type"] == "event" else self._answers).put(message)

    def raw(self, data: bytes) -> None:
        self._out.write(data)
        self._out.flush()

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The whole answer."""
        self._seq += 1
        message = {"seq": self._seq, "type": "request", "command": command, "arguments": arguments}
        data = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        answer = self._answers.get(timeout=PATIENCE)
        assert (answer["request_seq"], answer["command"]) == (self._seq, command)
        return answer

    def get(self, command: str, **arguments: Any) -> Any:
        """The body of an answer that must be a success."""
        answer = self.ask(command, **arguments)
        assert answer["success"], answer
        return answer["body"]

    def event(self, name: str) -> dict[str, Any]:
        """The next event of that name; others before it are passed over."""
        while True:
            found = self._events.get(timeout=PATIENCE)
            if found["event"] == name:
                return found["body"]

    def launch(self, **arguments: Any) -> None:
        self.get("initialize", adapterID="vesper")
        self.get("launch", **arguments)
        self.event("initialized")

    def where(self) -> list[str]:
        """The names of the frames at the next stop."""
        stopped = self.event("stopped")
        trace = self.get("stackTrace", threadId=stopped["threadId"])
        return [it["name"] for it in trace["stackFrames"]]

    def scope(self, name: str, frame: int = 1) -> dict[str, Any]:
        """The rows of a scope by name."""
        (found,) = [it for it in self.get("scopes", frameId=frame)["scopes"] if it["name"] == name]
        rows = self.get("variables", variablesReference=found["variablesReference"])["variables"]
        return {it["name"]: it for it in rows}

    def close(self) -> int | None:
        self._out.close()
        self._served.join(PATIENCE)
        self._read.join(PATIENCE)
        self._source.close()
        self._in.close()
        return self.exit_code
