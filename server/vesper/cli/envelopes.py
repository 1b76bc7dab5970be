"""The result of a run as people read it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TextIO

from vesper.cli.terminal import cells, in_line, styled, visible
from vesper.cli.verdicts import mark, shown_value

if TYPE_CHECKING:
    from vesper.runtime.envelope import Envelope
    from vesper.values.value import Value

_WIDE: Final = 100
_SHOWN: Final = 20
_OWN: Final = (
    "step", "problems", "violated", "codes", "fault", "waits_for", "clause", "values", "guard",
)  # fmt: skip
"""Details that are told in words."""


def shown(envelope: "Envelope", out: TextIO) -> Iterator[str]:
    """The lines that tell a person how a run went."""
    error = envelope.error
    waits = error is not None and error.code == "waiting"
    sign = (
        styled("…" if waits else mark(error is None, out), "yellow", out)
        if waits
        else mark(error is None, out)
    )
    head = styled(in_line(envelope.node_id), "bold", out)
    state = "waits" if waits else "success" if error is None else f"error {error.code}"
    spent = styled(f"{_spent(envelope.duration_ms)}, {envelope.runtime}", "dim", out)
    yield f"{sign} {head}  {in_line(state)}  {spent}"
    if error is None:
        yield from _table(envelope.output or {})
    else:
        if error.message:
            yield f"  {visible(error.message)}"
        yield from _details(error.details)
    yield ""
    yield from _contracts(envelope, out)
    yield from _next(envelope, out)


def _details(details: Mapping[str, "Value"]) -> Iterator[str]:
    step, fault = details.get("step"), details.get("fault")
    if isinstance(step, str):
        yield f"  at step {in_line(step)}" + (f": {in_line(str(fault))}" if fault else "")
    guard, values = details.get("guard"), details.get("values")
    if isinstance(guard, str) and isinstance(values, dict):
        yield from _table(values)
    problems = details.get("problems")
    for it in problems if isinstance(problems, list) else ():
        if isinstance(it, dict):
            yield f"  {in_line(str(it.get('path')))}: {in_line(str(it.get('message')))}"
    yield from _table({name: it for name, it in details.items() if name not in _OWN})


def _table(values: Mapping[str, "Value"]) -> Iterator[str]:
    width = max((cells(in_line(it)) for it in values), default=0)
    for name, value in values.items():
        text = in_line(value) if isinstance(value, str) and value else shown_value(value)
        label = in_line(name)
        space = " " * (width - cells(label))
        if isinstance(value, list) and len(text) > _WIDE:
            yield f"  {label}{space}  {len(value)} items"
            yield from (f"    {_cut(shown_value(it))}" for it in value[:_SHOWN])
            if len(value) > _SHOWN:
                yield f"    and {len(value) - _SHOWN} more: `--json` shows all"
        else:
            yield f"  {label}{space}  {text}"


def _contracts(envelope: "Envelope", out: TextIO) -> Iterator[str]:
    contracts = envelope.contracts
    for it in contracts.violated:
        values = ", ".join(
            f"{in_line(name)} = {_cut(shown_value(value))}" for name, value in it.values.items()
        )
        why = "does not hold" if it.reason == "false" else f"has no value: {in_line(it.reason)}"
        behind = f" with {values}" if values else ""
        yield f"  {styled(it.kind, 'red', out)}  {in_line(it.clause)}  {why}{behind}"
    if contracts.checked:
        kept = contracts.checked - len(contracts.violated)
        said = (
            f"all {contracts.checked} hold"
            if not contracts.violated
            else f"{kept} of {contracts.checked} hold"
        )
        yield f"  contracts  {said}"
    for clause in contracts.unchecked:
        yield styled(f"  unchecked  {in_line(clause)}", "dim", out)


def _next(envelope: "Envelope", out: TextIO) -> Iterator[str]:
    trace, code = envelope.trace_id[:12], envelope.error.code if envelope.error else ""
    if not trace:
        return
    yield f"  trace      {envelope.trace_id}"
    if code in ("waiting", "effect_ambiguous"):
        yield styled(
            f"  next       `vesper resume {trace}` once what it waits for is there", "dim", out
        )
    else:
        yield styled(
            f"  next       `vesper replay {trace}` shows each step with its values", "dim", out
        )


def _spent(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."
