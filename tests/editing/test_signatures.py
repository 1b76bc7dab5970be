"""The call around the cursor: the text of an expression, and which parameter is active."""

import pytest

from vesper.editing.signatures import signature_at
from vesper.lang.check import Analysis

CASES = [
    ('expression: "round(^', "round", "number"),
    ('expression: "round(price, ^', "round", "digits?"),
    ('expression: "round(price, 2, ^', "round", "digits?"),
    ('expression: "replace(lower(name), ^', "replace", "old"),
    ('expression: "replace(lower(^', "lower", "text"),
    ('expression: "replace(lower(name^), \'a\')"', "lower", "text"),
    ('expression: "min((1 + ^', "min", "a"),
    ('expression: "min([1, 2, ^', "min", "a"),
    ('expression: "min([1, 2], ^', "min", "b?"),
    ('expression: "join(names, \', ^', "join", "separator"),
    ('expression: "current_year(^', "current_year", ""),
    ('template: "Hello {upper(^', "upper", "text"),
    ("template: |\n      Hello {upper(^", "upper", "text"),
    ('guards: ["len(^', "len", "value"),
    ("expression: round(^", "round", "number"),
    ('expression: "min(1, 2, 3, ^', "min", "b?"),
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
    places = [found.label[start:end].split(":")[0] for start, end in found.parameters]
    active = places[found.active :][:1]
    assert active == ([parameter] if parameter else [])
