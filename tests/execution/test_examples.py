"""The examples of the repository pass their own tests, on every engine and as files of their own."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.requirements import requirement
from vesper.compile.python_file import file_of
from vesper.execution.engines import ENGINES, engine
from vesper.execution.testing import run_file
from vesper.lang.program import Program
from vesper.project import Project
from vesper.runtime.request import Running

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECT = Project(EXAMPLES)


class Written:
    """An engine that runs what `vesper compile` writes."""

    name = "written"

    def begin(
        self, program: Program, inputs: Mapping[str, Any], site: str = "", _watcher: object = None
    ) -> Running:
        names: dict[str, Any] = {"__name__": "generated"}
        exec(compile(file_of(program), "generated", "exec"), names)
        return _running(names["run"](inputs, site))


def _running(found: Any) -> Running:
    """A pure node ends at once."""
    return (yield from found) if isinstance(found, Generator) else found


@requirement("F6")
@pytest.mark.parametrize("file", sorted(it.name for it in EXAMPLES.glob("*.vsp")))
def test_an_example_passes_its_tests(file: str):
    tested = list(run_file(PROJECT.nodes, file, [*(engine(it) for it in ENGINES), Written()]))
    assert tested
    wrong = [
        (it.node_id, verdict.name, [trouble.message for trouble in verdict.troubles])
        for it in tested
        for verdict in it.verdicts
        if not verdict.passed
    ]
    assert (wrong, [it.problem for it in tested if it.problem]) == ([], [])
