"""Trials of the text: whatever was typed, the server must have what the editor has.

No request reads the server's text. So its answers about a document that was edited are compared with
those of a fresh process that opens the text as the client has it.
"""

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.torture.server import Json, Lost, Server, Target
from bench.torture.trial import Effort, Result, Trial, counted
from tests.lsp.client import edit
from tests.lsp.editing import CASES, SEPARATORS, Model, outside_crlf

_PAYMENT = Path(__file__).parents[2] / "tests" / "lang" / "payment.vsp"
_PLAIN = [*"ab :-#'\"{[\n\n", "  ", "\n  - ", ": ", "flow:\n", "- step: x\n"]
_EXOTIC = [
    *"ab :-#'\"{[\n",
    *SEPARATORS,
    "\r\n",
    *"é中אß",
    "😀",
    "𝄞",
    "e\u0301",
    "\ufeff",
    "\t",
    "\0",
]
_TAIL = "\nx-probe:\n  inside: 1\nunknown_key_of_the_probe: 1\n"
_CHECKS = 50
_PATIENCE = 3.0


def _seen(server: Server, uri: str) -> Json:
    """All that the server says of a document, without its name."""
    symbols = server.about(uri, "documentSymbol").get("result") or []
    for it in symbols:
        it.pop("location", {}).pop("uri", None)
    folds = server.about(uri, "foldingRange").get("result")
    problems = [{k: v for k, v in it.items() if k in ("range", "message", "code")}
                for it in server.diagnostics(uri)]  # fmt: skip
    return symbols, folds, problems


def _difference(server: Server, uri: str, text: str) -> str:
    """Empty when a document is to the server what it is to a fresh process that opens this text."""
    with Server(server.target, server.folder) as fresh:
        fresh.initialize()
        fresh.open(uri.rpartition("/")[2], text)
        mine, theirs = _seen(server, uri), _seen(fresh, uri)
        patience = time.monotonic() + _PATIENCE
        # What other files are found may be told a little later than the problems of the text.
        while mine != theirs and time.monotonic() < patience:
            time.sleep(0.2)
            mine, theirs = _seen(server, uri), _seen(fresh, uri)
    server.forget_but_last(uri)
    if mine == theirs:
        return ""
    part = next(it for it in range(3) if mine[it] != theirs[it])
    return f"{('symbols', 'folding', 'diagnostics')[part]} differ from a fresh open"


def _positions(target: Target, folder: Path, _: Effort) -> Result:
    faults: list[str] = []
    with Server(target, folder) as server:
        server.initialize()
        for number, (name, case) in enumerate(CASES.items()):
            uri = server.open(f"case{number}.vsp", case.before)
            for start, end, new in case.edits:
                server.change(uri, edit(start, end, new))
            # What is typed at the end shows by its place whether the lines above are the same.
            model = Model(case.after, "utf-16")
            place = model.place(len(case.after))
            server.change(uri, edit(place, place, _TAIL))
            try:
                said = _difference(server, uri, case.after + _TAIL)
            except Lost as lost:
                said = str(lost)
            if said:
                faults.append(f"{name}: {said}")
            server.close(uri)
    return counted(faults, len(CASES))


def _edits(
    chance: random.Random, model: Model, pieces: Sequence[str], start: str
) -> Iterator[Json]:
    """Random edits for ever, made in the model as well; the text stays near its first length."""
    while True:
        if len(model.text) > 3 * len(start):
            model.text = start
            yield {"text": start}
        first = outside_crlf(model.text, chance.randint(0, len(model.text)))
        last = outside_crlf(model.text, first + chance.choice((0, 0, 1, 2, 30)))
        last = max(first, last)
        new = "".join(chance.choices(pieces, k=chance.choice((0, 1, 1, 2, 20))))
        change = edit(model.place(first), model.place(last), new)
        model.replace(first, last, new)
        yield change


def _random_edits(target: Target, folder: Path, count: int, seed: int, pieces: list[str]) -> Result:
    start = _PAYMENT.read_text(encoding="utf-8")
    model = Model(start, "utf-16")
    faults: list[str] = []
    every = max(1, count // _CHECKS)
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", start)
        server.diagnostics(uri)
        before = server.memory()
        for number, change in enumerate(_edits(random.Random(seed), model, pieces, start), 1):
            server.change(uri, change)
            if number % every == 0:
                said = _difference(server, uri, model.text)
                if said:
                    faults.append(f"after {number:,} edits: {said}")
                    break
            if number == count:
                break
        after = server.memory()
    growth = f"{before:.0f} -> {after:.0f} MB"
    if after > before * 1.2 + 5:
        faults.append(f"memory grew: {growth}")
    desync = "in step" if not any("edits" in it for it in faults) else "out of step"
    return Result(f"{desync}, {growth}", faults)


def _plain_edits(target: Target, folder: Path, effort: Effort) -> Result:
    return _random_edits(target, folder, effort.edits, effort.seed, _PLAIN)


def _exotic_edits(target: Target, folder: Path, effort: Effort) -> Result:
    return _random_edits(target, folder, max(effort.edits // 10, 1), effort.seed + 1, _EXOTIC)


def _undone_edits(target: Target, folder: Path, effort: Effort) -> Result:
    """Each edit is taken back at once; at the checks the text is the first one, and all is as it was."""
    start = _PAYMENT.read_text(encoding="utf-8")
    chance = random.Random(effort.seed + 2)
    count = max(effort.edits // 10, 1)
    faults: list[str] = []
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", start)
        for number in range(1, count + 1):
            model = Model(start, "utf-16")
            first = chance.randint(0, len(start))
            last = min(first + chance.choice((0, 0, 1, 8)), len(start))
            new = "".join(chance.choices(_PLAIN, k=chance.choice((0, 1, 2))))
            begin, end = model.place(first), model.place(last)
            old = start[first:last]
            model.replace(first, last, new)
            server.change(uri, edit(begin, end, new))
            if number % max(1, count // _CHECKS) == 0:
                said = _difference(server, uri, model.text)
                if said:
                    faults.append(f"after {number:,} edits: {said}")
            server.change(uri, edit(begin, model.place(first + len(new)), old))
            if number % max(1, count // _CHECKS) == 0:
                said = _difference(server, uri, start)
                if said:
                    faults.append(f"after {number:,} edits taken back: {said}")
            if faults:
                break
    return Result(f"{count:,} edits, {'in step' if not faults else 'out of step'}", faults)


TRIALS = (
    Trial(f"{len(CASES)} unicode and position cases", "0 desync", _positions),
    Trial("random edits", "0 desync, memory < 1.2x", _plain_edits),
    Trial("a tenth as many edits with exotic characters", "0 desync", _exotic_edits),
    Trial("a tenth as many edits, each taken back", "0 desync", _undone_edits),
)
