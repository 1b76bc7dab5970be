"""Add a test case with values that the inputs accept."""

from collections.abc import Iterator
from functools import partial

from vesper.editing.entries import entries
from vesper.editing.refactoring import Offer, Place, end_of_text, section_lines
from vesper.editing.samples import sample_inputs
from vesper.lang.rule import Edit
from vesper.lang.scope import Facts
from vesper.lang.source import Span, content

_SECTIONS = frozenset({"node_id", "inputs", "outputs", "contracts", "testing"})


def offers(place: Place) -> Iterator[Offer]:
    """Where the node's id, its inputs, outputs, contracts or tests stand."""
    section = place.held.piece.chunk.section
    if section in _SECTIONS and place.facts.of("node") and not place.facts.is_broken:
        yield Offer("Add a test case", "refactor.rewrite", partial(_edits, place))


def case(facts: Facts) -> list[str]:
    """The lines of a test case, from its name on."""
    inputs = [f"  {name}: {value}" for name, value in sample_inputs(facts)]
    lines = [f"name: case_{_number(facts)}", *(["inputs:", *inputs] if inputs else [])]
    return [*lines, "expected_output:", "  success: true"]


def _number(facts: Facts) -> int:
    """One more than there are cases."""
    found = (
        slot.path
        for held in facts.held
        if held.piece.chunk.section == "testing"
        for slot in held.piece.walked.slots
        if slot.path[:2] == ("testing", "test_cases") and slot.path[3:] == ("name",)
    )
    return sum(1 for _ in found) + 1


def _edits(place: Place) -> list[Edit]:
    facts, lines = place.facts, place.analysis.text.lines
    rows = case(facts)
    section = section_lines(facts, "testing")
    if section is None:
        at, before = end_of_text(place.analysis, facts)
        return [Edit(at, f"{before}\ntesting:\n  test_cases:\n{_item(rows, 4)}\n")]
    last = max(_ends(facts), default=None)
    if last is not None:
        line = last[0]
        row = content(lines[line])
        return [Edit(Span(line, len(row), line, len(row)), f"\n{_item(rows, last[1])}")]
    for held in facts.held:
        for it in entries(held):
            if it.path == ("testing", "test_cases"):
                key = it.entry.key.span
                gap = Span(key.end_line, key.end_column + 1, *it.entry.value.span[2:])
                return [Edit(gap.moved(held.line), f"\n{_item(rows, key.column + 2)}")]
    at = section[0] + 1
    return [Edit(Span(at, 0, at, 0), f"  test_cases:\n{_item(rows, 4)}\n")]


def _ends(facts: Facts) -> Iterator[tuple[int, int]]:
    """The last line of each case, and the column of its dash."""
    for held in facts.held:
        for slot in held.piece.walked.slots:
            span = slot.node.span
            if slot.path[:2] == ("testing", "test_cases") and len(slot.path) == 3:
                row = held.piece.reading.lines[span.line]
                end = span.end_line - (span.end_column == 0)
                if row.lstrip().startswith("-"):
                    yield held.line + end, row.index("-")


def _item(rows: list[str], column: int) -> str:
    lead = " " * column
    return "\n".join([f"{lead}- {rows[0]}", *(f"{lead}  {it}" for it in rows[1:])])
