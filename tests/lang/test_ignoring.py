"""Comments that silence findings: all of a line or some codes, and what happens when there are none."""

import pytest

from vesper.lang.check import Analysis, check
from vesper.lang.source import Span

LINE = "type: fucntion"
TWICE = "metadata: {tags: [a, a], created: never}"


def codes(text: str) -> list[str]:
    return [it.code for it in check(text) if it.code != "VSP114"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{LINE}\n", ["VSP116"]),
        (f"{LINE}  # vesper: ignore VSP116\n", []),
        (f"{LINE}  # vesper: ignore\n", []),
        (f"# vesper: ignore VSP116\n{LINE}\n", []),
        (f"{TWICE}\n", ["VSP127", "VSP123"]),
        (f"{TWICE}  # vesper: ignore VSP127, VSP123\n", []),
        (f"{TWICE}  # vesper: ignore VSP127 VSP123\n", []),
        (f"{TWICE}  # vesper: ignore VSP127\n", ["VSP123"]),
        (f"{LINE}  # vesper: ignore VSP501\n", ["VSP116", "VSP129"]),
        (f"{LINE}  # vesper: ignore VSP116, VSP501\n", ["VSP129"]),
        ("intent: Greet a guest\ntype: function  # vesper: ignore\n", ["VSP129"]),
        ("# vesper: ignore\n\ntype: function\n", ["VSP129"]),
    ],
)
def test_a_comment_silences_what_it_names_and_no_more(text: str, left: list[str]):
    assert codes(text) == left


@pytest.mark.parametrize(
    "text", ["type: function  # vesper: ignore\n", "# vesper: ignore\ntype: function\n"]
)
def test_the_fix_takes_out_the_comment_alone(text: str):
    above = "intent: Greet a guest\n"
    analysis = Analysis(above + text)
    (found,) = (it for it in analysis.diagnostics() if it.code == "VSP129")
    assert found.fix is not None
    for edit in found.fix.edits:
        analysis.edit(edit.span, edit.text)
    assert str(analysis.text) == f"{above}type: function\n"


def test_a_comment_becomes_useless_when_its_problem_is_mended():
    analysis = Analysis(f"{LINE}  # vesper: ignore VSP116\n")
    assert "VSP129" not in [it.code for it in analysis.diagnostics()]
    analysis.edit(Span(0, 6, 0, 14), "function")
    assert "VSP129" in [it.code for it in analysis.diagnostics()]
