"""`python -m bench.torture.fuzz`: mutated documents until the time is up; reading never raises or hangs.

Everything an editor asks for runs in one process with the documents, so this is what stands between
a strange file and a dead language server. Seeds are the examples and the documents of every rule.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.torture.documents import bombs, nesting
from tests.lsp.client import Client
from tests.lsp.samples import placed, sound
from vesper.lang import rules
from vesper.lang.check import Analysis

_EXAMPLES = Path(__file__).parents[2] / "examples"
_LARGEST = 20_000
_PIECES = [
    *"{}[]:-#'\"\n\t &*!|>%@`?,=()<>.\\~^+/", "- ", ": ", "\n  ", "\n    ", "\n- ", "&a ", "*a", "<<: ",
    "!!int ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.1\n", "{{", "}}", "{a", '"{', "\r", "\r\n", "\ufeff",
    "\u2028", "\x85", "\0", "\x0c", "😀", "e\u0301", "\u202e", "\ud800", "\x7f", "<<<<<<< a\n", "=======\n",
    ">>>>>>> b\n", "old(", "FORALL x IN ", " AND ", "NOT ", "1e999", "0x", "9" * 30, "[" * 70, "(" * 70,
    "a.b.c", "a[0]", "''", '""', "\\u", "\\x4", "'''", "? ", "# vesper: ignore", "null", "~", ".inf",
]  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What a fuzzing saw: how much, the slowest document, and what was raised."""

    documents: int = 0
    size: int = 0
    slowest: float = 0.0
    """Seconds of processor time."""
    slowest_text: str = ""
    raised: dict[str, str] = field(default_factory=dict[str, str])
    """By the last lines of each trace, a document that brings it about."""


def seeds() -> list[str]:
    """Where mutation begins: examples good and broken, the documents of the rules, small attacks."""
    texts = [it.read_text(encoding="utf-8") for it in sorted(_EXAMPLES.rglob("*.vsp"))]
    texts += [it.read_text(encoding="utf-8") for it in sorted(_EXAMPLES.rglob("*.yaml"))]
    texts += [text for rule in rules.load().values() for text in (rule.bad, rule.good)]
    texts += [text for _, text in (*nesting(), *bombs()) if len(text) < _LARGEST]
    return texts


def mutated(known: Sequence[str], chance: random.Random) -> str:
    """One document made of known ones: characters, lines and parts put in, taken out, moved."""
    text = chance.choice(known)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 10, 30))):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 0, 0, 1, 1, 2, 8, 60)))
        match chance.randrange(8):
            case 0:
                other = chance.choice(known)
                begin = chance.randint(0, len(other))
                new = other[begin : begin + chance.choice((5, 40, 300))]
            case 1:
                new = text[start:end] * chance.choice((2, 3, 20))
            case 2:
                lines = text.split("\n")
                number = chance.randrange(len(lines))
                lines[number] = " " * chance.randrange(9) + lines[number].lstrip()
                text = "\n".join(lines)
                continue
            case 3:
                new = chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x3000))))
            case _:
                new = "".join(chance.choices(_PIECES, k=chance.choice((1, 1, 1, 2, 4))))
        text = text[:start] + new + text[end:]
    return text[:_LARGEST]


class Fuzzed:
    """A language server in this process, and every request it answers."""

    def __init__(self, folder: Path) -> None:
        self.client = Client(folder)
        self.client.initialize()
        self.complaints: list[str] = []
        protocol = self.client.server.protocol
        setattr(protocol, "log", self.complaints.append)  # noqa: B010, another kind of log
        self.methods = [it for it in protocol.features if it.startswith("textDocument/")]
        self._count = 0

    def tried(self, text: str, chance: random.Random) -> None:
        """Whatever an editor does with a document: it is opened, asked about, edited, closed."""
        self._count += 1
        client = self.client
        name = f"d{self._count}.vsp" if chance.random() < 0.8 else f"d{self._count}.role.yaml"
        uri = client.open(name, text)
        lines = client.server.document(uri).analysis.text.lines
        line = chance.randrange(len(lines))
        place = {"line": line, "character": chance.randint(0, len(lines[line]))}
        for method in chance.sample(self.methods, 5):
            params = placed(sound(method, uri, chance), place)
            client.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        client.settle()
        new = chance.choice(_PIECES)
        client.change(uri, {"range": {"start": place, "end": place}, "text": mended(new)})
        analysis = client.server.document(uri).analysis
        fresh = Analysis(str(analysis.text), analysis.kind, analysis.around)
        assert analysis.diagnostics() == fresh.diagnostics(), "kept current is not fresh"
        client.close(uri)
        client.heard.clear()
        failures = [it for it in self.complaints if "Traceback" in it]
        self.complaints.clear()
        if failures:
            raise RuntimeError(failures[0])


def mended(text: str) -> str:
    """The text as JSON can carry it: a lone surrogate cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def fuzz(documents: Iterator[str], chance: random.Random, until: float) -> Outcome:
    """Try documents until `until` (seconds of `time.monotonic`) or their end."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        fuzzed = Fuzzed(Path(folder).resolve())
        for text in documents:
            if time.monotonic() >= until:
                break
            begun = time.process_time()
            try:
                fuzzed.tried(mended(text), chance)
            except Exception:  # noqa: BLE001, whatever it is, it is a finding
                trace = traceback.format_exc().rstrip().splitlines()
                outcome.raised.setdefault("\n".join(trace[-4:]), text)
            took = time.process_time() - begun
            outcome.documents += 1
            outcome.size += len(text)
            if took > outcome.slowest:
                outcome.slowest, outcome.slowest_text = took, text
        fuzzed.client.server.close()
    return outcome


def endless(chance: random.Random) -> Iterator[str]:
    """Mutated documents without end."""
    known = seeds()
    while True:
        yield mutated(known, chance)


def main() -> int:
    """Fuzz and tell; 1 when something was raised or took more than a second."""
    parser = argparse.ArgumentParser(prog="python -m bench.torture.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the documents that are findings")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    outcome = fuzz(endless(chance), chance, time.monotonic() + given.seconds)
    print(f"{outcome.documents:,} documents, {outcome.size / 1e6:.1f} MB; "
          f"slowest {outcome.slowest:.2f} s; {len(outcome.raised)} ways to raise")  # fmt: skip
    findings = list(outcome.raised.values())
    for trace in outcome.raised:
        print(f"\n{trace}")
    if outcome.slowest > 1:
        findings.append(outcome.slowest_text)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(findings):
            given.keep.joinpath(f"{number}.vsp").write_text(text, "utf-8", "surrogatepass")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
