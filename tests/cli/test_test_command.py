"""`vesper test`: cases and properties run on every engine, and what fails is shown where it was expected."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.commands import Run, runner
from vesper.execution.engines import ENGINES

NODE = """\
node_id: shop_v1
type: function
intent: Work out what to pay
inputs:
  price: decimal
  count: {type: integer, default: 1, constraints: [min: 1]}
outputs:
  success:
    total: decimal
    parts: array<decimal>
  error:
    error_code: enum[too_many]
    message: string
contracts:
  preconditions: ["price >= 0"]
flow:
  - step: not_too_many
    operation: validation
    guards: ["count <= 100"]
    on_failure: {return_error: {error_code: too_many, message: "{count} are too many"}}
  - step: multiply
    operation: compute
    expression: "price * count"
    output: total
  - step: done
    operation: return
    return_success: {total: "{total}", parts: ["{price}", "{total}"]}
testing:
"""
CASE = NODE + "  test_cases:\n    - name: %s\n      inputs: %s\n      expected_output: %s\n"
PROPERTY = NODE + "  property_tests:\n    - %s\n"
READER = """\
node_id: reader_v1
type: function
intent: Look something up
inputs: {key: string}
outputs:
  success: {found: integer}
  error:
    error_code: enum[lost, missing]
    message: string
flow:
  - step: look
    operation: database_query
    table: things
    query: "SELECT n FROM things WHERE key = {key}"
    output: rows
    on_error:
      - {error_type: gone, return_error: {error_code: lost, message: "It is gone"}}
  - step: note
    operation: event_publish
    event_type: looked
    data: {key: "{key}"}
  - step: done
    operation: return
    return_success: {found: "{len(rows)}"}
security:
  capabilities_required: [database.read.things, event_bus.publish.looked]
testing:
  test_cases:
    - name: it
      inputs: {key: a}
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def lines(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", it).strip() for it in text.splitlines() if it.strip()]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("{price: 1.10, count: 3}", "{success: true, total: 3.3, parts: [1.1, 3.30]}"),
        ("{price: 1.10}", "{total: 1.10}"),
        ("{price: 1, count: 101}", "{success: false, error_code: too_many}"),
        ("{price: 1, count: 101}", "{error_code: too_many}"),
        ("{price: 1, count: 0}", "{error_code: precondition_violated}"),
        ("{price: cheap}", "{error_code: input_invalid}"),
        ("{}", "{success: false, error_code: input_invalid}"),
        ("{price: 2}", "{}"),
    ],
)
def test_a_case_that_is_right_passes(run: Run, inputs: str, expected: str):
    Path("shop.vsp").write_text(CASE % ("fine", inputs, expected), encoding="utf-8")
    found = run("test")
    assert (found.code, "1 passed" in found.err) == (0, True)
    assert lines(found.out) == ["shop.vsp shop_v1 1", "✓ fine"]


@pytest.mark.parametrize(
    ("inputs", "expected", "told"),
    [
        ("{price: 1.10, count: 3}", "{total: 4}",
         ["shop.vsp:32: `total` is not what is expected", "total: expected 4", "got 3.30"]),
        ("{price: 1}", "{parts: [1, 2]}",
         ["shop.vsp:32: `parts` is not what is expected", "parts[1]: expected 2", "got 1"]),
        ("{price: 1, count: 101}", "{total: 4}",
         ["shop.vsp:30: expected success, got the error `too_many`: 101 are too many"]),
        ("{price: 1}", "{error_code: too_many}",
         ["shop.vsp:32: expected the error `too_many`, got a success"]),
        ("{price: -1}", "{error_code: too_many}",
         ["shop.vsp:32: `error_code` is not what is expected", 'error_code: expected "too_many"',
          'got "precondition_violated"', "precondition price >= 0 is false with price = -1"]),
        ("{price: 1}", "{total: 1, other: 2}",
         ["shop.vsp:32: `other` is not what is expected", "other: expected 2", "got nothing"]),
    ],
)  # fmt: skip
def test_a_case_that_is_wrong_is_shown_with_what_came_instead(
    run: Run, inputs: str, expected: str, told: list[str]
):
    Path("shop.vsp").write_text(CASE % ("wrong", inputs, expected), encoding="utf-8")
    found = run("test")
    assert (found.code, "1 failed" in found.err) == (1, True)
    assert lines(found.out) == ["shop.vsp shop_v1 0 of 1", "✗ wrong", *told]


def test_a_document_with_errors_is_told_and_the_others_run(run: Run):
    right = CASE % ("fine", "{price: 1}", "{total: 1}")
    Path("a.vsp").write_text(right.replace("price * count", "price * nobody"), encoding="utf-8")
    Path("b.vsp").write_text(right.replace("shop_v1", "other_v1"), encoding="utf-8")
    found = run("test")
    assert found.code == 1
    assert "cannot be run" in found.out
    assert "1 failed, 1 passed in 2 files" in found.err


@pytest.mark.parametrize(
    ("mocks", "expected", "passes"),
    [
        ("{look: [{n: 1}, {n: 2}]}", "{found: 2}", True),
        ("{look: {n: 1}}", "{found: 1}", True),
        ("{look: []}", "{found: 0}", True),
        ("{look: {fails_with: gone}}", "{error_code: lost}", True),
        ("{look: {fails_with: [moved, gone]}}", "{error_code: lost}", True),
        ("{look: {fails_with: missing}}", "{error_code: missing}", True),
        ("{look: {fails_with: broken}}", "{error_code: effect_failed}", True),
        ("{}", "{found: 0}", False),
    ],
)
def test_mocks_answer_reads_and_writes_stay_inside(
    run: Run, mocks: str, expected: str, passes: bool
):
    text = f"{READER}      mocks: {mocks}\n      expected_output: {expected}\n"
    Path("reader.vsp").write_text(text, encoding="utf-8")
    found = run("test")
    assert (found.code, "add `look:` under `mocks`" in found.out) == (int(not passes), not passes)
    assert not Path(".vesper").exists()


def test_capabilities_count_in_tests_as_well(run: Run):
    text = READER.replace("database.read.things, ", "").replace(
        "capabilities_required:", "capabilities_required: # vesper: ignore VSP601\n   "
    )
    Path("reader.vsp").write_text(f"{text}      mocks: {{look: []}}\n", encoding="utf-8")
    found = run("test")
    assert (found.code, "capability_denied" in found.out) == (1, True)


def test_a_case_of_several_runs_compares_them(run: Run):
    steps = (
        "  test_cases:\n    - name: grows\n      steps:\n"
        "        - execute_with: {price: 1}\n        - execute_with: {price: 2}\n"
        '        - assert: "result2.total > result1.total"\n'
        '        - assert: ["result1.success", "result1.total == 7"]\n'
    )
    Path("shop.vsp").write_text(NODE + steps, encoding="utf-8")
    found = run("test")
    assert found.code == 1
    assert "shop.vsp:35: `result1.total == 7` does not hold" in found.out
    assert "result2.total > result1.total" not in found.out


@pytest.mark.parametrize(
    ("written", "passes", "told"),
    [
        ('"total >= price"', True, []),
        ('"success"', False, ["`success` does not hold", "with price = 0, count = 101"]),
        ("idempotency", True, []),
        ('{property: "total < 50", inputs: {price: [1, 2], count: [3, 30]}}', False,
         ["with price = 2, count = 30"]),
        ('{property: "total < 50", inputs: {price: 1, count: 3}}', True, []),
        ('"nobody > 1"', False, ["nobody defines `nobody`"]),
    ],
)  # fmt: skip
def test_a_property_is_tried_on_many_inputs_and_shown_with_the_smallest(
    run: Run, written: str, passes: bool, told: list[str]
):
    Path("shop.vsp").write_text(PROPERTY % written, encoding="utf-8")
    found = run("test")
    assert found.code == int(not passes), found.out
    assert [it for it in told if it not in found.out] == []
    assert run("test").out == found.out


def test_a_node_that_breaks_its_own_contract_is_found_by_any_property(run: Run):
    text = (PROPERTY % '"true"').replace(
        "contracts:\n", 'contracts:\n  postconditions: ["total < 1000"]\n'
    )
    Path("shop.vsp").write_text(text, encoding="utf-8")
    found = run("test")
    assert (found.code, "the node breaks `total < 1000`" in found.out) == (1, True)


def test_only_what_is_asked_for_runs(run: Run):
    text = CASE % ("fine", "{price: 1}", "{total: 1}")
    text += "    - name: other\n      inputs: {price: 1}\n      expected_output: {total: 2}\n"
    Path("shop.vsp").write_text(text, encoding="utf-8")
    assert run("test", "--case", "fin").code == 0
    assert run("test", "--node", "shop_v1.*", "--case", "other").code == 1
    assert run("test", "--engine", "interp").code == 1
    none = run("test", "--case", "nothing_like_it")
    assert (none.code, "no test matches nothing_like_it" in none.err) == (2, True)


def test_tools_get_json_and_the_xml_of_build_servers(run: Run):
    text = CASE % ("fine", "{price: 1}", "{total: 1}")
    text += (
        "    - name: 'odd <&>'\n      inputs: {price: 1.50}\n      expected_output: {total: 2}\n"
    )
    Path("shop.vsp").write_text(text, encoding="utf-8")
    found = run("test", "--json", "--junit", "report.xml")
    told = json.loads(found.out)
    assert (found.code, told["passed"], told["failed"], told["engines"]) == (
        1, 1, 1, list(ENGINES),
    )  # fmt: skip
    (node,) = told["nodes"]
    trouble = node["tests"][1]["troubles"][0]
    assert (trouble["line"], trouble["differences"]) == (
        35, [{"path": "total", "expected": 2, "got": 1.5}],
    )  # fmt: skip
    (suite,) = ElementTree.parse("report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [it.get("line") for it in suite] == ["30", "33"]
