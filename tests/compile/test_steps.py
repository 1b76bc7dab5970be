"""What steps come to when their program runs: names, templates, branches, loops, transforms."""

from decimal import Decimal
from typing import Any

import pytest

from tests.compile.documents import program, run, step
from vesper.lang.program import Retry

ROWS = "rows: array<map<string, any>>"
SALES = [
    {"region": "north", "amount": Decimal("1.50"), "items": [1, 2]},
    {"region": "south", "amount": Decimal("4.00"), "items": [3]},
    {"region": "north", "amount": Decimal("2.25"), "items": []},
]


def value(flow: str, given: dict[str, Any] | None = None, **sections: str) -> Any:
    ended = run(flow, given, **sections)
    assert ended.error is None, ended.error
    assert ended.output is not None
    return ended.output["result"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("'{a}'", 1),
        ("'{a} of {a + 1}'", "1 of 2"),
        ("'{{a}}'", "{a}"),
        ("'{{{a}}}'", "{1}"),
        ("'{{ {a} }}'", "{ 1 }"),
        ("plain", "plain"),
        ("''", ""),
    ],
)
def test_templates_keep_the_type_of_a_lone_expression_and_print_others(
    template: str, expected: Any
):
    flow = f"""
    - step: it
      operation: string_template
      template: {template}
      output: result
    """
    assert value(flow) == expected


def test_values_in_an_answer_are_read_by_yaml_and_filled_in_at_any_depth():
    flow = """
    - step: it
      operation: return
      return_success:
        result: {plain: word, number: 1.50, flag: true, none: null, list: [1, '{a + 1}', '{a}{a}']}
    """
    found = value(flow)
    assert found == {"plain": "word", "number": Decimal("1.50"), "flag": True, "none": None,
                     "list": [1, 2, "11"]}  # fmt: skip


@pytest.mark.parametrize(("a", "expected"), [(1, "one"), (2, "two"), (3, "more")])
def test_the_first_condition_that_holds_decides(a: int, expected: str):
    flow = """
    - step: choose
      operation: conditional
      condition: 'a == 1'
      then: {return_success: {result: one}}
      elif:
        - condition: 'a == 2'
          then:
            - step: two
              operation: compute
              expression: "'two'"
              output: word
      else:
        - step: more
          operation: compute
          expression: "'more'"
          output: word
    - step: done
      operation: return
      return_success: {result: '{word}'}
    """
    assert value(flow, {"a": a}) == expected


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [("integer", 1, "one"), ("integer", 7, "other"), ("string", "1", "one"), ("any", 1, "one")],
)
def test_a_case_is_a_value_of_the_type_that_chooses(kind: str, given: Any, expected: str):
    flow = """
    - step: choose
      operation: switch
      on: 'a'
      cases:
        1: {return_success: {result: one}}
      default: {return_success: {result: other}}
    """
    assert value(flow, {"a": given}, inputs=f"a: {kind}") == expected


LOOPS = [
    # the fields of the loop, what comes out for [1, 2, 3]
    ("steps: [{step: x, operation: compute, expression: 'number * 2', output: y}]", [2, 4, 6]),
    ("steps: [{step: x, operation: compute, expression: 'item * 2', output: y}]", [2, 4, 6]),
    (
        "as: it\n  steps: [{step: x, operation: compute, expression: 'it * 2', output: y}]",
        [2, 4, 6],
    ),
    ("steps: [{step: x, operation: compute, expression: 'index', output: y}]", [0, 1, 2]),
    (
        "steps: [{step: x, operation: compute, expression: 'number', output: y}]\n"
        "  collect: 'y + index'",
        [1, 3, 5],
    ),
    (
        "concurrency: 2\n  steps: [{step: x, operation: compute, expression: 'number', output: y}]",
        [1, 2, 3],
    ),
    ("steps: [{step: x, operation: log, message: 'hm'}]", [None, None, None]),
]


@pytest.mark.parametrize(("fields", "expected"), LOOPS)
def test_a_loop_collects_what_each_round_comes_to(fields: str, expected: list[Any]):
    flow = f"- step: all\n  operation: for_each\n  items: numbers\n  output: result\n  {fields}"
    assert value(flow, {"numbers": [1, 2, 3]}, inputs="numbers: array<integer>") == expected


def test_names_set_in_a_round_are_its_own():
    flow = """
    - step: before
      operation: compute
      expression: '10'
      output: y
    - step: all
      operation: for_each
      items: '[1, 2]'
      steps: [{step: x, operation: compute, expression: 'item', output: y}]
    - step: done
      operation: return
      return_success: {result: '{y}'}
    """
    assert value(flow) == 10


def test_branches_that_run_at_once_do_not_see_one_another_but_what_is_behind_sees_all():
    flow = """
    - step: both
      operation: parallel
      branches:
        left: [{step: l, operation: compute, expression: 'a + 1', output: x}]
        right: [{step: r, operation: compute, expression: 'a + 2', output: y}]
    - step: done
      operation: return
      return_success: {result: '{[x, y]}'}
    """
    assert value(flow) == [2, 3]
    paths = [it.path for _, block in program(flow).body[0].body[0].branches for it in block]  # type: ignore[union-attr]
    assert paths == ["both/left/l", "both/right/r"]


TRANSFORMS = [
    ("transform: map\n  function: 'row.amount * 2'", [Decimal("3.00"), Decimal("8.00"), Decimal("4.50")]),
    ("transform: map\n  as: sale\n  function: '{at: index, of: sale.region}'",
     [{"at": 0, "of": "north"}, {"at": 1, "of": "south"}, {"at": 2, "of": "north"}]),
    ("transform: filter\n  function: 'item.amount > 2'", SALES[1:]),
    ("transform: sort\n  function: 'row.amount'\n  order: descending",
     [SALES[1], SALES[2], SALES[0]]),
    ("transform: unique\n  function: 'row.region'", SALES[:2]),
    ("transform: distinct\n  function: 'row.region'", SALES[:2]),
    ("transform: take\n  count: 2", SALES[:2]),
    ("transform: reduce\n  initial: 0.00\n  function: 'accumulator + row.amount'", Decimal("7.75")),
    ("transform: reduce\n  initial: 1\n  function: 'a + b.amount'", Decimal("8.75")),
    ("transform: reduce\n  aggregations: {n: 'COUNT(*)', top: 'MAX(amount)'}",
     {"n": 3, "top": Decimal("4.00")}),
    ("transform: aggregate\n  group_by: region\n  aggregations: {n: 'COUNT(*)', sum: 'SUM(amount)'}",
     [{"region": "north", "n": 2, "sum": Decimal("3.75")},
      {"region": "south", "n": 1, "sum": Decimal("4.00")}]),
    ("transform: aggregate\n  group_by: [region]\n  aggregations: {twice: 'SUM(amount * 2) / COUNT(*)'}",
     [{"region": "north", "twice": Decimal("3.75")}, {"region": "south", "twice": Decimal("8")}]),
    ("transform: aggregate\n  aggregations: {all: 'ALL(amount > 1)', first: 'region'}",
     {"all": True, "first": "north"}),
    ("transform: join\n  with: rows\n  on: region",
     [SALES[0], SALES[0], SALES[1], SALES[2], SALES[2]]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), TRANSFORMS)
def test_a_transform_makes_of_a_list_what_the_page_of_the_language_says(fields: str, expected: Any):
    flow = f"- step: it\n  operation: data_transform\n  input: rows\n  output: result\n  {fields}"
    assert value(flow, {"rows": SALES}, inputs=ROWS) == expected


def test_lists_in_a_list_are_flattened():
    flow = """
    - step: it
      operation: data_transform
      input: 'rows.items'
      transform: flatten
      output: result
    """
    assert value(flow, {"rows": SALES}, inputs=ROWS) == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "expression", "expected"),
    [
        ("array<decimal>", "SUM(xs)", Decimal(0)),
        ("array<integer>", "SUM(xs)", 0),
        ("array<decimal>", "SUM(xs) / 2", Decimal(0)),
    ],
)
def test_the_sum_of_nothing_is_the_zero_of_its_type(kind: str, expression: str, expected: Any):
    flow = f"- step: it\n  operation: compute\n  expression: '{expression}'\n  output: result"
    found = value(flow, {"xs": []}, inputs=f"xs: {kind}")
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ALL(rows.amount > 1)", True),
        ("ALL(rows.amount > 2)", False),
        ("ANY(rows.amount > 3)", True),
        ("ANY(NOT rows.region == 'north')", True),
        ("ALL(rows.amount > 1 AND rows.region != 'east')", True),
        ("ALL([true, a == 1])", True),
        ("FORALL row IN rows: row.amount > 1", True),
        ("FORALL row: row.amount > 1", True),
        ("EXISTS row IN rows: row.amount > 5", False),
        ("a == 2 OR 1 / (a - 1) > 0 OR a == 1", True),
        ("a == 2 => a > 5", True),
        ("'north' IN rows.region", True),
        ("rows.region CONTAINS 'east'", False),
        ("'east' NOT IN rows.region", True),
        ("rows[1].region MATCHES '^s'", True),
        ("len(rows) IS NOT NULL", True),
        ("-a", -1),
        ("DIV(-7, 2) - -7 % 2", -2),
        ("duration('90s') == 90s", True),
    ],
)
def test_expressions_mean_what_the_page_of_the_language_says(expression: str, expected: Any):
    flow = f'- step: it\n  operation: compute\n  expression: "{expression}"\n  output: result'
    given = {"rows": SALES, "a": 1}
    assert value(flow, given, inputs=f"{ROWS}\na: integer") == expected


def test_the_value_of_a_last_step_without_an_output_is_the_only_output():
    assert value("- step: it\n  operation: arithmetic\n  expression: 'a + 1'") == 2
    flow = "- step: it\n  operation: file_read\n  path: a.txt"
    found = run(flow, answers={"it": "content"})
    assert found.output == {"result": "content"}


def test_a_step_without_a_name_is_called_by_its_operation_and_place():
    flow = """
    - operation: compute
      expression: '1'
      output: x
    - operation: conditional
      condition: 'a == 1'
      then:
        - operation: compute
          expression: '2'
          output: y
      else:
        - operation: compute
          expression: '3'
          output: y
    - step: done
      operation: return
      return_success: {result: '{x + y}'}
    """
    first, second, _ = program(flow).body
    assert first.path == "compute_1"  # type: ignore[union-attr]
    arms, otherwise = second.body[0].arms, second.body[0].otherwise  # type: ignore[union-attr]
    paths = [arms[0][1][0].path, otherwise[0].path]
    assert paths == ["conditional_2/compute_1", "conditional_2/compute_1~2"]


def test_a_step_whose_condition_does_not_hold_is_left_out():
    flow = """
    - step: x
      operation: compute
      expression: '1'
      output: x
    - step: again
      when: 'a > 1'
      operation: compute
      expression: '2'
      output: x
    - step: done
      operation: return
      return_success: {result: '{x}'}
    """
    assert [value(flow, {"a": it}) for it in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{max_attempts: 3}", Retry(3)),
        ("{max_attempts: 3, backoff: none}", Retry(3)),
        ("{max_attempts: 3, backoff: constant, initial_delay: 500ms}", Retry(3, 0.5)),
        ("{max_attempts: 3, initial_delay: 2s}", Retry(3, 2.0)),
        ("{max_attempts: 3, backoff: linear, initial_delay: 2s}", Retry(3, 2.0, 1.0, 2.0)),
        ("{max_attempts: 3, backoff: exponential, initial_delay: 2s}", Retry(3, 2.0, 2.0)),
        (
            "{max_attempts: 3, backoff: exponential, backoff_base: 3, max_delay: 1m}",
            Retry(3, 1.0, 3.0, 0.0, 60.0),
        ),
        ("{max_attempts: 2, retry_on: [busy, timeout]}", Retry(2, codes=("busy", "timeout"))),
    ],
)
def test_each_way_of_trying_again_is_understood(policy: str, expected: Retry):
    flow = f"""
    - step: call
      operation: external_api_call
      endpoint: https://example.org/x
      timeout: 1500ms
      retry_policy: {policy}
      output: result
    """
    found = step(flow)
    assert (found.retry, found.timeout) == (expected, 1.5)


def test_the_clock_is_read_once_a_step_however_often_it_is_asked():
    flow = """
    - step: it
      operation: compute
      expression: 'current_timestamp() == current_timestamp() AND current_year() > 2000'
      output: result
    """
    found = step(flow)
    assert [(it.operation, it.site, it.output) for it in found.reads] == [
        ("clock", "clock", "$now")
    ]
