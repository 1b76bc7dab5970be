"""The cases: what is done to both servers, in turn and in random order, and what is noted down.

Every case does the same to both. A case that a server cannot finish counts as infinitely slow, and
what it said goes into the notes.
"""

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.lsp import documents
from bench.lsp.client import ServerGone
from bench.lsp.documents import Slip
from bench.lsp.servers import Server
from bench.lsp.session import (
    HELLO,
    HELLO_PROBLEM,
    Session,
    deletion,
    insertion,
    labels,
    typing,
    undoing,
)

KEYSTROKE = "keystroke to right diagnostics"
BURST = 200
BURST_BYTES = 500_000
_PROBE_PATIENCE = 15.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. `samples` is the edits for each length up to 10,000 lines; longer
    documents get a quarter, since the peer needs seconds for each."""

    lines: Sequence[int]
    samples: int
    starts: int
    seed: int

    def samples_at(self, lines: int) -> int:
        """The edits to make in a document of that length."""
        return self.samples if lines <= 10_000 else max(8, self.samples // 4)

    def starts_at(self, lines: int) -> int:
        """The fresh processes to open a document of that length in."""
        return self.starts if lines <= 10_000 else 2


@dataclass(frozen=True, slots=True)
class Record:
    """Everything measured: samples by case, document and server (seconds or bytes), and remarks.

    Each list of samples has a list of words beside it that tell what the sample was an instance of.
    """

    samples: dict[tuple[str, str], dict[str, list[float]]] = field(default_factory=dict)
    words: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list[str])

    def add(self, case: str, document: str, server: str, value: float, word: str = "") -> None:
        """Note one sample."""
        self.samples.setdefault((case, document), {}).setdefault(server, []).append(value)
        self.words.setdefault((case, document), {}).setdefault(server, []).append(word)

    def remark(self, note: str) -> None:
        """Note something a reader of the figures should know, once."""
        if note not in self.notes:
            self.notes.append(note)


def measure(ours: Server, peer: Server, plan: Plan, folder: Path, say: Say) -> Record:
    """Run every case; `say` hears what is going on."""
    record = Record()
    servers = (ours, peer)
    chance = random.Random(plan.seed)
    for lines in plan.lines:
        say(f"{lines:,} lines: start and first open")
        _starts(servers, lines, plan, folder, record, chance)
    for lines in plan.lines:
        text = documents.document(lines)
        name = f"{lines:,} lines"
        say(f"{name} ({len(text) / 1e6:.2f} MB): typing")
        with _Both(servers, text, name, folder, record, chance) as both:
            _keystrokes(both, plan.samples_at(lines))
            _completions(both, plan.samples_at(lines))
            _hovers(both, plan.samples_at(lines))
            for session in both.turn():
                record.add("memory after typing", name, session.server.name, session.memory())
            _bursts(both, 3)
    text = documents.document_of_bytes(BURST_BYTES)
    say(f"{len(text) / 1e6:.2f} MB: {BURST} keystrokes at once")
    with _Both(servers, text, "0.5 MB", folder, record, chance) as both:
        _bursts(both, 5)
    return record


class _Both:
    """Both servers with the same document open; each waits while the other is measured."""

    def __init__(
        self,
        servers: Sequence[Server],
        text: str,
        name: str,
        folder: Path,
        record: Record,
        chance: random.Random,
    ) -> None:
        self.text = text
        self.name = name
        self.record = record
        self.chance = chance
        self.uris: dict[str, str] = {}
        self._stack = ExitStack()
        self._alive: list[Session] = []
        patience = 60 if len(text) < 400_000 else 180
        for server in servers:
            session = self._stack.enter_context(Session(server, folder, patience))
            self._alive.append(session)
            uri, sent = session.open("typing.vsp", text)
            self.uris[server.name] = uri
            found = session.first_list(uri, sent)
            if found is None:
                record.remark(f"{server.name} said nothing about the open document of {name}")
            elif found:
                record.remark(f"{server.name} finds {len(found)} problems in the valid document of "
                              f"{name}, first: {found[0]['message'][:120]}")  # fmt: skip

    def __enter__(self) -> "_Both":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def turn(self) -> Iterator[Session]:
        """The servers that still run, in random order, after the pause of somebody who types."""
        for session in self.chance.sample(self._alive, len(self._alive)):
            time.sleep(self.chance.uniform(0.0, 0.06))
            yield session

    def note(
        self, case: str, session: Session, measured: Callable[[Session, str], float], word: str = ""
    ) -> None:
        """Take one sample; a server that ends is out, and its sample infinite."""
        try:
            value = measured(session, self.uris[session.server.name])
        except (ServerGone, OSError) as gone:
            self.record.remark(f"{session.server.name}, {case}, {self.name}: {gone}")
            self._alive.remove(session)
            value = math.inf
        self.record.add(case, self.name, session.server.name, value, word)


def _starts(
    servers: Sequence[Server],
    lines: int,
    plan: Plan,
    folder: Path,
    record: Record,
    chance: random.Random,
) -> None:
    """Fresh processes: the first problem of a tiny document, then of one of `lines` lines."""
    text, line = _broken(documents.document(lines))
    name = f"{lines:,} lines"
    for _ in range(plan.starts_at(lines)):
        for server in chance.sample(list(servers), len(servers)):
            with Session(server, folder, 180) as session:
                uri, _sent = session.open("hello.vsp", HELLO)
                cold = session.seconds_until(uri, session.started, HELLO_PROBLEM, wrong=True)
                record.add("cold start to first diagnostics", "13 lines", server.name, cold)
                uri, sent = session.open("long.vsp", text)
                opened = session.seconds_until(uri, sent, line, wrong=True)
                record.add("first open to diagnostics", name, server.name, opened)
                record.add("memory after open", name, server.name, session.memory())


def _broken(text: str) -> tuple[str, int]:
    """The document with one unknown key in the middle, and its line."""
    slip = next(
        it for it in documents.slips(text) if it.kind == "unknown key" and it.place == "middle"
    )
    lines = text.split("\n")
    row = lines[slip.line]
    lines[slip.line] = row[: slip.column] + slip.typed + row[slip.column :]
    return "\n".join(lines), slip.line


def _keystrokes(both: _Both, samples: int) -> None:
    """Problems typed in and taken back all over the document, until the diagnostics are right."""
    known = _seen_by_all(both)
    if not known:
        both.record.remark(f"no problem was seen by both servers in {both.name}")
        return
    for number in range(math.ceil(samples / 2)):
        slip = known[number % len(known)]
        word = f"{slip.kind}, {slip.place}"
        for session in both.turn():
            both.note(KEYSTROKE, session, _appears(slip), f"{word}, typed")
        for session in both.turn():
            both.note(KEYSTROKE, session, _goes(slip), f"{word}, taken back")


def _seen_by_all(both: _Both) -> list[Slip]:
    """The problems that every server reports on their line; the first of each warms the servers."""
    found = documents.slips(both.text)
    for slip in list(found):
        for session in both.turn():
            uri = both.uris[session.server.name]
            typed = session.change(uri, typing(slip))
            took = session.seconds_until(
                uri, typed, slip.line, wrong=True, patience=_PROBE_PATIENCE
            )
            if math.isinf(took):
                both.record.remark(f"{session.server.name} does not report {slip.kind} on its line "
                                   f"({slip.place}): left out")  # fmt: skip
                if slip in found:
                    found.remove(slip)
            undone = session.change(uri, undoing(slip))
            session.seconds_until(uri, undone, slip.line, wrong=False, patience=_PROBE_PATIENCE)
    both.chance.shuffle(found)
    return found


def _appears(slip: Slip) -> Callable[[Session, str], float]:
    def measured(session: Session, uri: str) -> float:
        return session.seconds_until(uri, session.change(uri, typing(slip)), slip.line, wrong=True)

    return measured


def _goes(slip: Slip) -> Callable[[Session, str], float]:
    def measured(session: Session, uri: str) -> float:
        return session.seconds_until(
            uri, session.change(uri, undoing(slip)), slip.line, wrong=False
        )

    return measured


def _completions(both: _Both, samples: int) -> None:
    """A new line with the first letter of a key, and completion asked for at once."""
    rows = both.text.split("\n")
    for number in range(samples):
        line = documents.step_line(both.text, (number % 9 + 1) / 10)
        for session in both.turn():
            both.note("completion while typing", session, _completes(both, line, len(rows[line])))


def _completes(both: _Both, line: int, column: int) -> Callable[[Session, str], float]:
    typed = "\n    w"

    def measured(session: Session, uri: str) -> float:
        sent = session.change(uri, insertion(line, column, typed))
        came, result = session.answer(session.ask(uri, "completion", line + 1, 5))
        session.settle(uri, session.change(uri, deletion(line, column, typed)))
        if not any(it.startswith("when") for it in labels(result)):
            both.record.remark(f"{session.server.name} did not offer `when` in {both.name}")
            return math.inf
        return came - sent

    return measured


def _hovers(both: _Both, samples: int) -> None:
    """A letter typed into a description, and hover asked for over a key near it."""
    for number in range(samples):
        line = documents.step_line(both.text, (number % 9 + 1) / 10)
        for session in both.turn():
            both.note("hover while typing", session, _hover_shows(both, line))


def _hover_shows(both: _Both, line: int) -> Callable[[Session, str], float]:
    def measured(session: Session, uri: str) -> float:
        sent = session.change(uri, insertion(line + 1, 18, "e"))
        came, result = session.answer(session.ask(uri, "hover", line, 7))
        session.settle(uri, session.change(uri, deletion(line + 1, 18, "e")))
        if not result:
            both.record.remark(f"{session.server.name} had no hover in {both.name}")
            return math.inf
        return came - sent

    return measured


def _bursts(both: _Both, rounds: int) -> None:
    """200 keystrokes in one write, the last of which makes a problem; then hover at once."""
    slip = next(it for it in documents.slips(both.text) if it.kind == "unknown key")
    line = documents.described_line(both.text, 0.5)
    column = both.text.split("\n")[line].index('"') + 1
    harmless = [insertion(line, column + it, "e") for it in range(BURST - 1)]
    back = [undoing(slip), deletion(line, column, "e" * (BURST - 1))]
    step = documents.step_line(both.text, 0.5)
    answers: dict[str, float] = {}

    def until_answer(session: Session, uri: str) -> float:
        sent = session.change(uri, *harmless, typing(slip))
        answers[session.server.name] = sent
        came, _result = session.answer(session.ask(uri, "hover", step, 7))
        return came - sent

    def until_right(session: Session, uri: str) -> float:
        sent = answers[session.server.name]
        took = session.seconds_until(uri, sent, slip.line, wrong=True)
        undone = session.change(uri, *back)
        session.seconds_until(uri, undone, slip.line, wrong=False)
        return took

    for _ in range(rounds):
        for session in both.turn():
            both.note(f"{BURST} keystrokes at once, next answer", session, until_answer)
            if session.server.name in answers:
                both.note(f"{BURST} keystrokes at once, right diagnostics", session, until_right)
