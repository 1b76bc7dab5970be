"""The examples of the repository: clean ones stay clean, broken ones say what they always said."""

from pathlib import Path

import pytest

from vesper.lang.check import check
from vesper.workspace.files import document_kind

EXAMPLES = Path(__file__).parents[2] / "examples"
GOOD = sorted(it for it in EXAMPLES.iterdir() if document_kind(it))
BROKEN = sorted(it for it in (EXAMPLES / "broken").iterdir() if document_kind(it))


def said(path: Path) -> str:
    found = check(path.read_text(encoding="utf-8"), document_kind(path) or "vsp")
    return "".join(
        f"{path.name}:{it.span.line + 1}:{it.span.column + 1}: {it.severity}: {it.message} {it.code}\n"
        for it in found
    )


@pytest.mark.parametrize("path", GOOD, ids=lambda it: it.name)
def test_an_example_has_no_problems(path: Path):
    assert said(path) == ""


def test_every_example_has_a_broken_twin():
    assert [it.name for it in BROKEN] == [it.name for it in GOOD]


def test_the_broken_twins_say_what_is_written_beside_them():
    expected = (EXAMPLES / "broken" / "expected.txt").read_text(encoding="utf-8")
    assert "".join(said(it) for it in BROKEN) == expected
