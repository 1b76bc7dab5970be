"""What running a node costs, beside the same work by hand and under other libraries' contracts.

`python -m bench.run` prints the tables; all of one table is measured in turn, round by round, in one
process, and ratios are medians over the rounds. The first run fetches the peers into `bench/.cache/run`.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.run import journal, peers
from vesper.compile.lower import lower
from vesper.compile.optimize import optimized
from vesper.lang.program import Program
from vesper.runtime.interp import Interpreter
from vesper.runtime.python import Python
from vesper.runtime.request import Ended

HERE: Final = Path(__file__).parent
EXAMPLES: Final = HERE.parents[1] / "examples"
CACHE: Final = HERE.parent / ".cache" / "run"
PEERS: Final = ("icontract==2.7.3", "deal==4.24.6", "cel-python==0.5.0")
ROUNDS: Final = 30
RECORDS: Final = 10_000
PAYMENT: Final[Mapping[str, Any]] = {
    "order_id": "ord_4f9a21c7",
    "user_id": "user_123",
    "amount": Decimal("99.99"),
    "quantity": 3,
    "currency": "EUR",
}


class Limit(NamedTuple):
    """What is owed: our time by the peer's, at most, or the peer's by ours, at least."""

    ratio: float
    is_ours_first: bool


Work = Callable[[], object]


def main() -> int:
    """Measure and print. 1: a limit was passed and `--strict` given."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of each table ({ROUNDS})")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a limit is passed")
    given = parser.parse_args()
    fetch()
    kept = [calls(given.rounds), pipeline(given.rounds), loading(given.rounds)]
    print()
    journal.main()
    return 1 if given.strict and not all(kept) else 0


def fetch() -> None:
    """Put the peers where only the bench finds them."""
    if not (CACHE / "icontract").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(CACHE), *PEERS]
        subprocess.run(pip, check=True)
    sys.path.append(str(CACHE))


def calls(rounds: int) -> bool:
    """One call of a node that is like a payment."""
    program = program_of(HERE / "payment.vsp")
    python, interp = Python(), Interpreter()
    expected = peers.by_hand(PAYMENT)
    assert ended(python, program, PAYMENT).output == expected
    assert by_interp(interp, program, PAYMENT).output == expected
    works: dict[str, Work] = {
        "vesper, python": lambda: python.answer(program, PAYMENT),
        "by hand": lambda: peers.by_hand(PAYMENT),
        "vesper, interp": lambda: by_interp(interp, program, PAYMENT),
    }
    for name, make in (
        ("icontract", peers.with_icontract), ("deal", peers.with_deal), ("cel-python", peers.with_cel),
    ):  # fmt: skip
        work = make()
        assert work(PAYMENT) == peers.body(**PAYMENT)
        works[name] = lambda work=work: work(PAYMENT)
    limits = {
        "by hand": Limit(2.0, True),
        "icontract": Limit(8, False),
        "deal": Limit(20, False),
        "cel-python": Limit(400, False),
    }
    return table("one call: 5 inputs, 6 constraints, 4 preconditions, 6 steps, 2 postconditions",
                 timed(works, rounds), limits)  # fmt: skip


def pipeline(rounds: int) -> bool:
    """A filter, groups and totals over many records."""
    program = program_of(HERE / "pipeline.vsp")
    regions = ("north", "south", "east", "west", "overseas")
    sales = [
        {"region": regions[it % 5], "amount": Decimal(it % 997) / 7 // Decimal("0.01") / 100,
         "quantity": it % 4}
        for it in range(RECORDS)
    ]  # fmt: skip
    given: Mapping[str, Any] = {"sales": sales}
    python, interp = Python(), Interpreter()
    expected = {"regions": peers.loop(given)}
    assert ended(python, program, given).output == expected
    assert by_interp(interp, program, given).output == expected
    works: dict[str, Work] = {
        "vesper, python": lambda: python.answer(program, given),
        "a loop": lambda: peers.loop(given),
        "a loop that checks": lambda: peers.checked_loop(given),
    }
    print()
    return table(f"{RECORDS:,} records: filter, group, total", timed(works, rounds),
                 {"a loop": Limit(1.2, True), "a loop that checks": Limit(1.2, True)})  # fmt: skip


def loading(rounds: int) -> bool:
    """A document read, checked, lowered, shortened, and made into Python; everything imported before."""
    text = (EXAMPLES / "payment_handler.vsp").read_text("utf-8")
    filler = "".join(f"  note_{it}: Nothing of account\n" for it in range(250))
    text = "\n".join((text + "documentation:\n" + filler).splitlines()[:250]) + "\n"
    spent: dict[str, list[float]] = {}
    for turn in range(rounds + 3):
        # No two texts are the same, so that nothing of it is known from before.
        fresh = text.replace("payment_id", f"payment_id_{turn}").replace(
            "order_id", f"order_id_{turn}"
        )
        began = time.perf_counter()
        program = lower(fresh)
        lowered = time.perf_counter()
        short = optimized(program).program
        shortened = time.perf_counter()
        Python().begin(short, {})
        done = time.perf_counter()
        if turn >= 3:
            parts = (("read, check, lower", lowered - began), ("optimise", shortened - lowered),
                     ("make Python", done - shortened), ("all", done - began))  # fmt: skip
            for name, seconds in parts:
                spent.setdefault(name, []).append(seconds)
    print(f"\nload and compile of {len(text.splitlines())} lines, warm; at most 15 ms")
    for name, samples in spent.items():
        print(
            f"  {name:<22}{statistics.median(samples) * 1e3:8.2f} ms  least {min(samples) * 1e3:.2f}"
        )
    return statistics.median(spent["all"]) <= 0.015


def program_of(path: Path) -> Program:
    """The program that runs: lowered and shortened."""
    return optimized(lower(path.read_text("utf-8"))).program


def ended(python: Python, program: Program, given: Mapping[str, Any]) -> Ended:
    """What the generated function ends with."""
    found = python.answer(program, given)
    assert found is not None
    return found


def by_interp(interp: Interpreter, program: Program, given: Mapping[str, Any]) -> Ended:
    """The same by the interpreter, which is a generator that asks for nothing here."""
    running = interp.begin(program, given)
    try:
        next(running)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a pure program asked for something")


def timed(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Seconds of one call of each, round by round, each round with all of them in turn."""
    times = {name: max(1, int(0.01 / max(once(work), 1e-7))) for name, work in works.items()}
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            for _ in range(times[name]):
                work()
            found[name].append((time.perf_counter() - began) / times[name])
    return found


def once(work: Work) -> float:
    """Seconds of one call, the first two left out."""
    work()
    work()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def table(title: str, found: Mapping[str, list[float]], limits: Mapping[str, Limit]) -> bool:
    """Print the medians and the ratios; whether all limits are kept."""
    names = list(found)
    ours = found[names[0]]
    print(title)
    print(f"  {'':<22}{'us':>12}{'ratio':>10}  target")
    kept = True
    for name in names:
        told = ""
        ratio = statistics.median(it / mine for it, mine in zip(found[name], ours, strict=True))
        limit = limits.get(name)
        if limit is not None:
            is_kept = 1 / ratio <= limit.ratio if limit.is_ours_first else ratio >= limit.ratio
            owed = (
                f"ours <= {limit.ratio:g}x" if limit.is_ours_first else f">= {limit.ratio:g}x ours"
            )
            reached = 1 / ratio if limit.is_ours_first else ratio
            told = f"  {owed}: {'kept' if is_kept else 'MISSED'} ({reached:.2f})"
            kept = kept and is_kept
        print(f"  {name:<22}{statistics.median(found[name]) * 1e6:12,.1f}{ratio:10.2f}{told}")
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
