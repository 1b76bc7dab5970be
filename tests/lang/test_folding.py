"""What an expression without names always gives, against rewritten cases of another language's tests."""

from decimal import Decimal
from pathlib import Path

import pytest

from vesper.lang.folding import OPEN, folded
from vesper.lang.grammar import parse
from vesper.lang.infer import Inference
from vesper.lang.types import shown

VECTORS = Path(__file__).parents[1] / "vectors" / "constants.txt"
CASES = [
    line.split(" ; ")
    for line in VECTORS.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def told(value: object) -> str:
    if value is OPEN:
        return "open"
    return str(value).lower() if isinstance(value, bool | int | Decimal) else repr(value)


@pytest.mark.parametrize(("text", "kind", "value"), CASES, ids=[it[0] for it in CASES])
def test_a_constant_has_its_type_and_value(text: str, kind: str, value: str):
    tree = parse(text).tree
    assert tree is not None
    assert shown(Inference(lambda _: None, {}).type_of(tree)) == kind
    assert told(folded(tree)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a == a", "true"), ("a.b != a.b", "false"), ("a < a", "false"), ("a <= a", "open"),
        ("f() == f()", "open"), ("a OR true", "true"), ("false AND a", "false"), ("a AND true", "open"),
        ("false => a", "true"), ("a == b", "open"),
    ],
)  # fmt: skip
def test_names_leave_open_what_depends_on_them(text: str, value: str):
    tree = parse(text).tree
    assert tree is not None
    assert told(folded(tree)) == value
