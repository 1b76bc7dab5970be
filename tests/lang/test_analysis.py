"""Kept-current equals fresh: what an editor's history was never shows in the diagnostics."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesper.editing.outline import outline
from vesper.lang import chunks
from vesper.lang.check import Analysis, check
from vesper.lang.document import SECTIONS
from vesper.lang.source import Span, Text

DOCUMENT = (Path(__file__).parent / "payment.vsp").read_text(encoding="utf-8")
CASES = "".join(
    f"    - name: case_{it}\n      inputs: {{amount: {it}}}\n      expected_output: {{success: true}}\n"
    for it in range(30)
)
CLAUSES = "".join(f'    - "amount > {it}"\n' for it in range(30))
NESTED = f"""\
node_id: sum_v1
inputs:
  amount: integer
contracts:
  preconditions:
{CLAUSES}  postconditions:
{CLAUSES}testing:
  test_cases:
{CASES}  property_tests: []
"""
"""Sections whose keys hold long lists, so that they are cut twice."""
STRAYS = "".join(f"x-{it % 7}: {it}\nstray_{it}: [{it}]\n" for it in range(20)) + NESTED
"""Short keys that nobody knows, which are read in runs."""
TWO = f"{NESTED}---\n{DOCUMENT}"

SNIPPETS = [
    "", " ", "  ", "\n", "\r\n", "\r", "-", "- ", ":", ": ", "'", '"', "[", "]", "{", "}", "#", "|",
    "\t", "a", "flow:", "\nflow:\n", "outputs", "\n---\n", "  - step: x\n", "foo: bar\n", "&a", "*a",
    "é", "😀", "\u2028", "\x85", "\x0c", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "amount", "x-y: 1\n",
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[int, int, int, int, str]]:
    place = st.integers(0, 130)
    return draw(
        st.lists(
            st.tuples(place, st.integers(0, 40), st.integers(0, 3), st.integers(0, 30),
                      st.sampled_from(SNIPPETS)),
            max_size=6,
        )
    )  # fmt: skip


def assert_fresh(analysis: Analysis) -> None:
    """What was kept through edits is what reading the text anew gives."""
    fresh = chunks.cut(analysis.text.lines, SECTIONS)
    kept = [it for block in analysis._blocks for it in block.chunks]
    assert kept == [it for block in fresh for it in block.chunks]
    text = str(analysis.text)
    assert analysis.diagnostics() == check(text)
    assert outline(analysis) == outline(Analysis(text))


@pytest.mark.parametrize(
    "document", [DOCUMENT, NESTED, TWO, STRAYS], ids=["payment", "nested", "two", "strays"]
)
@settings(max_examples=40, deadline=None)
@given(edits())
def test_after_any_edits_chunks_and_diagnostics_equal_those_of_a_fresh_text(
    document: str, changes: list[tuple[int, int, int, int, str]]
):
    analysis = Analysis(document)
    analysis.diagnostics()
    for line, column, more, end, text in changes:
        analysis.edit(Span(line, column, line + more, end), text)
        assert_fresh(analysis)


@settings(max_examples=30, deadline=None)
@given(edits())
def test_edits_that_are_analysed_together_equal_a_fresh_text(
    changes: list[tuple[int, int, int, int, str]],
):
    analysis = Analysis(NESTED)
    analysis.diagnostics()
    for line, column, more, end, text in changes:
        analysis.edit(Span(line, column, line + more, end), text)
    assert_fresh(analysis)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_ten_thousand_random_edits_leave_nothing_behind():
    chance = random.Random(7)
    analysis = Analysis(DOCUMENT)
    for number in range(10_000):
        analysis.diagnostics()
        lines = len(analysis.text.lines)
        line = chance.randrange(lines)
        column = chance.randrange(len(analysis.text.lines[line]) + 1)
        more = chance.choice([0, 0, 0, 0, 1, 2])
        span = Span(line, column, line + more, column + chance.choice([0, 0, 1, 5]))
        analysis.edit(span, chance.choice(SNIPPETS))
        if number % 50 == 0:
            assert analysis.diagnostics() == check(str(analysis.text))
        if lines > 400 or number % 500 == 499:
            analysis.replace(chance.choice([DOCUMENT, NESTED, TWO, STRAYS]))


def test_an_edit_and_its_undo_give_the_first_diagnostics_again():
    analysis = Analysis(DOCUMENT)
    first = analysis.diagnostics()
    for line in range(len(analysis.text.lines)):
        analysis.edit(Span(line, 0, line, 0), "x")
        analysis.diagnostics()
        analysis.edit(Span(line, 0, line, 1), "")
        assert analysis.diagnostics() == first


@given(
    st.text(alphabet=st.sampled_from("ab: -\n\r\t'\"[]{}#&*!|>%@é\u2028\x00\ud800"), max_size=200)
)
@settings(max_examples=200, deadline=None)
def test_reading_never_raises(text: str):
    check(text)
    check(text, "role")


@given(
    st.text(alphabet=st.sampled_from("ab\n\r\u2028é😀"), max_size=40),
    st.tuples(*[st.integers(0, 12)] * 4),
    st.text(alphabet=st.sampled_from("xy\n\r"), max_size=6),
)
def test_an_edit_by_lines_equals_the_edit_of_the_whole_text(
    text: str, place: tuple[int, int, int, int], new: str
):
    edited = Text(text)
    line, column, end_line, end_column = place
    starts = [0]
    for it in edited.lines:
        starts.append(starts[-1] + len(it))

    def offset(line: int, column: int) -> int:
        if line >= len(edited.lines):
            return len(text)
        return starts[line] + min(column, len(edited.lines[line].rstrip("\r\n")))

    start, end = sorted((offset(line, column), offset(end_line, end_column)))
    expected = text[:start] + new + text[end:]
    edited.replace(Span(line, column, end_line, end_column), new)
    assert str(edited) == expected
    assert edited.lines == Text(expected).lines


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("testing:\n  test_cases:\n", "    - name: case_{0}\n      nonsense: {0}\n"),
        ("contracts:\n  preconditions:\n", '    - "{0} = {0}"\n'),
        ("contracts:\n  preconditions:\n", '  - "{0} = {0}"\n'),
        ("outputs:\n  success:\n", "    field_{0}: flaot\n"),
        ("flow:\n", "- step: s{0}\n  operation: nothing_known\n"),
        ("flow:\n", "    - step: s{0}\n      operation: nothing_known\n"),
        ("inputs:\n", "  field_{0}:\n    type: flaot\n"),
    ],
)
def test_a_long_section_is_checked_as_a_short_one_is(head: str, item: str):
    short = check(head + item.format(1) + item.format(2))
    long = check(head + "".join(item.format(it) for it in range(1, 60)))
    codes = {it.code for it in short if it.code != "VSP114"}
    assert codes
    assert {it.code for it in long if it.code != "VSP114"} == codes
    of_each = [it for it in short if it.code in codes]
    assert len([it for it in long if it.code in codes]) == len(of_each) // 2 * 59


def test_the_items_of_a_key_in_a_long_section_are_read_apart_from_one_another():
    cut = [it for block in chunks.cut(Text(NESTED).lines, SECTIONS) for it in block.chunks]
    assert [it.lines for it in cut if it.inner == "test_cases" and it.kind == "item"] == [3] * 30
    clauses = [it.lines for it in cut if it.inner.endswith("conditions") and it.kind == "item"]
    assert sum(clauses) == 60
    assert max(clauses) < 30
    names = [it.name for it in outline(Analysis(NESTED))[-1].children]
    assert names == ["test_cases", "property_tests"]


def test_a_section_of_one_long_item_is_checked_inside():
    step = "  - step: all\n    operation: parallel\n    branches:\n"
    branch = "      b{0}:\n        - step: s{0}\n          operation: nothing_known\n"
    found = check("flow:\n" + step + "".join(branch.format(it) for it in range(30)))
    assert [it.code for it in found if it.code == "VSP501"] == ["VSP501"] * 30
