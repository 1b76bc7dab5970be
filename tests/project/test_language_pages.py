"""The pages about the language show what is so: their examples are checked like any document."""

import re
from pathlib import Path

import pytest

from tests.project.tree import ROOT
from vesper.lang.check import check

PAGES = ROOT / "docs" / "language"


def blocks(name: str) -> list[tuple[str, str]]:
    """Each YAML example of a page, with what is written behind the word `yaml`."""
    text = (PAGES / name).read_text(encoding="utf-8")
    return re.findall(r"^```yaml ?([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


PARTS = [text for info, text in blocks("README.md") if info == "part"]
CHOICES = [(info.removeprefix("says "), text) for info, text in blocks("choices.md")]


def test_the_pieces_of_the_introduction_are_one_document_without_problems():
    pieces = [text for info, text in blocks("README.md") if not info]
    assert len(pieces) >= 5
    assert check("\n".join(pieces)) == []


@pytest.mark.parametrize("text", PARTS, ids=lambda it: it.split(maxsplit=3)[1])
def test_a_part_of_a_document_lacks_the_other_parts_and_has_no_other_problem(text: str):
    assert {it.code for it in check(text)} <= {"VSP114", "VSP505", "VSP601"}


def test_the_roles_of_the_introduction_have_no_problems():
    (roles,) = [text for info, text in blocks("README.md") if info == "roles"]
    assert check(roles, "role") == []


@pytest.mark.parametrize(("said", "text"), CHOICES, ids=[it.split()[0] for it, _ in CHOICES])
def test_each_choice_is_what_the_checker_does(said: str, text: str):
    assert said in {f"{it.code} {it.message}" for it in check(text)}


@pytest.mark.parametrize(
    "text",
    [
        "inputs:\n  amount:\n",
        "metadata:\n  author:\n",
        "flow:\n- step: add\n  operation: compute\n  expression: '1'\n  output: total\n",
        "documentation: [\n  one\n]\n",
        "flow:\n  - step: mine\n    operation: custom.mine\n    whatever: 1\n",
    ],
)
def test_what_the_choices_call_fine_is_fine(text: str):
    assert [it for it in check(text) if it.code not in ("VSP113", "VSP114")] == []


def test_an_unknown_operation_is_one_finding():
    text = next(text for said, text in CHOICES if said.startswith("VSP501"))
    assert [it.code for it in check(text) if it.code != "VSP114"] == ["VSP501"]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda it: it.name)
def test_every_link_leads_to_a_file(page: Path):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links
    assert [it for it in links if not (page.parent / it).exists()] == []
