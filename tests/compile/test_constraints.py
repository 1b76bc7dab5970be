"""Constraints hold for what they are written on, in every notation and as deep as types go."""

from decimal import Decimal
from typing import Any

import pytest

from tests.compile.documents import DONE, program, run

CASES: list[tuple[str, str, list[Any], list[Any]]] = [
    # the type, the constraints, values that keep them, values that do not
    ("string", "non_empty", ["a"], [""]),
    ("array<string>", "non_empty", [["a"]], [[]]),
    ("decimal", "positive", ["0.01"], ["0", "-1"]),
    ("integer", "negative", [-1], [0]),
    ("integer", "non_negative", [0], [-1]),
    ("array<integer>", "unique", [[1, 2]], [[1, 1]]),
    ("integer", "{min: 2}", [2], [1]),
    ("integer", "{max: 2}", [2], [3]),
    ("integer", "{min: 2, max: 3}", [2, 3], [1, 4]),
    ("integer", "'min: 2'", [2], [1]),
    ("string", "{min_length: 2}", ["ab"], ["a"]),
    ("string", "{max_length: 2}", ["ab"], ["abc"]),
    ("string", "{pattern: '^a+$'}", ["aa"], ["ab", "aa\n"]),
    ("string", "{one_of: [a, b]}", ["a"], ["c"]),
    ("decimal", "{one_of: [1.0, 2]}", ["1.00", "2"], ["3"]),
    ("integer", "{multiple_of: 3}", [9, 0, -3], [8]),
    ("decimal", "{scale: 2}", ["1.25", "1.250"], ["1.255"]),
    ("decimal", "{precision: 3}", ["1.25", "-0.05", "123"], ["12.345", "1234"]),
    ("string", "{non_empty: true}", ["a"], [""]),
    ("string", "{non_empty: false}", ["a", ""], []),
    ("integer", "'>= 2'", [2], [1]),
    ("integer", "'IN [1, 2]'", [2], [3]),
    ("string", "\"MATCHES '^a'\"", ["ab"], ["b"]),
    ("integer", "'value > 1 AND value < 9'", [2], [1, 9]),
    ("integer", "'x > 1'", [2], [1]),
    ("integer?", "positive", [1, None], [0]),
    ("duration", "\"value >= duration('7d')\"", ["8d"], ["1d"]),
]


def breached(given: Any, spec: str, **sections: str) -> list[str]:
    found = run(DONE, {"x": given}, inputs=f"x: {spec}", **sections)
    if found.error is None:
        return []
    assert found.error["code"] == "precondition_violated", found.error
    return [it.clause for it in found.violated]


@pytest.mark.parametrize(("kind", "constraint", "kept", "broken"), CASES)
def test_each_notation_demands_what_it_says(
    kind: str, constraint: str, kept: list[Any], broken: list[Any]
):
    for spec in (f"[{constraint}]", constraint):
        whole = f"{{type: {kind}, constraints: {spec}}}"
        assert [it for it in kept if breached(it, whole)] == []
        assert [it for it in broken if not breached(it, whole)] == []


def test_constraints_may_stand_beside_the_type():
    assert breached("ab", "{type: string, max_length: 1, pattern: '^b'}") == [
        "x: max_length: 1",
        "x: pattern: ^b",
    ]


TYPES = """
Money: {base: decimal, constraints: [positive, {scale: 2}]}
Line:
  fields:
    price: Money
    count: {type: integer, constraints: [{min: 1}]}
    note: {type: string, required: false, constraints: [non_empty]}
  constraints: ['count * price < 100']
"""


@pytest.mark.parametrize(
    ("spec", "given", "expected"),
    [
        ("Money", "1.50", []),
        ("Money", "-1.505", ["x: positive", "x: scale: 2"]),
        ("array<Money>", ["1", "0"], ["x[]: positive"]),
        ("map<string, Money>", {"a": "1", "b": "0"}, ["x[]: positive"]),
        ("Line", {"price": "2", "count": 3}, []),
        ("Line", {"price": "2", "count": 0}, ["x.count: min: 1"]),
        ("Line", {"price": "0", "count": 1}, ["x.price: positive"]),
        ("Line", {"price": "2", "count": 1, "note": ""}, ["x.note: non_empty"]),
        ("array<Line>", [{"price": "50", "count": 3}], ["x[]: count * price < 100"]),
        ("Line?", None, []),
        ("{type: array, fields: {n: {type: integer, min: 1}}}", [{"n": 0}], ["x[].n: min: 1"]),
    ],
)
def test_types_bring_their_constraints_wherever_they_are_used(
    spec: str, given: Any, expected: list[str]
):
    assert breached(given, spec, types=TYPES) == expected


def test_the_value_that_breaks_a_constraint_is_told():
    found = run(DONE, {"x": 3}, inputs="x: {type: integer, max: 2}")
    assert dict(found.violated[0].values) == {"x": 3}


def test_constraints_of_outputs_are_promises_about_the_answer():
    outputs = (
        "success: {result: {type: integer, max: 2}}\nerror: {error_code: string, message: string}"
    )
    flow = "- step: it\n  operation: compute\n  expression: 'a'\n  output: result"
    assert run(flow, {"a": 2}, outputs=outputs).error is None
    found = run(flow, {"a": 3}, outputs=outputs)
    assert found.error is not None
    assert found.error["code"] == "postcondition_violated"
    assert [(it.kind, it.clause) for it in found.violated] == [("postcondition", "result: max: 2")]


def test_a_field_of_a_record_that_nobody_gives_is_its_default():
    types = "Line: {fields: {n: {type: integer, default: 5}}}"
    flow = "- step: it\n  operation: compute\n  expression: 'x.n'\n  output: result"
    assert run(flow, {"x": {}}, inputs="x: Line", types=types).output == {"result": 5}


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("decimal", "1.50", Decimal("1.50")),
        ("decimal", "2", Decimal(2)),
        ("string", "12", "12"),
        ("integer?", "null", None),
        ("array<decimal>", "[1, 2.5]", [Decimal(1), Decimal("2.5")]),
    ],
)
def test_a_default_is_of_the_declared_type(kind: str, written: str, expected: Any):
    found = program(DONE, inputs=f"x: {{type: {kind}, default: {written}}}").inputs[0]
    assert (found.required, found.default) == (False, expected)
    assert type(found.default) is type(expected)
