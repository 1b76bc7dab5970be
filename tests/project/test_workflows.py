"""What CI, the README and the guides call exists in the Makefile."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.project.tree import ROOT

TARGETS = frozenset(
    re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_makefile_has_the_targets_a_newcomer_needs() -> None:
    assert {"demo", "test", "lint", "format", "bench", "lock", "clean", "help"} <= TARGETS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda it: it.name)
def test_workflows_only_call_make_targets_that_exist(workflow: Path) -> None:
    called = [target for line in commands(workflow) for target in made(line)]
    assert called
    assert set(called) <= TARGETS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda it: it.name)
def test_actions_are_pinned_by_a_version_tag(workflow: Path) -> None:
    used = [it["uses"] for it in steps(workflow) if "uses" in it]
    assert used
    assert [it for it in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+(\.\d+)*", it)] == []


@pytest.mark.parametrize("name", [".ci/run", "README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_pages_and_scripts_only_name_make_targets_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    called = re.findall(r"(?:^ *|`)make ([a-z][a-z-]*)", text, re.MULTILINE)
    assert set(called) <= TARGETS


def steps(workflow: Path) -> Iterator[dict[str, str]]:
    """Every step of every job."""
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        yield from job["steps"]


def commands(workflow: Path) -> Iterator[str]:
    """Every line of shell that the workflow runs."""
    for step in steps(workflow):
        yield from step.get("run", "").splitlines()


def made(line: str) -> list[str]:
    """The targets of a `make` command; none for other commands."""
    words = line.split()
    return [it for it in words[1:] if "=" not in it] if words[:1] == ["make"] else []
