"""Contradictions that the public draft of the language holds, each as a small document of our own.

The comments in a document say what Vesper says about it; where there are none it says nothing.
"""

from pathlib import Path

import pytest

from tests.lang.marks import Mark, marks
from vesper.lang.check import check

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.vsp"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda it: it.stem)
def test_a_contradiction_gets_its_answer(path: Path):
    text = path.read_text(encoding="utf-8")
    found = [Mark(it.span.line, it.span.column, it.message) for it in check(text)]
    assert found == marks(text)


def test_all_eight_contradictions_are_there():
    assert len(FIXTURES) == 8
