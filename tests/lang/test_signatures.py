"""The call around the cursor: the text of an expression, and which parameter is active."""

import pytest

from vesper.lang.check import Analysis
from vesper.lang.signatures import signature_at

CASES = [
    ('expression: "round(^', "round", "number: decimal"),
    ('expression: "round(price, ^', "round", "digits?: integer"),
    ('expression: "round(price, 2, ^', "round", "digits?: integer"),
    ('expression: "replace(lower(name), ^', "replace", "old: string"),
    ('expression: "replace(lower(^', "lower", "text: string"),
    ('expression: "replace(lower(name^), \'a\')"', "lower", "text: string"),
    ('expression: "min((1 + ^', "min", "a: any"),
    ('expression: "min([1, 2, ^', "min", "a: any"),
    ('expression: "min([1, 2], ^', "min", "b?: any"),
    ('expression: "join(names, \', ^', "join", "separator: string"),
    ('expression: "current_year(^', "current_year", ""),
    ('template: "Hello {upper(^', "upper", "text: string"),
    ("template: |\n      Hello {upper(^", "upper", "text: string"),
    ('guards: ["len(^', "len", "value: any"),
    ("expression: round(^", "round", "number: decimal"),
    ('expression: "round(1)^', "", ""),
    ('expression: "unknown(^', "", ""),
    ('description: "round(^', "", ""),
    ("# round(^", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "name", "parameter"), CASES)
def test_the_innermost_call_and_its_argument_are_found(typed: str, name: str, parameter: str):
    operation = "string_template" if "template" in typed else "compute"
    marked = f"flow:\n  - step: x\n    operation: {operation}\n    {typed}\n    output: y\n"
    at = marked.index("^")
    line, column = marked[:at].count("\n"), at - marked[:at].rfind("\n") - 1
    found = signature_at(Analysis(marked.replace("^", "", 1)), line, column)
    if not name:
        assert found is None
        return
    assert found is not None
    assert found.function.name == name
    active = [found.label[start:end] for start, end in found.parameters][found.active :][:1]
    assert active == ([parameter] if parameter else [])
