"""Tests as people read them: a tick a line, and what is wrong with the document's line."""

import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TextIO

from vesper.cli.report import counted
from vesper.cli.terminal import cells, in_line, styled, visible

if TYPE_CHECKING:
    from vesper.execution.testing import Tested
    from vesper.execution.testing_matching import Difference
    from vesper.execution.testing_subject import Trouble, Verdict
    from vesper.values.value import Value

_WIDE: Final = 72
_SLOWEST: Final = 3
_SLOW: Final = 0.5
"""Seconds from which a test is worth a line of its own."""


def print_tested(tested: "Tested", name: str, *, brief: bool = False) -> None:
    """Print the tests of one node; `brief` leaves out those that passed."""
    out = sys.stdout
    passed = sum(it.passed for it in tested.verdicts)
    if brief and tested.passed:
        return
    count = f"{passed} of {len(tested.verdicts)}" if passed < len(tested.verdicts) else f"{passed}"
    print(
        f"{styled(in_line(name), 'bold', out)}  {in_line(tested.node_id)}  {styled(count, 'dim', out)}"
    )
    if tested.problem:
        print(f"  {mark(False, out)} cannot be run: {in_line(tested.problem)}")
    for it in tested.verdicts:
        if not (brief and it.passed):
            for line in _verdict(it, name, out):
                print(line)
    print()


def print_totals(tested: Sequence["Tested"], seconds: float, engines: Sequence[str]) -> None:
    """Say on stderr how it went as a whole, and what took longest."""
    verdicts = [(it, verdict) for it in tested for verdict in it.verdicts]
    failed = sum(not it.passed for _, it in verdicts) + sum(bool(it.problem) for it in tested)
    passed = len(verdicts) - sum(not it.passed for _, it in verdicts)
    if not verdicts and not failed:
        print("no tests found: they stand under `testing:` of a node", file=sys.stderr)
        return
    slow = sorted((it for it in verdicts if it[1].seconds >= _SLOW), key=lambda it: -it[1].seconds)
    for one, verdict in slow[:_SLOWEST]:
        note = f"  slow: {verdict.seconds:.1f} s  {one.node_id} {verdict.name}"
        print(styled(in_line(note), "dim", sys.stderr), file=sys.stderr)
    said = [f"{failed} failed"] if failed else []
    said.append(f"{passed} passed")
    shown = styled(", ".join(said), "bold red" if failed else "bold green", sys.stderr)
    files = counted(len({it.file for it in tested}), "file")
    rest = f"in {files}, {seconds:.1f} s, on {' and '.join(engines)}"
    print(f"{shown} {rest}", file=sys.stderr)


def shown_value(value: "Value") -> str:
    """A value on one line, as JSON."""
    from vesper.values.encoding import plain, to_json

    return visible(to_json(plain(value)))


def _verdict(verdict: "Verdict", name: str, out: TextIO) -> Iterator[str]:
    tried = f"{verdict.runs} inputs" if verdict.kind == "property" else ""
    notes = [
        it for it in (tried, f"{verdict.seconds:.1f} s" if verdict.seconds >= _SLOW else "") if it
    ]
    note = styled(f"  {', '.join(notes)}", "dim", out) if notes else ""
    yield f"  {mark(verdict.passed, out)} {in_line(verdict.name)}{note}"
    if not verdict.passed and verdict.description:
        yield styled(f"      {in_line(verdict.description)}", "dim", out)
    for trouble in verdict.troubles:
        yield from (f"      {it}" for it in _trouble(trouble, name, out))


def _trouble(trouble: "Trouble", name: str, out: TextIO) -> Iterator[str]:
    engine = styled(f" ({trouble.engine})", "dim", out) if trouble.engine else ""
    place = styled(f"{in_line(name)}:{trouble.line + 1}", "bold", out)
    yield f"{place}: {in_line(trouble.message)}{engine}"
    for it in trouble.differences:
        yield from (f"  {line}" for line in _difference(it, out))
    if trouble.inputs is not None:
        yield f"  with {_listed(trouble.inputs)}"
    error = trouble.envelope.error if trouble.envelope is not None else None
    step = error.details.get("step") if error is not None else None
    if isinstance(step, str) and step:
        yield f"  at step {in_line(step)}"
    violated = trouble.envelope.contracts.violated if trouble.envelope is not None else ()
    for breach in violated:
        values = f" with {_listed(breach.values)}" if breach.values else ""
        yield f"  {breach.kind} {in_line(breach.clause)} is {in_line(breach.reason)}{values}"


def _difference(it: "Difference", out: TextIO) -> Iterator[str]:
    expected = shown_value(it.expected)
    got = "nothing" if it.is_missing else shown_value(it.got)
    if cells(expected) <= _WIDE and cells(got) <= _WIDE:
        yield f"{in_line(it.path)}: expected {styled(expected, 'green', out)}"
        yield f"{' ' * cells(in_line(it.path))}       got {styled(got, 'red', out)}"
        return
    yield f"{in_line(it.path)}: {styled('- expected', 'green', out)} {styled('+ got', 'red', out)}"
    for line in difflib.ndiff(_lines(it.expected), [] if it.is_missing else _lines(it.got)):
        if not line.startswith("?"):
            style = {"-": "green", "+": "red"}.get(line[0], "dim")
            yield f"  {styled(visible(line), style, out)}"


def _lines(value: "Value") -> list[str]:
    from vesper.values.encoding import plain, to_json

    return to_json(plain(value), indent=True).splitlines()


def _listed(values: Mapping[str, "Value"]) -> str:
    return ", ".join(f"{in_line(name)} = {shown_value(it)}" for name, it in values.items())


def mark(passed: bool, out: TextIO) -> str:
    """A tick or a cross, in words where the stream cannot show them."""
    can = (out.encoding or "").lower().replace("-", "").startswith("utf")
    ticks = ("✓", "✗") if can else ("ok", "FAILED")
    return styled(ticks[0], "green", out) if passed else styled(ticks[1], "bold red", out)
