"""The General Decimal Arithmetic cases, as expressions, on both engines."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runtime.notation import FAULT, both, value_of
from vesper.values.value import Value

FILES = sorted((Path(__file__).parents[1] / "vectors" / "decimals").glob("*.txt"))
BATCH = 150
"""How many cases are steps of one program."""
FORMS = {
    "add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "divide": "{} / {}",
    "remainder": "{} % {}",
    "divideint": "DIV({}, {})", "compare": "[{0} < {1}, {0} == {1}, {0} > {1}]", "minus": "-{}",
    "abs": "abs({})",
    "tointegral": "round({})", "quantize": "round({}, {})", "tosci": "to_decimal({})",
}  # fmt: skip
ORDERS = {"-1": [True, False, False], "0": [False, True, False], "1": [False, False, True]}
FEWEST = 12_000


def lines(path: Path) -> list[list[str]]:
    text = path.read_text(encoding="utf-8")
    return [line.split(" ") for line in text.splitlines() if not line.startswith("#")]


def operand(text: str) -> str:
    """A literal where the grammar has one for this decimal, else what reads it from a text."""
    is_literal = re.fullmatch(r"-?[0-9]+\.[0-9]+(E[-+]?[0-9]{1,2})?", text) and len(text) < 100
    return f"({text})" if is_literal else f"to_decimal('{text}')"


def written(operation: str, operands: list[str]) -> str:
    if operation == "tosci":
        said = operands[0].replace("\\", "\\\\").replace("'", "\\'")
        return f"to_decimal('{said}')"
    places = [operand(it) for it in operands]
    if operation == "quantize":
        exponent = Decimal(operands[1]).as_tuple().exponent
        assert isinstance(exponent, int)
        places[1] = str(-exponent)
    return FORMS[operation].format(*places)


def is_right(operation: str, result: str, found: Value) -> bool:
    if result.startswith("!"):
        return found == {FAULT: result[1:]}
    if operation == "compare":
        return found == ORDERS[result]
    return isinstance(found, Decimal) and str(found) == str(Decimal(result))


@pytest.mark.parametrize("path", FILES, ids=[it.stem for it in FILES])
def test_both_engines_give_every_digit_of_the_specification(path: Path):
    wrong: list[tuple[str, str, object]] = []
    cases = lines(path)
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        texts = [written(operation, given) for _, operation, *given, _ in batch]
        for case, text, found in zip(
            batch, texts, both([value_of(it) for it in texts]), strict=True
        ):
            if not is_right(case[1], case[-1], found):
                wrong.append((" ".join(case), text, found))
    assert wrong == []


def test_no_case_is_lost():
    assert sum(len(lines(it)) for it in FILES) >= FEWEST
