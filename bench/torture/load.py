"""Trials of much at once: keystrokes, requests, documents, a client that does not read, one that cancels."""

import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from bench.lsp import documents
from bench.torture.server import Json, Lost, Server, Target, call, tell
from bench.torture.trial import Effort, Result, Trial, short
from tests.lsp.client import edit

_HOVERS = 10_000
_BURST = 200


def _typed(line: int, column: int, text: str) -> Json:
    return edit((line, column), (line, column), text)


def _keystroke(target: Target, folder: Path, effort: Effort) -> Result:
    """A letter in the middle of a megabyte, and hover at once: the time until its answer."""
    text = documents.document_of_bytes(1_000_000)
    line = documents.described_line(text, 0.5)
    column = text.split("\n")[line].index('"') + 1
    times: list[float] = []
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", text)
        server.diagnostics(uri, 120)
        for _ in range(max(5, int(40 * effort.scale))):
            begun = time.perf_counter()
            server.change(uri, _typed(line, column, "e"))
            try:
                server.about(uri, "hover", line, 120)
            except Lost as lost:
                return Result(str(lost), [str(lost)])
            times.append(time.perf_counter() - begun)
            server.diagnostics(uri, 120)
            server.forget()
    middle, most = statistics.median(times), max(times)
    said = f"p50 {short(middle)}, max {short(most)}"
    return Result(said, [] if middle <= 0.010 and most <= 0.100 else [said])


def _burst(target: Target, folder: Path, _: Effort) -> Result:
    text = documents.document_of_bytes(500_000)
    line = documents.described_line(text, 0.5)
    column = text.split("\n")[line].index('"') + 1
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", text)
        server.diagnostics(uri, 120)
        changes = [
            tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": it + 2},
                                            "contentChanges": [_typed(line, column + it, "e")]})
            for it in range(_BURST)
        ]  # fmt: skip
        begun = time.perf_counter()
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 7}}
        server.send(*changes, call("after", "textDocument/hover", place))
        try:
            server.answer("after", 120)
        except Lost as lost:
            return Result(str(lost), [str(lost)])
        took = time.perf_counter() - begun
    return Result(short(took), [] if took <= 0.6 else [short(took)])


def _hovers(target: Target, folder: Path, _: Effort) -> Result:
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", "node_id: pay_v1\ntype: function\nintent: Pay\n")
        server.diagnostics(uri)
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
        data = [call(1_000_000 + it, "textDocument/hover", place) for it in range(_HOVERS)]
        begun = time.perf_counter()
        server.send(*data)
        try:
            server.answer(1_000_000 + _HOVERS - 1, 60)
        except Lost as lost:
            return Result(str(lost), [str(lost)])
        rate = _HOVERS / (time.perf_counter() - begun)
        answered = [it["id"] for it in server.heard if it.get("id", 0) >= 1_000_000]
    faults = [] if sorted(answered) == sorted(set(answered)) else ["one was answered twice"]
    if len(answered) != _HOVERS:
        faults.append(f"{len(answered)} answers")
    if rate < 5_000:
        faults.append(f"{rate:,.0f} a second")
    return Result(f"{rate:,.0f}/s", faults)


def _deaf_client(target: Target, folder: Path, _: Effort) -> Result:
    """3,000 requests while the client reads nothing for 4 s; then each has its answer."""
    with Server(target, folder, listening=False) as server:
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        server.send(call(0, "initialize", params))
        begun = time.monotonic()
        try:
            server.send(*(call(it, "no/such" + "x" * 200) for it in range(1, 3_001)))
            time.sleep(max(0.0, begun + 4 - time.monotonic()))
            server.listen()
            server.answer(3_000, 20)
        except Lost as lost:
            return Result(str(lost), [str(lost)])
        answered = {it["id"] for it in server.heard if "id" in it}
    missing = 3_001 - len(answered)
    return Result(f"{len(answered):,} answers", [f"{missing} are missing"] if missing else [])


def _open_and_close(target: Target, folder: Path, effort: Effort) -> Result:
    text = documents.document_of_bytes(30_000)
    count = max(20, int(400 * effort.scale))
    with Server(target, folder) as server:
        server.initialize()
        marks: list[float] = []
        for number in range(count):
            uri = server.open(f"d{number}.vsp", text.replace("settle_orders", f"settle_{number}"))
            server.diagnostics(uri, 60)
            server.close(uri)
            server.forget()
            if number in (count // 4, count - 1):
                marks.append(server.memory())
    said = f"{marks[0]:.0f} MB at a quarter, {marks[1]:.0f} MB at the end"
    return Result(said, [said] if marks[1] > marks[0] * 1.2 + 3 else [])


def _many_open(target: Target, folder: Path, effort: Effort) -> Result:
    count = max(100, int(2_000 * effort.scale))
    with Server(target, folder) as server:
        server.initialize()
        first = server.open("first.vsp", "node_id: pay_v1\ntype: function\nintent: Pay\n")
        server.diagnostics(first)
        before = server.memory()
        for number in range(count):
            server.open(f"d{number}.vsp", f"node_id: pay{number}_v1\ntype: function\nintent: Pay\n")
        begun = time.perf_counter()
        try:
            server.about(first, "documentSymbol", seconds=60)
        except Lost as lost:
            return Result(str(lost), [str(lost)])
        took, grown = time.perf_counter() - begun, server.memory() - before
    said = f"{count:,}: +{grown:.0f} MB, then an answer in {short(took)}"
    return Result(said, [said] if grown > count / 2_000 * 60 or took > 20 else [])


def _cancelled(target: Target, folder: Path, _: Effort) -> Result:
    """20 heavy requests in one write, then all of them cancelled: who is answered how, and how soon."""
    text = documents.document_of_bytes(500_000)
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", text)
        server.diagnostics(uri, 120)
        ids = [server.next_id() for _ in range(20)]
        about = {"textDocument": {"uri": uri}}
        server.send(*(call(it, "textDocument/documentSymbol", about) for it in ids))
        begun = time.perf_counter()
        server.send(*(tell("$/cancelRequest", {"id": it}) for it in ids))
        try:
            answers = [server.answer(it, 120) for it in ids]
        except Lost as lost:
            return Result(str(lost), [str(lost)])
        codes = [(it.get("error") or {}).get("code") for it in answers]
        times = [at - begun for it, at in zip(server.heard, server.times, strict=True)
                 if it.get("id") in ids]  # fmt: skip
    count = codes.count(-32800)
    said = f"{count} cancelled, all answered in {short(max(times))}"
    faults = [] if count >= 18 and max(times) < 1 else [said]
    return Result(said, faults)


def _latency_of_cancelling(target: Target, folder: Path, effort: Effort) -> Result:
    """A heavy request is on its way, another waits and is cancelled: when its answer comes."""
    text = documents.document_of_bytes(500_000)
    times: list[float] = []
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", text)
        server.diagnostics(uri, 120)
        about = {"textDocument": {"uri": uri}}
        for _ in range(max(5, int(20 * effort.scale))):
            busy, late = server.next_id(), server.next_id()
            server.send(*(call(it, "textDocument/documentSymbol", about) for it in (busy, late)))
            time.sleep(0.005)
            begun = time.perf_counter()
            server.send(tell("$/cancelRequest", {"id": late}))
            try:
                server.answer(late, 60)
                times.append(time.perf_counter() - begun)
                server.answer(busy, 60)
            except Lost as lost:
                return Result(str(lost), [str(lost)])
            server.forget()
    said = f"p50 {short(statistics.median(times))}, max {short(max(times))}"
    return Result(said, [] if max(times) < 0.050 else [said])


def _growth(target: Target, folder: Path, effort: Effort) -> Result:
    """Typing and looking about for long in a long document: memory comes to rest."""
    text = documents.document(4_000)
    rows = text.split("\n")
    rounds = max(4, int(12 * effort.scale))
    requests: list[Callable[[Server, str, int], Json]] = [
        lambda server, uri, line: server.about(uri, "completion", line),
        lambda server, uri, line: server.about(uri, "hover", line),
        lambda server, uri, line: server.about(uri, "documentSymbol", line),
    ]
    marks: list[float] = []
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", text)
        server.diagnostics(uri, 120)
        for turn in range(rounds):
            for number in range(60):
                line = documents.step_line(text, (number % 19 + 1) / 20)
                server.change(uri, _typed(line, len(rows[line]), f"\n    w{turn}{number}"))
                requests[number % 3](server, uri, line)
                server.change(uri, edit((line, len(rows[line])),
                                        (line + 1, 5 + len(f"{turn}{number}")), ""))  # fmt: skip
            server.about(uri, "hover")
            server.forget()
            marks.append(server.memory())
    later = [b - a for a, b in pairwise(marks[len(marks) // 2 :])]
    said = " -> ".join(f"{it:.0f}" for it in (marks[0], marks[len(marks) // 2], marks[-1])) + " MB"
    return Result(said, [said] if sum(later) > 0.1 * marks[0] else [])


TRIALS = (
    Trial("1 MB document, keystroke to answer", "p50 <= 10 ms, max <= 100 ms", _keystroke),
    Trial("200 keystrokes in 0.5 MB", "<= 0.6 s", _burst),
    Trial("10,000 hovers in one write", ">= 5,000/s, each once", _hovers),
    Trial("client does not read for 4 s", "nothing lost", _deaf_client),
    Trial("open and close 400 x 30 KB", "memory flat", _open_and_close),
    Trial("2,000 open documents", "served", _many_open),
    Trial("cancel 20 heavy requests", ">= 18 cancelled, < 1 s", _cancelled),
    Trial("a cancelled request is answered", "< 50 ms", _latency_of_cancelling),
    Trial("memory while typing for long", "comes to rest", _growth),
)
