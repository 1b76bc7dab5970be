"""Clauses of contracts: what is checked when, against what, and what is honestly left unchecked."""

from typing import Any

import pytest

from tests.compile.documents import program, run
from vesper.lang.program import Clause
from vesper.runtime.request import Failure

BOTH = """
success: {result: integer, note: string?}
error: {error_code: 'enum[odd, small]', message: string, hint: string?}
"""
FLOW = """
- step: check
  operation: validation
  guards: ['a > 0']
  on_failure: {return_error: {error_code: small, message: '{a} is small', hint: more}}
- step: work
  operation: compute
  expression: 'a * 2'
  output: twice
- step: done
  operation: return
  return_success: {result: '{twice}'}
"""


def ended(kind: str, clause: str, a: int = 1, **given: Any) -> Any:
    contracts = f'{kind}: ["{clause}"]\n{given.pop("facts", "")}'
    return run(FLOW, {"a": a}, outputs=BOTH, contracts=contracts, **given)


@pytest.mark.parametrize(
    ("clause", "success", "error"),
    [
        # the clause, whether it holds for a = 1 and for a = 0; None where it is not asked
        ("result == a * 2", True, None),
        ("result == old(a) * 2", True, None),
        ("result > 5", False, None),
        ("success => result == 2", True, True),
        ("success", True, False),
        ("error => error_code == 'small'", True, True),
        ("error.occurred => error.hint == 'more'", True, True),
        ("success OR error_code != ''", True, True),
        ("success OR error.code == 'odd'", True, False),
        ("error => result IS NULL", True, True),
        ("success OR hint == 'less'", True, False),
        ("success => hint IS NULL", True, True),
        ("note IS NULL", True, None),
        ("note IS NOT NULL", False, None),
        ("message CONTAINS 'small'", False, True),
        ("error => message CONTAINS 'small'", True, True),
    ],
)
def test_a_postcondition_is_about_the_answer_that_was_given(
    clause: str, success: bool, error: bool | None
):
    for a, expected in ((1, success), (0, error)):
        found = ended("postconditions", clause, a)
        assert found.checked == (0 if expected is None else 1), (clause, a)
        assert bool(found.violated) is (expected is False), (clause, a, found.violated)


def test_names_that_are_input_and_output_mean_the_output_behind_the_flow_and_the_input_in_old():
    outputs = "a: integer"
    flow = "- step: it\n  operation: compute\n  expression: 'a + 1'\n  output: a"
    contracts = "postconditions: ['a == old(a) + 1']"
    assert run(flow, outputs=outputs, contracts=contracts).output == {"a": 2}


def test_an_invariant_about_inputs_is_asked_before_the_flow_as_well():
    found = ended("invariants", "a < 5", a=7)
    assert found.error["code"] == "precondition_violated"
    assert [it.kind for it in found.violated] == ["invariant"]
    assert ended("invariants", "result < 5", a=7).error["code"] == "postcondition_violated"


def test_a_leading_validation_answers_for_a_breached_precondition():
    found = ended("preconditions", "a > 0", a=0)
    assert found.error["code"] == "small"
    assert [it.kind for it in found.violated] == ["precondition"]
    assert program(FLOW, BOTH).prologue == 1


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        ("ledger.balanced", "nobody defines `ledger`"),
        ("user_may('x')", "nobody defines `user_may`"),
        ("FORALL order: order.total > 0", "nobody defines `orders`"),
        ("total_never_changes", "nobody defines `total_never_changes`"),
        ("result == old(ledger)", "`ledger` is not there before the flow"),
    ],
)
def test_what_nobody_can_check_is_unchecked_with_the_reason(clause: str, reason: str):
    found = program(FLOW, BOTH, contracts=f'postconditions: ["{clause}"]')
    assert found.postconditions == (
        Clause(clause, None, reason, line=found.postconditions[0].line),
    )
    assert ended("postconditions", clause).unchecked == (clause,)


def test_prose_is_unchecked_however_it_is_written():
    clauses = "invariants:\n  - idempotency: same key => same id\n  - 'label: words go here'"
    found = program(FLOW, BOTH, contracts=clauses).invariants
    assert [(it.text, it.reason) for it in found] == [
        ("idempotency: same key => same id", "it is prose"),
        ("label: words go here", "it is prose"),
    ]


FACTS = "facts: {is_small: 'a < 3', is_fine: 'is_small OR result > 5', doubled: 'result'}"


@pytest.mark.parametrize(
    ("kind", "clause", "a", "holds"),
    [
        ("preconditions", "is_small", 1, True),
        ("preconditions", "is_small", 3, False),
        ("postconditions", "is_fine", 3, True),
        ("postconditions", "doubled == 2 * a", 3, True),
        ("postconditions", "NOT is_fine", 1, False),
    ],
)
def test_a_fact_stands_for_its_expression(kind: str, clause: str, a: int, holds: bool):
    assert (ended(kind, clause, a, facts=FACTS).error is None) is holds


@pytest.mark.parametrize(
    ("answer", "violated", "unchecked"),
    [
        (True, 0, ()),
        (False, 1, ()),
        (Failure(("fact_unknown",), "nobody says"), 0, ("is_open => a == 1",)),
    ],
)
def test_a_fact_without_an_expression_is_what_somebody_reports(
    answer: Any, violated: int, unchecked: tuple[str, ...]
):
    contracts = "preconditions: ['is_open']\nfacts: {is_open: }"
    found = run(
        FLOW,
        answers={"entry#fact_is_open": answer},
        outputs=BOTH,
        contracts=contracts.replace(
            "'is_open'", "'is_open => a == 1'" if unchecked else "'is_open'"
        ),
    )
    assert (len(found.violated), found.unchecked) == (violated, unchecked)


def test_clauses_that_ask_for_the_time_read_the_clock_at_their_end_of_the_run():
    clause = "current_year() > 2000"
    before = program(FLOW, BOTH, contracts=f"preconditions: ['{clause}']")
    after = program(FLOW, BOTH, contracts=f"postconditions: ['{clause}']")
    both = program(FLOW, BOTH, contracts=f"invariants: ['a < 5 AND {clause}']")
    found = [
        ([it.site for it in p.entry_reads], [it.site for it in p.exit_reads])
        for p in (before, after, both)
    ]
    assert found == [(["clock"], []), ([], ["clock"]), (["clock"], ["clock"])]


def test_the_values_in_a_clause_are_told_with_its_breach():
    found = ended("postconditions", "result > a * 2")
    assert dict(found.violated[0].values) == {"result": 2, "a": 1}
