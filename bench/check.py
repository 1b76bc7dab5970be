"""What `vesper check` costs: 1,000 files of 100 lines, and one small file.

`make bench` runs it. Wall time is the least of several runs; cores used is processor time of all
processes by wall time, so 2.0 on two cores means that neither waited for the other.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.lsp import documents

FILES = 1_000
LINES = 100
WALL_LIMIT = 5.0
SMALL_LIMIT = 0.25
ROOT = Path(__file__).parents[1]


class Cost(NamedTuple):
    """Seconds of one run: on the clock, and of all processors together."""

    wall: float
    cpu: float


def main() -> int:
    """Measure and print. 1: a limit was passed and `--strict` given."""
    parser = argparse.ArgumentParser(prog="python -m bench.check", description=__doc__)
    parser.add_argument("--files", type=int, default=FILES, help=f"how many files ({FILES})")
    parser.add_argument("--runs", type=int, default=3, help="of which the least counts (3)")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a limit is passed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), given.files)
        many = min(cost(folder) for _ in range(given.runs))
    small = min(
        (cost(str(ROOT / "examples" / "greeting.vsp")) for _ in range(given.runs)),
        key=lambda it: it.cpu,
    )
    limit = WALL_LIMIT * given.files / FILES
    print(f"{'vesper check':<28}{'wall s':>8}{'CPU s':>8}{'cores':>7}  limit")
    _tell(f"{given.files:,} files of {LINES} lines", many, _kept(many.wall, limit, "s"))
    _tell("one small file", small, _kept(small.cpu, SMALL_LIMIT, "s of CPU"))
    print(f"on {os.cpu_count()} cores")
    is_kept = many.wall <= limit and small.cpu <= SMALL_LIMIT
    return 1 if given.strict and not is_kept else 0


def write(folder: Path, count: int) -> None:
    """Write valid documents of which no two share a section, as the files of a real project."""
    # One so short has no step that logs, and room left at its end.
    text = documents.document(LINES - 5).replace("  capabilities_required:\n    - log.write\n", "")
    text += "".join(f"  Line {it}.\n" for it in range(LINES - text.count("\n")))
    for number in range(count):
        own = text.replace("settle_orders", f"settle_orders_{number}")
        for word in ("amount_", "part ", "Step ", "request-", "label_", "Line", "Case "):
            own = own.replace(
                word, f"{word[:-1]}{number}{word[-1:] if word[-1:] in ' _-' else 'x'}"
            )
        place = folder / f"area_{number % 20}"
        place.mkdir(exist_ok=True)
        place.joinpath(f"node_{number}.vsp").write_text(own, encoding="utf-8")


def cost(path: str) -> Cost:
    """The cost of checking a path in which nothing but hints is found; anything else is an error."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "vesper", "check", path], check=False, capture_output=True, text=True
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        sys.exit(
            f"vesper check {path}: exit code {run.returncode}\n{run.stdout[:2000]}{run.stderr}"
        )
    return Cost(wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime))


def _tell(what: str, cost: Cost, kept: str) -> None:
    cores = cost.cpu / cost.wall
    print(f"{what:<28}{cost.wall:>8.2f}{cost.cpu:>8.2f}{cores:>7.2f}  {kept}")


def _kept(value: float, limit: float, unit: str) -> str:
    return f"{limit:g} {unit}: {'kept' if value <= limit else 'BROKEN'}"


if __name__ == "__main__":
    sys.exit(main())
