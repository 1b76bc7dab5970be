"""The examples of the repository: clean ones stay clean and show the whole language, and every mistake
in a broken one is found."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest

from tests.lang.broken_variants import VARIANTS, Variant
from tests.lang.marks import marked
from vesper.lang import ops
from vesper.lang.check import Analysis, Diagnostic, check
from vesper.lang.document import NODE, NODE_TYPES
from vesper.lang.fields import Choice
from vesper.lang.operation import operations
from vesper.project import Project
from vesper.workspace.files import document_kind
from vesper.workspace.index import Index

EXAMPLES = Path(__file__).parents[2] / "examples"
GOOD = sorted(it for it in EXAMPLES.iterdir() if document_kind(it))
BROKEN = sorted(it for it in (EXAMPLES / "broken").iterdir() if document_kind(it))
WORDS = "\n".join(it.read_text(encoding="utf-8") for it in GOOD)


@cache
def found_below(folder: Path) -> dict[str, list[Diagnostic]]:
    """The problems of each file of a folder, each beside the others."""
    files = [it for it in folder.iterdir() if document_kind(it)]
    return {it.path.name: it.found for it in Project(folder).check_files(files, processes=1)}


def found_in(path: Path) -> list[Diagnostic]:
    return found_below(path.parent)[path.name]


@cache
def workspace() -> Index:
    """The clean examples, as a workspace knows them."""
    index = Index()
    for path in GOOD:
        index.take(
            path.name, Analysis(path.read_text(encoding="utf-8"), document_kind(path) or "vsp")
        )
    index.is_complete = True
    return index


def mistakes(path: Path) -> Iterator[range]:
    """The lines of a broken twin that differ from its good one; what was taken out has none."""
    twin = path.read_text(encoding="utf-8").splitlines()
    good = (EXAMPLES / path.name).read_text(encoding="utf-8").splitlines()
    for tag, _, _, start, end in SequenceMatcher(None, good, twin, False).get_opcodes():
        if tag == "replace":
            yield range(start, end)


def shown(pattern: str) -> set[str]:
    """What the good examples have behind a key, or whatever else the pattern's group holds."""
    return set(re.findall(pattern, WORDS, re.MULTILINE))


@pytest.mark.parametrize("path", GOOD, ids=lambda it: it.name)
def test_an_example_has_no_problems(path: Path):
    assert [str(it) for it in found_in(path)] == []


def test_there_is_an_example_of_every_section_operation_transform_and_kind_of_node():
    ops.load()
    transforms = next(
        it.shape for it in operations()["data_transform"].fields if it.name == "transform"
    )
    assert isinstance(transforms, Choice)
    assert {it.name for it in NODE.fields} - shown(r"^([a-z_]+):") == set()
    assert operations().keys() - shown(r"operation: (\w+)") == set()
    assert transforms.values.keys() - shown(r"transform: (\w+)") == {"distinct"}
    assert NODE_TYPES.keys() - shown(r"^type: (\w+)") == {"payment_handler"}


def test_there_are_examples_of_success_and_of_error():
    for path in GOOD:
        text = path.read_text(encoding="utf-8")
        assert path.suffix != ".vsp" or "success: true" in text, path.name
        assert "error_code: enum[" not in text or "success: false, error_code:" in text, path.name


def test_every_declared_error_code_of_a_node_can_be_seen_in_it():
    for path in GOOD:
        text = path.read_text(encoding="utf-8")
        for words in re.findall(r"error_code: enum\[([^\]]+)\]", text):
            for word in words.split(", "):
                assert re.search(rf"(error_code|return_error): {word}$", text, re.MULTILINE), word


def test_every_example_has_a_broken_twin():
    assert [it.name for it in BROKEN] == [it.name for it in GOOD]


@pytest.mark.parametrize("path", BROKEN, ids=lambda it: it.name)
def test_every_mistake_of_a_broken_twin_is_found_where_it_is(path: Path):
    lines = {it.span.line for it in found_in(path)}
    places = list(mistakes(path))
    assert [it for it in places if not lines.intersection(it)] == []
    assert 3 <= len(places) <= 7


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda it: f"{it.code} in {it.example}")
def test_a_single_mistake_in_an_example_is_one_error_at_its_place(variant: Variant):
    file = f"{variant.example}.vsp"
    good = (EXAMPLES / file).read_text(encoding="utf-8")
    text = good.replace(variant.before, variant.after, 1)
    words, _ = marked(variant.place)
    assert text != good
    assert text.count(words) == 1, "`place` is not the only one of its kind"
    _, (expected,) = marked(text.replace(words, variant.place))
    (found,) = check(text, "vsp", workspace().around_for(file))
    assert (found.code, found.severity) == (variant.code, "error")
    assert found.span[:2] == expected.span[:2]
    line = text.split("\n")[found.span.line]
    shown = line[found.span.column : found.span.end_column]
    assert f"«{shown}»" in variant.place


def test_there_are_fifty_different_mistakes_in_many_examples():
    assert len(set(VARIANTS)) == 50
    assert len({it.code for it in VARIANTS}) >= 40
    assert len({it.example for it in VARIANTS}) >= 10
