"""CPU seconds that a fresh process costs before it is useful, beside an empty Python.

`make bench` runs it. Each row is the least of several runs, user and system time of the child
together; ratios against `python -c pass` travel between machines, seconds do not.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 7
HELP_LIMIT = 0.15


@dataclass(frozen=True, slots=True)
class Start:
    """One way to start, as arguments of the Python interpreter."""

    name: str
    arguments: tuple[str, ...]


STARTS = (
    Start("python -c pass", ("-c", "pass")),
    Start("vesper --help", ("-m", "vesper", "--help")),
    Start("vesper check sum.vsp", ("-m", "vesper", "check", str(ROOT / "examples" / "sum.vsp"))),
    Start("vesper lsp, imports", ("-c", "import vesper.lsp.server")),
    Start("vesper mcp, imports", ("-c", "import vesper_mcp.server")),
)


def main() -> None:
    """Print the table."""
    costs = {it.name: min(cpu_seconds(it) for _ in range(RUNS)) for it in STARTS}
    empty = costs[STARTS[0].name]
    print(f"{'start':<24}{'CPU s':>8}{'ratio':>8}")
    for name, cost in costs.items():
        print(f"{name:<24}{cost:>8.3f}{cost / empty:>8.1f}")
    kept = "kept" if costs["vesper --help"] < HELP_LIMIT else "BROKEN"
    print(f"vesper --help under {HELP_LIMIT} s of CPU: {kept}")


def cpu_seconds(start: Start) -> float:
    """User and system time of one run; a run that fails is an error, not a figure."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([sys.executable, *start.arguments], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        sys.exit(f"{start.name} failed:\n{run.stderr.decode(errors='replace')}")
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    main()
