"""Cases of another language's conformance suite, in this language's syntax, on both engines."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.notation import FAULT, both, choice, value_of
from vesper.lang.program import Block
from vesper.lang.types import ANY
from vesper.values.compare import equal
from vesper.values.encoding import decoded

FILES = sorted((Path(__file__).parents[1] / "vectors" / "cel").glob("*.json"))
FEWEST = {
    "basic": 32,
    "comparisons": 185,
    "fields": 13,
    "integer_math": 38,
    "lists": 31,
    "logic": 30,
    "macros": 18,
}
"""How many cases a file has at least, so that none gets lost."""


def cases(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cases"]


def block(case: dict[str, Any]) -> Block:
    kinds = dict.fromkeys(case.get("names", ()), ANY)
    if "expr" in case:
        return value_of(case["expr"], kinds)
    return choice(case["when"], case["then"], case["otherwise"], kinds)


def found(case: dict[str, Any]) -> Any:
    names = {key: decoded(json.dumps(it)) for key, it in case.get("names", {}).items()}
    return both([block(case)], names)[0]


def is_right(case: dict[str, Any], value: Any) -> bool:
    if "fault" in case:
        code = value.get(FAULT) if isinstance(value, dict) else None
        return code is not None and case["fault"] in ("", code)
    expected = decoded(json.dumps(case["value"]))
    return type(value) is type(expected) and equal(value, expected)


@pytest.mark.parametrize("path", FILES, ids=[it.stem for it in FILES])
def test_both_engines_give_what_the_suite_says(path: Path):
    wrong = [
        (case["name"], case.get("expr"), found(case))
        for case in cases(path)
        if is_right(case, found(case)) is ("differs" in case)
    ]
    assert wrong == []
    assert len(cases(path)) >= FEWEST[path.stem]
