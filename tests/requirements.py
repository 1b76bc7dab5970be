"""What the product owes, and the decorator that ties a test to it.

The table is `tests/requirements.toml`. `tests/test_requirements.py` holds table and tests together.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Requirement:
    """One feature: `check` says what a test must show before the feature counts as present."""

    id: str
    source: str
    tier: str
    behaviour: str
    check: str
    deferred: str | None


@dataclass(frozen=True, slots=True)
class Tie:
    """A test that claims to show a requirement in full."""

    id: str
    test: str


def read(text: str) -> dict[str, Requirement]:
    """The requirements of a table, by id; an id's letter names its source."""
    table = tomllib.loads(text)
    return {
        name: Requirement(
            id=name,
            source=table["sources"][name[0]],
            tier=row["tier"],
            behaviour=row["behaviour"],
            check=row["check"],
            deferred=row.get("deferred"),
        )
        for name, row in table["requirements"].items()
    }


REQUIREMENTS: Mapping[str, Requirement] = read(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)


def requirement(*ids: str) -> Callable[[Test], Test]:
    """Tie a test to the requirements whose checks it shows literally and in full."""
    unknown = sorted(set(ids) - REQUIREMENTS.keys())
    if unknown or not ids:
        raise ValueError(f"no such requirement: {', '.join(unknown) or '(none given)'}")

    def tie(test: Test) -> Test:
        if not test.__name__.startswith("test_"):
            raise ValueError(f"{test.__name__} is no test, so it shows no requirement")
        return test

    return tie


def ties(source: str, where: str) -> list[Tie]:
    """The ties written in one test file.

    Read from the source, not from imported modules: a run of one file, or of one worker among
    several, sees the same ties as a whole run.
    """
    return [
        Tie(id_, f"{where}::{node.name}")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in node.decorator_list
        for id_ in _ids(mark)
    ]


def faults(requirements: Iterable[Requirement], ties: Sequence[Tie]) -> list[str]:
    """Where table and tests disagree, a sentence for each."""
    tests: defaultdict[str, list[str]] = defaultdict(list)
    for tie in ties:
        tests[tie.id].append(tie.test)
    found: list[str] = []
    for it in requirements:
        shown = tests.pop(it.id, [])
        if it.deferred is None and not shown:
            found.append(f"{it.id} is not deferred and has no test: {it.check}")
        elif it.deferred is not None and shown:
            found.append(f"{it.id} is deferred ({it.deferred}) but shown by {', '.join(shown)}")
    found.extend(f"{id_} of {', '.join(shown)} is unknown" for id_, shown in tests.items())
    return found


def _ids(mark: ast.expr) -> list[str]:
    if not isinstance(mark, ast.Call) or not ast.unparse(mark.func).endswith("requirement"):
        return []
    return [ast.literal_eval(it) for it in mark.args]
