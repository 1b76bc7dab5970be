"""Runs, and what happened in them, as people and scripts read them."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from vesper.cli.terminal import cells, in_line, styled

if TYPE_CHECKING:
    from vesper.execution.ledger import Execution
    from vesper.execution.replay import Replay, TracedEffect
    from vesper.runtime.envelope import Envelope
    from vesper.values.value import Value

SHORT: Final = 12
"""As much of a run's id as people need."""
_WIDEST: Final = 100
_STYLES: Final = {
    "running": "cyan", "interrupted": "red", "waiting": "yellow", "ambiguous": "red",
    "success": "green", "error": "red", "cancelled": "dim",
}  # fmt: skip


def run_fields(execution: "Execution") -> dict[str, Any]:
    """A run for scripts."""
    return asdict(execution)


def replay_fields(replay: "Replay") -> dict[str, Any]:
    """What came of doing a run again, for scripts."""
    return {
        "result": asdict(replay.envelope),
        "steps": [asdict(it) for it in replay.steps],
        "effects": [asdict(it) for it in replay.effects],
        "equal": replay.is_equal,
        "would_perform": replay.would,
        "document_changed": replay.has_changed,
    }


def print_json(value: object) -> None:
    """Print JSON, decimals with all their digits."""
    from vesper.values.encoding import to_json

    print(to_json(value, indent=True))


def print_runs(executions: "Sequence[Execution]") -> None:
    """Print a table of runs."""
    rows = [
        (it.id[:SHORT], it.status, in_line(it.node_id), _moment(it.started_at), in_line(it.reason))
        for it in executions
    ]
    headings = ("run", "status", "node", "began", "waits for")
    widths = [max(map(cells, column)) for column in zip(headings, *rows, strict=True)]
    print(styled(_row(headings, widths), "dim", sys.stdout))
    for row in rows:
        line = _row(row, widths)
        start = widths[0] + 2
        status = line[start : start + len(row[1])]
        coloured = styled(status, _STYLES[row[1]], sys.stdout)
        print(f"{line[:start]}{coloured}{line[start + len(row[1]) :]}")


def print_run(execution: "Execution") -> None:
    """Print what is known of a run as a whole."""
    status = styled(execution.status, _STYLES[execution.status], sys.stdout)
    name = styled(in_line(execution.node_id), "bold", sys.stdout)
    print(f"run {execution.id}\n{name}: {status}, began {_moment(execution.started_at)}, "
          f"by {in_line(execution.actor)}, in {execution.engine}")  # fmt: skip
    if execution.forked_from:
        changes = ", ".join(f"{name}={it}" for name, it in execution.changes.items())
        print(f"  begun from run {execution.forked_from[:SHORT]} with {in_line(changes)}")
    if execution.reason:
        print(f"  waits for {in_line(execution.reason)}")


def print_steps(replay: "Replay") -> None:
    """Print the steps with the names they set, and below each what it asked of the world."""
    effects = _by_step(replay)
    rows = [(in_line(it.step), it.operation) for it in replay.steps]
    widths = [max((cells(it) for it in column), default=0) for column in zip(*rows, strict=True)]
    for traced, row in zip(replay.steps, rows, strict=True):
        values = _values(traced.values)
        failed = styled(f"failed: {in_line(traced.failed)}", "red", sys.stdout)
        told = failed if traced.failed else values
        print(f"  {'  '.join(_padded(row, widths))}  {told}".rstrip())
        for effect in effects.get(traced.step, ()):
            print(styled(f"      {_effect(effect)}", "dim", sys.stdout))
    for effect in effects.get("", ()):
        print(styled(f"  {_effect(effect)}", "dim", sys.stdout))


def print_end(envelope: "Envelope") -> None:
    """Print what a run ended with."""
    error = envelope.error
    if error is None:
        print(
            f"{styled('success', 'green', sys.stdout)}  {_values(envelope.output or {})}".rstrip()
        )
    else:
        kind = "yellow" if error.code == "waiting" else "red"
        print(f"{styled(in_line(error.code), kind, sys.stdout)}  {in_line(error.message)}".rstrip())
    for breach in envelope.contracts.violated:
        print(f"  {breach.kind} `{in_line(breach.clause)}` does not hold: {in_line(breach.reason)}")


def _by_step(replay: "Replay") -> "Mapping[str, list[TracedEffect]]":
    """The effects below the step that asked for each; those of entry and exit, and of called nodes, too."""
    sites = {it.step for it in replay.steps}
    found: dict[str, list[TracedEffect]] = {}
    for effect in replay.effects:
        step = effect.site.partition("#")[0]
        while step and step not in sites:
            step = max(step.rpartition(mark)[0] for mark in ">/!")
        found.setdefault(step, []).append(effect)
    return found


def _effect(effect: "TracedEffect") -> str:
    answer = f"failed: {in_line(effect.failed)}" if effect.failed else _shown(effect.answer)
    if effect.state == "intended":
        answer = "begun; nobody knows whether it happened"
    if effect.state == "waiting":
        answer = "waits"
    arguments = effect.arguments if isinstance(effect.arguments, dict) else {}
    asked = _values(arguments)
    behind = f" ({asked})" if asked else ""
    return f"{effect.operation}{behind} -> {answer}"


def _values(values: "Mapping[str, Value]") -> str:
    return ", ".join(f"{in_line(name)} = {_shown(it)}" for name, it in values.items())


def _shown(value: "Value") -> str:
    from vesper.values.encoding import plain, to_json

    text = in_line(to_json(plain(value)))
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(row, widths)).rstrip()


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for text, width in zip(row, widths, strict=True):
        yield text + " " * (width - cells(text))


def _moment(text: str) -> str:
    return text[:19].replace("T", " ")
