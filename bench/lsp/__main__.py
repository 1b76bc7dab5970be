"""`python -m bench.lsp`: measure Vesper's language server beside yaml-language-server."""

import argparse
import math
import os
import platform
import shlex
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.lsp import servers
from bench.lsp.client import ServerGone
from bench.lsp.figures import Row, rows, table
from bench.lsp.measure import Plan, Record, measure


def main() -> int:
    """Measure and print the table. 2: could not measure; 1: a target was missed and `--strict` given."""
    given = _arguments()
    try:
        peer = servers.yaml_language_server(given.schema, shlex.split(given.peer))
        ours = servers.vesper(shlex.split(given.ours))
        if given.against_itself:
            ours = replace(peer, name="the same server")
        plan = Plan(given.lines, given.samples, given.starts, given.seed)
        with tempfile.TemporaryDirectory() as folder:
            record = measure(ours, peer, plan, Path(folder).resolve(), _say)
    except (servers.CannotMeasure, ServerGone) as problem:
        print(f"bench.lsp: {problem}", file=sys.stderr)
        return 2
    found = list(rows(record, ours.name, peer.name, with_targets=not given.against_itself))
    version = f"as `{given.peer}`" if given.peer else servers.version_of_peer()
    print(
        f"yaml-language-server {version}; Python {platform.python_version()}; "
          f"{os.cpu_count()} cores, {platform.machine()}\n")  # fmt: skip
    print(table(found, ours.name, peer.name))
    for note in record.notes:
        print(f"\nnote: {note}", end="")
    print()
    if given.json:
        given.json.write_bytes(
            orjson.dumps(_report(record, found, version), option=orjson.OPT_INDENT_2)
        )
    return 1 if given.strict and any(it.is_met is False for it in found) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.lsp", description=__doc__)
    parser.add_argument(
        "--lines",
        type=_lengths,
        default=[1000, 10000],
        help="lengths of documents, 250 or more each (1000,10000)",
    )
    parser.add_argument("--samples", type=int, default=48, help="edits for each length (48)")
    parser.add_argument("--starts", type=int, default=5, help="fresh processes for each length (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the random order (1)")
    parser.add_argument("--json", type=Path, help="write every sample to this file")
    parser.add_argument(
        "--schema",
        type=Path,
        default=servers.SCHEMA,
        help="what the peer checks with (schemas/vsp.schema.json)",
    )
    parser.add_argument("--ours", default="", help="another command line for Vesper's server")
    parser.add_argument("--peer", default="", help="another command line for the peer")
    parser.add_argument(
        "--strict", action="store_true", help="end with exit code 1 when a target is missed"
    )
    parser.add_argument(
        "--against-itself",
        action="store_true",
        help="run the peer on both sides: every ratio should be near 1",
    )
    return parser.parse_args()  # fmt: skip


def _lengths(text: str) -> list[int]:
    lengths = [int(it) for it in text.split(",")]
    if min(lengths) < 250:
        raise argparse.ArgumentTypeError("a document has 250 lines or more")
    return lengths


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def _report(record: Record, found: list[Row], version: str) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "peer": version,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "figures": [
            {
                "case": it.case,
                "document": it.document,
                "ours": it.ours,
                "peer": it.peer,
                "ratio": None if math.isnan(it.ratio) else it.ratio,
                "met": it.is_met,
            }
            for it in found
        ],
        "samples": [
            {
                "case": case,
                "document": document,
                "server": server,
                "values": values,
                "words": record.words[case, document][server],
            }
            for (case, document), by_server in record.samples.items()
            for server, values in by_server.items()
        ],
        "notes": record.notes,
    }


if __name__ == "__main__":
    sys.exit(main())
