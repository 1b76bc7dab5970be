"""Trials of the protocol: the handshake, malformed messages, and headers that are not headers."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from bench.torture.server import Json, Lost, Server, Target, call, frame, tell
from bench.torture.trial import Effort, Result, Trial, counted, short
from tests.lsp.headers import BODY, BROKEN_HEADERS, SOUND_HEADERS
from tests.lsp.malformed import ALL, Malformed

DOCUMENT = "node_id: pay_v1\ntype: function\nintent: Pay\n"
_INCOMPLETE = {
    "a length longer than the stream",
    "a header cut off",
    "a header without its empty line",
}
_HELD = 50.0
"""MB beyond which a server has believed an announcement."""


def _code(answer: Json) -> int | None:
    return (answer.get("error") or {}).get("code")


def _handshake(target: Target, folder: Path, _: Effort) -> Result:
    rules = {
        "a request before initialize is -32002": _before_initialize,
        "a second initialize is refused": _second_initialize,
        "after shutdown -32600": _after_shutdown,
        "exit after shutdown is 0": _orderly_end,
        "exit without shutdown is 1": _exit_at_once,
        "the end of the input ends the process": _end_of_input,
    }
    faults: list[str] = []
    for name, rule in rules.items():
        with Server(target, folder) as server:
            try:
                said = rule(server)
            except Lost as lost:
                said = str(lost)
            if said:
                faults.append(f"{name}: {said}")
    return counted(faults, len(rules))


def _before_initialize(server: Server) -> str:
    code = _code(server.ask("textDocument/hover", {}))
    return "" if code == -32002 else f"got {code}"


def _second_initialize(server: Server) -> str:
    server.initialize()
    answer = server.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    return "" if _code(answer) == -32600 else "accepted"


def _after_shutdown(server: Server) -> str:
    server.initialize()
    server.ask("shutdown")
    answer = server.ask("textDocument/hover", {}, 5)
    return "" if _code(answer) == -32600 else f"got {_code(answer)}"


def _orderly_end(server: Server) -> str:
    server.initialize()
    server.ask("shutdown")
    server.send(tell("exit"))
    code = server.exit_code()
    return "" if code == 0 else f"exit code {code}"


def _exit_at_once(server: Server) -> str:
    server.initialize()
    server.send(tell("exit"))
    code = server.exit_code()
    return "" if code == 1 else f"exit code {code}"


def _end_of_input(server: Server) -> str:
    server.initialize()
    assert server.process.stdin is not None
    server.process.stdin.close()
    return "" if server.exit_code() is not None else "it lives on"


def _client_dies(target: Target, folder: Path, _: Effort) -> Result:
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Server(target, folder) as server:
        server.initialize(client.pid)
        client.communicate(b"\n")
        died = time.monotonic()
        code = server.exit_code(12)
        took = time.monotonic() - died
    return Result(
        short(took) if code is not None else "never", [] if code is not None else ["it lives on"]
    )


def _malformed(target: Target, folder: Path, _: Effort) -> Result:
    faults: list[str] = []
    server = Server(target, folder)
    try:
        server.initialize()
        uri = server.open("a.vsp", DOCUMENT)
        server.about(uri, "documentSymbol")
        for bad in ALL:
            said = _tried(server, uri, bad)
            if said:
                faults.append(f"{bad.name}: {said}")
            if said and server.ended.is_set():
                server.__exit__(None, None, None)
                server = Server(target, folder)
                server.initialize()
                uri = server.open("a.vsp", DOCUMENT)
    finally:
        server.__exit__(None, None, None)
    return counted(faults, len(ALL))


def _tried(server: Server, uri: str, bad: Malformed) -> str:
    """Empty when one message got its one answer and the next request its own."""
    server.forget()
    try:
        server.write(frame(bad.message))
        server.about(uri, "documentSymbol", seconds=10)
    except Lost as lost:
        return str(lost)
    if bad.code is not None:
        with contextlib.suppress(Lost):
            server.answer(bad.id, 0.5) if bad.id is not None else None
    found = [_code(it) for it in server.answers(bad.id)]
    wanted = [] if bad.code is None else [bad.code]
    return "" if found == wanted else f"answered with {found} instead of {wanted}"


def _framing(target: Target, folder: Path, _: Effort) -> Result:
    """Sound headers are understood; for broken ones there is an answer or a documented end."""
    whole = frame(call(1, "no/such"))
    sound = {name: [header + BODY] for name, header in SOUND_HEADERS.items()} | {
        "byte by byte": [whole[it : it + 1] for it in range(len(whole))],
        "cut in the header": [whole[:9], whole[9:]],
        "cut before the body": [whole[:-37], whole[-37:]],
        "two in one write": [frame(call(7, "no/such")) + whole],
    }
    broken = {name: data for name, (data, _reason) in BROKEN_HEADERS.items()}
    broken["64 MB of header"] = b"X-Long: " + b"y" * (64 << 20)
    faults = [
        f"{name}: {said}" for name, it in sound.items() if (said := _heard(target, folder, it))
    ]
    for name, data in broken.items():
        said = _refused(target, folder, data, incomplete=name in _INCOMPLETE)
        if said:
            faults.append(f"{name}: {said}")
    return counted(faults, len(sound) + len(broken))


def _heard(target: Target, folder: Path, writes: list[bytes]) -> str:
    """Empty when a request that arrives in these writes is answered."""
    with Server(target, folder) as server:
        server.initialize()
        try:
            for data in writes:
                server.write(data)
            server.answer(1, 5)
        except Lost as lost:
            return str(lost)
    return ""


def _refused(target: Target, folder: Path, data: bytes, *, incomplete: bool) -> str:
    """Empty when the next request is answered, or the stream was refused and stderr says so.

    What is only incomplete may be waited for; then the end of the stream must end the server.
    """
    with Server(target, folder) as server:
        server.initialize()
        before = server.memory()
        with contextlib.suppress(Lost):
            server.write(data)
            server.send(call("after", "no/such"))
            server.answer("after", 2)
            return ""
        held = server.memory(peak=True) - before
        if held > _HELD:
            return f"held {held:.0f} MB"
        code = server.exit_code(1)
        if code is None and incomplete:
            assert server.process.stdin is not None
            server.process.stdin.close()
            return "" if server.exit_code(3) is not None else "lives on behind the end of its input"
        said = server.stderr()
    if code is None:
        return "deaf"
    return "" if code == 1 and "closing the connection" in said else f"died with {code}"


TRIALS = (
    Trial("rules of the handshake", "all", _handshake),
    Trial("client process dies, pipes stay open", "ends within 10 s", _client_dies),
    Trial(f"{len(ALL)} malformed messages", "each its one right answer", _malformed),
    Trial("framing attacks", "answered or refused, never deaf", _framing),
)
