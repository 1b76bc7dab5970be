"""From samples to a table: medians and 95th percentiles, ratios, and whether the targets are met."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.lsp.measure import KEYSTROKE, Record


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure of ours must not exceed: a share of the peer's, and a value of its own."""

    ratio: float | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Values are seconds, or bytes where the case is about memory."""

    case: str
    document: str
    ours: float
    peer: float
    samples: int
    target: Target | None

    @property
    def ratio(self) -> float:
        """Ours as a share of the peer's; not a number where neither finished."""
        return self.ours / self.peer if self.peer and not math.isinf(self.ours) else math.nan

    @property
    def is_met(self) -> bool | None:
        """Whether ours is within the target; None where there is none."""
        if self.target is None:
            return None
        within_ratio = self.target.ratio is None or self.ours <= self.peer * self.target.ratio
        within_value = self.target.value is None or self.ours <= self.target.value
        return within_ratio and within_value and not math.isinf(self.ours)


_TARGETS = {
    ("cold start to first diagnostics p50", "13 lines"): Target(ratio=1),
    ("first open to diagnostics p50", "10,000 lines"): Target(ratio=1),
    (f"{KEYSTROKE} p50", "1,000 lines"): Target(ratio=1 / 50),
    (f"{KEYSTROKE} p95", "1,000 lines"): Target(ratio=1 / 50),
    (f"{KEYSTROKE} p50", "10,000 lines"): Target(ratio=1 / 50),
    (f"{KEYSTROKE} p95", "10,000 lines"): Target(ratio=1 / 50, value=0.010),
    (f"{KEYSTROKE} p95", "50,000 lines"): Target(value=0.030),
    ("completion while typing p50", "10,000 lines"): Target(ratio=1 / 20),
    ("completion while typing p95", "10,000 lines"): Target(ratio=1 / 20),
    ("hover while typing p50", "10,000 lines"): Target(ratio=1 / 20),
    ("hover while typing p95", "10,000 lines"): Target(ratio=1 / 20),
    ("memory after open p50", "10,000 lines"): Target(ratio=1 / 2),
    ("memory after typing p50", "10,000 lines"): Target(ratio=1 / 2),
    ("200 keystrokes at once, next answer p50", "0.5 MB"): Target(value=0.6),
    ("200 keystrokes at once, right diagnostics p50", "0.5 MB"): Target(value=0.6),
}
_TAILS = {KEYSTROKE, "completion while typing", "hover while typing"}


def rows(record: Record, ours: str, peer: str, *, with_targets: bool = True) -> Iterator[Row]:
    """Every figure, by case and then by document; cases that are typed get a 95th percentile too."""
    targets = _TARGETS if with_targets else {}
    for (case, document), samples in record.samples.items():
        mine, theirs = samples.get(ours, []), samples.get(peer, [])
        if not mine or not theirs:
            continue
        for label, share in (("p50", 0.5), ("p95", 0.95)) if case in _TAILS else (("p50", 0.5),):
            yield Row(
                f"{case} {label}",
                document,
                percentile(mine, share),
                percentile(theirs, share),
                min(len(mine), len(theirs)),
                targets.get((f"{case} {label}", document)),
            )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(found: Sequence[Row], ours: str, peer: str) -> str:
    """The figures as a Markdown table."""
    head = ("case", "document", ours, peer, "ratio", "target", "met?", "samples")
    body = [
        (
            it.case,
            it.document,
            _value(it.ours, it.case),
            _value(it.peer, it.case),
            _ratio(it.ratio),
            _target(it),
            {True: "yes", False: "**no**", None: ""}[it.is_met],
            str(it.samples),
        )
        for it in sorted(found, key=_order)
    ]
    widths = [max(len(row[column]) for row in (head, *body)) for column in range(len(head))]
    lines = [_line(head, widths), _line(tuple("-" * it for it in widths), widths)]
    return "\n".join(lines + [_line(it, widths) for it in body])


def _order(row: Row) -> tuple[int, int]:
    first_words = ("cold", "first", "keystroke", "completion", "hover", "200", "memory")
    place = next(it for it, word in enumerate(first_words) if row.case.startswith(word))
    digits = "".join(it for it in row.document if it.isdigit())
    return place, 20_000 if row.document == "0.5 MB" else int(digits)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (
        "| " + " | ".join(it.ljust(width) for it, width in zip(cells, widths, strict=True)) + " |"
    )


def _value(value: float, case: str) -> str:
    if math.isinf(value):
        return "never"
    if case.startswith("memory"):
        return f"{value / 1e6:.0f} MB"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"


def _ratio(ratio: float) -> str:
    if math.isnan(ratio):
        return "?"
    if ratio == 0:
        return "0"
    return f"1/{1 / ratio:.3g}" if ratio < 1 else f"{ratio:.2f}"


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    parts: list[str] = []
    if row.target.ratio is not None:
        parts.append("1" if row.target.ratio == 1 else f"1/{1 / row.target.ratio:.0f}")
    if row.target.value is not None:
        parts.append(_value(row.target.value, row.case))
    return "≤ " + ", ".join(parts)
