"""What the journal costs: microseconds for each effect beside the same effect without one, and commits.

`python -m bench.run.journal` prints the table. The provider does nothing, so that all that is measured is
the way to it and back: gate, budget, journal, deadline, retry, breaker and redaction.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from vesper.execution.journal import RunJournal
from vesper.execution.ledger import Draft, Ledger
from vesper.lang.program import Program
from vesper.runtime.grant import Grant, Say
from vesper.runtime.handlers.redaction import Redactor
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World, live
from vesper.runtime.handling import Call, Handler
from vesper.runtime.journal import Journal, Remembered
from vesper.runtime.request import Effect, EffectKind
from vesper.store.database import Database
from vesper.store.engine import Connection
from vesper.values.value import Value

EFFECTS: Final = 2_000
ROUNDS: Final = 5
READ_LIMIT: Final = 100.0
"""Microseconds for a read or nondeterministic effect."""
COMMIT_LIMIT: Final = 2.0
"""Durable commits for a write."""


class Nothing:
    """A provider that answers at once."""

    operations = frozenset({"database_query", "clock", "charge"})

    def perform(self, effect: Effect, call: Call) -> Value:
        """A row of three fields."""
        del effect, call
        return {"id": "pay_1", "amount": Decimal("99.90"), "count": 3}

    def is_keyed(self, effect: Effect) -> bool:
        """It does nothing, so it may do it twice."""
        return effect.kind == "write"


class Counting(Database):
    """A database that counts its commits."""

    commits = 0

    def write(self, change: Callable[[Connection], object]) -> object:  # type: ignore[override]
        """One transaction."""
        self.commits += 1
        return super().write(change)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one effect costs, at the best of several rounds."""

    microseconds: float
    commits: float


def main() -> None:
    """Print the table, and whether the limits are kept."""
    print(f"{'effect':<18}{'without us':>12}{'with us':>10}{'commits':>10}")
    kinds: tuple[tuple[str, EffectKind], ...] = (
        ("database_query", "read"), ("clock", "nondeterministic"), ("charge", "write"),
    )  # fmt: skip
    kept = True
    for operation, kind in kinds:
        bare, journaled = measured(operation, kind)
        print(
            f"{kind:<18}{bare.microseconds:>12.1f}{journaled.microseconds:>10.1f}{journaled.commits:>10.2f}"
        )
        fine = journaled.commits <= COMMIT_LIMIT if kind == "write" else (
            journaled.microseconds <= READ_LIMIT
        )  # fmt: skip
        kept = kept and fine
    said = "kept" if kept else "BROKEN"
    print(f"at most {READ_LIMIT:g} us for a read, {COMMIT_LIMIT:g} commits for a write: {said}")


def measured(operation: str, kind: EffectKind) -> tuple[Cost, Cost]:
    """The cost without a journal on disk, and with one."""
    count = EFFECTS if kind != "write" else EFFECTS // 10
    effects = [
        Effect(operation, f"step[{it}]/ask", kind, {"query": "SELECT 1", "at": it}, ("database.read.x",))
        for it in range(count)
    ]  # fmt: skip
    bare, journaled = [], []
    for number in range(ROUNDS):
        bare.append(Cost(_seconds(Remembered(), effects) / count * 1e6, 0))
        folder = Path(tempfile.mkdtemp(prefix="vesper-bench-"))
        try:
            journaled.append(_journaled(folder, number, effects))
        finally:
            shutil.rmtree(folder)
    return min(bare, key=lambda it: it.microseconds), min(journaled, key=lambda it: it.microseconds)


def _journaled(folder: Path, number: int, effects: list[Effect]) -> Cost:
    ledger = Ledger(folder, lambda: datetime.now(UTC))
    database = Counting(folder / "vesper.db")
    ledger.database.close()
    ledger.database = database
    draft = Draft(f"{number:032x}", _PROGRAM, {"amount": Decimal("99.90")}, "none", "bench", "")
    journal = ledger.begin(draft)
    assert isinstance(journal, RunJournal)
    database.commits = 0
    seconds = _seconds(journal, effects)
    commits = database.commits
    ledger.close()
    return Cost(seconds / len(effects) * 1e6, commits / len(effects))


def _seconds(journal: Journal, effects: list[Effect]) -> float:
    handler: Handler = live(World(Registry([Nothing()])), journal, Redactor()).handler
    call = Call("run", "bench", "key", grant=Grant((Say("the node", ("database.read",)),)))
    began = time.perf_counter()
    for effect in effects:
        handler(effect, call)
    return time.perf_counter() - began


_PROGRAM: Final = Program("bench", "function", "Measure", "digest", (), (), (), (), (), ())


if __name__ == "__main__":
    main()
