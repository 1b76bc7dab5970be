"""The table of requirements and the tests that show them agree, in both directions."""

import re
from pathlib import Path

import pytest

from tests.requirements import REQUIREMENTS, Requirement, Tie, faults, requirement, ties

TESTS = Path(__file__).parent

DUE = Requirement("V1", "a source", "C", "layers", "a broken layer fails", None)
LATER = Requirement(
    "V2", "a source", "C", "contexts", "three packages", "later issue: architecture"
)


def test_every_due_requirement_has_a_test_and_no_deferred_one_does() -> None:
    written = [
        tie
        for path in sorted(TESTS.rglob("test_*.py"))
        for tie in ties(path.read_text(encoding="utf-8"), path.relative_to(TESTS).as_posix())
    ]
    assert faults(REQUIREMENTS.values(), written) == []


@pytest.mark.parametrize(
    ("tied", "fault"),
    [
        ([Tie("V1", "test_a.py::test_a")], None),
        ([], "V1 is not deferred and has no test"),
        ([Tie("V1", "test_a.py::test_a"), Tie("V2", "test_b.py::test_b")], "V2 is deferred"),
        ([Tie("V1", "test_a.py::test_a"), Tie("V3", "test_c.py::test_c")], "V3 .* is unknown"),
    ],
)
def test_a_disagreement_is_named(tied: list[Tie], fault: str | None) -> None:
    found = faults([DUE, LATER], tied)
    assert len(found) == (0 if fault is None else 1)
    assert fault is None or re.match(fault, found[0])


def test_ties_are_read_from_source() -> None:
    source = """
from tests.requirements import requirement

@requirement("V1", "A3")
@pytest.mark.e2e
async def test_one(): ...

class TestTwo:
    @requirement("F4")
    def test_inside(self): ...

@pytest.mark.parametrize("id", ["V2"])
def test_other(id): ...
"""
    assert ties(source, "t.py") == [
        Tie("V1", "t.py::test_one"),
        Tie("A3", "t.py::test_one"),
        Tie("F4", "t.py::test_inside"),
    ]


@pytest.mark.parametrize("ids", [("V0",), ("V1", "Z9"), ()])
def test_an_unknown_id_stops_the_import(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no such requirement"):
        requirement(*ids)


def test_only_a_test_can_be_tied() -> None:
    def helper() -> None: ...

    with pytest.raises(ValueError, match="helper is no test"):
        requirement("V1")(helper)


def test_ids_count_up_without_gaps_and_name_a_source() -> None:
    seen: dict[str, int] = {}
    for id_ in REQUIREMENTS:
        letter, number = id_[0], int(id_[1:])
        assert number == seen.get(letter, 0) + 1, id_
        seen[letter] = number
    assert seen == {"V": 96, "A": 106, "F": 72, "O": 54, "S": 88}


def test_each_requirement_says_what_it_is_and_why_it_waits() -> None:
    for it in REQUIREMENTS.values():
        assert it.behaviour, it.id
        assert it.check, it.id
        assert it.deferred is None or it.deferred.startswith("later issue: "), it.id
