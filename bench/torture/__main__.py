"""`python -m bench.torture`: try one or more language servers and print what became of them."""

import argparse
import functools
import shlex
import sys
import tempfile
import time
from pathlib import Path

from bench.lsp import servers
from bench.torture import documents, load, outside, protocol, texts
from bench.torture.server import Lost, Target
from bench.torture.trial import Effort, Result, Trial, short

TRIALS: tuple[Trial, ...] = (
    *protocol.TRIALS,
    *texts.TRIALS,
    *documents.TRIALS,
    *load.TRIALS,
    *outside.TRIALS,
)


def main() -> int:
    """Try and print. 1: a goal was missed by the first server and `--strict` given."""
    given = _arguments()
    effort = Effort(given.edits, given.scale, given.seed)
    wanted = [it for it in TRIALS if not given.only or any(o in it.case for o in given.only)]
    try:
        targets = _targets(given)
    except servers.CannotMeasure as problem:
        print(f"bench.torture: {problem}", file=sys.stderr)
        return 2
    results = {it.name: [_tried(trial, it, effort) for trial in wanted] for it in targets}
    print(_table(wanted, results))
    for name, found in results.items():
        for trial, result in zip(wanted, found, strict=True):
            for fault in result.faults[: given.faults]:
                print(f"{name}, {trial.case}: {fault[:300]}")
    first = next(iter(results.values()))
    return 1 if given.strict and not all(it.is_met for it in first) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    parser.add_argument("--server", action="append", default=[], metavar="CMD",
                        help="a server's command line instead of Vesper's; may be repeated")  # fmt: skip
    parser.add_argument("--language", default="vsp",
                        help="the language id that servers of --server are told (vsp)")  # fmt: skip
    parser.add_argument("--peer", action="store_true", help="yaml-language-server beside them")
    parser.add_argument("--edits", type=int, default=100_000, help="random edits (100000)")
    parser.add_argument("--scale", type=float, default=1.0, help="share of repetitions (1)")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (1)")
    parser.add_argument("--only", action="append", default=[], metavar="WORD",
                        help="only the cases with this word in their name; may be repeated")  # fmt: skip
    parser.add_argument("--faults", type=int, default=20, help="faults told for each case (20)")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a goal is missed")
    return parser.parse_args()  # fmt: skip


def _targets(given: argparse.Namespace) -> list[Target]:
    found = [Target(it, shlex.split(it), given.language, lambda *_: None) for it in given.server]
    if not found:
        ours = servers.vesper()
        found = [Target("vesper", ours.command, ours.language, ours.answer)]
    if given.peer:
        peer = servers.yaml_language_server(servers.SCHEMA)
        found.append(Target(peer.name, peer.command, peer.language, peer.answer))
    return found


def _tried(trial: Trial, target: Target, effort: Effort) -> Result:
    print(f"... {target.name}: {trial.case}", file=sys.stderr, end=" ", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            result = trial.run(target, Path(folder).resolve(), effort)
        except Lost as lost:
            result = Result(str(lost), [str(lost)])
    print(f"({short(time.monotonic() - begun)})", file=sys.stderr, flush=True)
    return result


def _table(trials: list[Trial], results: dict[str, list[Result]]) -> str:
    rows = [["case", "goal", *results], ["---"] * (2 + len(results))]
    for number, trial in enumerate(trials):
        each = (found[number] for found in results.values())
        said = [it.said if it.is_met else f"**{it.said}**" for it in each]
        rows.append([trial.case, trial.goal, *said])
    widths = [max(len(row[it]) for row in rows) for it in range(len(rows[0]))]
    pad = functools.partial(zip, strict=True)
    return "\n".join(f"| {' | '.join(a.ljust(b) for a, b in pad(row, widths))} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
