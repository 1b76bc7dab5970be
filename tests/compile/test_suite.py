"""The tests of a document as they are run: values by their declared types, several runs, properties."""

from decimal import Decimal

import pytest

from vesper.compile.suite import Assertion, Case, Property, Round, suite
from vesper.lang.check import Analysis

NODE = """\
node_id: pay_v1
inputs:
  code: string
  amount: decimal
  tags: array<string>
  when: timestamp
outputs:
  success: {total: decimal, code: string}
  error: {error_code: enum[no], message: string}
"""


def suite_of(testing: str):
    return suite(Analysis(NODE + testing).parts()[0])


def case_of(text: str) -> Case:
    (case,) = suite_of(f"testing:\n  test_cases:\n    - name: one\n{text}").cases
    return case


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{code: 1.40}", {"code": "1.40"}),
        ("{amount: 1.40}", {"amount": Decimal("1.40")}),
        ("{tags: [1, yes, null]}", {"tags": ["1", "yes", None]}),
        ("{when: 2026-11-26}", {"when": "2026-11-26"}),
        ("{other: [1, 1.5, true, x]}", {"other": [1, Decimal("1.5"), True, "x"]}),
        ("{code: }", {"code": None}),
    ],
)
def test_inputs_are_read_by_their_declared_types(written: str, value: dict[str, object]):
    (step,) = case_of(f"      inputs: {written}\n").steps
    assert isinstance(step, Round)
    assert step.inputs == value


def test_an_alias_stands_for_what_it_names_wherever_that_is():
    found = suite_of(
        "testing:\n  test_cases:\n"
        "    - name: one\n      inputs: &same {code: a, amount: 1}\n"
        "    - name: two\n      inputs: *same\n"
    )
    first, second = (it.steps[0] for it in found.cases)
    assert isinstance(first, Round)
    assert isinstance(second, Round)
    assert first.inputs == second.inputs == {"code": "a", "amount": 1}


def test_a_case_that_names_nothing_known_says_so_and_leaves_the_others_alone():
    found = suite_of(
        "testing:\n  test_cases:\n    - name: one\n      inputs: *nobody\n    - name: two\n"
        "      inputs: {code: a}\n"
    )
    assert [it.problem for it in found.cases] == ["nothing is called `&nobody`", ""]


def test_steps_are_runs_with_assertions_between_them():
    case = case_of(
        "      mocks: {find: []}\n"
        "      steps:\n"
        "        - execute_with: {code: a}\n"
        "        - execute_with: {code: b}\n"
        "          mocks: {find: [{id: 1}]}\n"
        '        - assert: "result1.total == result2.total"\n'
        "      expected_output: {total: 3}\n"
    )
    first, second, claim = case.steps
    assert first == Round({"code": "a"}, {"find": []})
    assert isinstance(second, Round)
    assert (second.mocks, second.expected) == ({"find": [{"id": 1}]}, {"total": 3})
    assert claim == Assertion("result1.total == result2.total", 17)


def test_lines_are_those_of_the_file():
    case = case_of("      inputs: {code: a}\n      expected_output:\n        total: 3\n")
    (step,) = case.steps
    assert isinstance(step, Round)
    assert (case.line, step.lines) == (11, {"total": 14})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('- "total >= 0"', Property("total >= 0", "total >= 0", 11)),
        ("- {property: idempotency, except: [code]}",
         Property("idempotency", "idempotency", 11, free=("code",))),
        ('- {name: never_less, property: "total >= amount", runs: 7, inputs: {amount: [1, 2.5], code: x}}',
         Property("never_less", "total >= amount", 11, 7, {"amount": [1, Decimal("2.5")], "code": ["x"]})),
        ("- {property: idempotency, mocks: {charge: {id: a}}}",
         Property("idempotency", "idempotency", 11, mocks={"charge": {"id": "a"}})),
    ],
)  # fmt: skip
def test_properties(written: str, told: Property):
    assert suite_of(f"testing:\n  property_tests:\n    {written}\n").properties == (told,)


def test_the_clause_idempotency_of_a_contract_is_tried_though_it_is_prose():
    clause = "contracts:\n  invariants:\n    - idempotency: same key => same id\n"
    (found,) = suite_of(clause).properties
    assert (found.statement, found.line, found.description) == (
        "idempotency",
        11,
        "same key => same id",
    )
    own = "testing:\n  property_tests: [{property: idempotency, runs: 3}]\n"
    assert [it.runs for it in suite_of(clause + own).properties] == [3]
