"""The examples of the repository pass their own tests, on every engine."""

from pathlib import Path

import pytest

from vesper.execution.engines import ENGINES, engine
from vesper.execution.testing import run_file
from vesper.project import Project

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECT = Project(EXAMPLES)


@pytest.mark.parametrize("file", sorted(it.name for it in EXAMPLES.glob("*.vsp")))
def test_an_example_passes_its_tests(file: str):
    tested = list(run_file(PROJECT.nodes, file, [engine(it) for it in ENGINES]))
    assert tested
    wrong = [
        (it.node_id, verdict.name, [trouble.message for trouble in verdict.troubles])
        for it in tested
        for verdict in it.verdicts
        if not verdict.passed
    ]
    assert (wrong, [it.problem for it in tested if it.problem]) == ([], [])
