"""What a node or role is at a glance, whole for every example and calm about what is half written."""

from dataclasses import replace
from pathlib import Path

import pytest

from vesper.editing.overview import (
    CaseOverview,
    FieldOverview,
    NodeOverview,
    RoleOverview,
    StepOverview,
    overview,
)
from vesper.lang.check import Analysis
from vesper.workspace.files import document_kind

EXAMPLES = Path(__file__).parents[2] / "examples"
GOOD = sorted(it for it in EXAMPLES.iterdir() if document_kind(it))


def of(text: str) -> NodeOverview:
    (found,) = overview(Analysis(text))
    assert isinstance(found, NodeOverview)
    return found


def example(name: str) -> list[NodeOverview | RoleOverview]:
    path = EXAMPLES / name
    return overview(Analysis(path.read_text(encoding="utf-8"), document_kind(path) or "vsp"))


@pytest.mark.parametrize("path", GOOD, ids=lambda it: it.name)
def test_every_example_is_told_whole(path: Path):
    for it in example(path.name):
        if isinstance(it, NodeOverview):
            assert it.node_id
            assert it.intent
            assert it.inputs
            assert it.outputs
            assert it.steps
            assert all(each.name and each.expects for each in it.tests)
            assert (it.missing, it.unused) == ((), ())
            assert {need for each in it.steps for need in each.needs} == set(it.granted)
        else:
            assert it.role
            assert it.description


def test_fields_are_told_in_every_form_they_can_be_written_in():
    text = """\
inputs:
  plain: string
  full:
    type: integer
    default: 3
    constraints: [positive, {max: 9}, "value != 5"]
    description: How many
  short: {type: string, required: false, pattern: '^a'}
  word: {type: enum, values: [a, b]}
  side: &side {type: decimal, min: 0}
  other: *side
outputs:
  total: decimal
"""
    assert of(text).inputs == (
        FieldOverview("plain", "string", True, None, (), ""),
        FieldOverview(
            "full", "integer", False, "3", ("positive", "max: 9", "value != 5"), "How many"
        ),
        FieldOverview("short", "string", False, None, ("pattern: ^a",), ""),
        FieldOverview("word", "enum[a, b]", True, None, (), ""),
        FieldOverview("side", "decimal", True, None, ("min: 0",), ""),
        FieldOverview("other", "decimal", True, None, ("min: 0",), ""),
    )
    assert [it.name for it in of(text).outputs] == ["total"]


def test_a_step_is_told_with_its_place_and_with_what_it_alone_needs():
    (node,) = example("order_workflow.vsp")
    assert isinstance(node, NodeOverview)
    steps = {it.name: it for it in node.steps}
    assert steps["look_into_it"] == StepOverview("look_into_it", "parallel", 0, "", ())
    assert steps["find_stock"] == StepOverview(
        "find_stock", "database_query", 1, "stock", ("database.read.stock",)
    )
    assert (steps["say_refused"].depth, steps["say_refused"].branch) == (2, "on_rejected")
    assert steps["reject_unpaid"].branch == "on_error compensate"
    (job,) = example("nightly_cleanup.vsp")
    assert isinstance(job, NodeOverview)
    assert job.runs == "cron: 30 2 * * *, timezone: UTC"
    assert {it.name: it.needs for it in job.steps}["find_border"] == ("clock.read",)


def test_capabilities_that_are_missing_or_not_needed_are_told_apart():
    text = """\
flow:
  - step: find
    operation: database_query
    table: orders
security:
  capabilities_required: [database.read.carts, log.write]
  denied_capabilities: [shell.run]
"""
    node = of(text)
    assert node.missing == ("database.read.orders",)
    assert node.unused == ("database.read.carts", "log.write")
    assert node.denied == ("shell.run",)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("{success: true}", "success"),
        ("{total: 1}", "success"),
        ("{success: false}", "error"),
        ("{error_code: too_large}", "too_large"),
        ("", ""),
    ],
)
def test_a_test_case_is_told_with_what_it_expects(expected: str, told: str):
    text = f"testing:\n  test_cases:\n    - name: one\n      expected_output: {expected}\n"
    assert of(text).tests == (CaseOverview("one", told),)


def test_several_documents_of_a_file_are_several_nodes():
    found = example("parcel_quote.vsp")
    assert [it.node_id for it in found if isinstance(it, NodeOverview)] == [
        "parcel_weight_v1", "parcel_price_v1", "parcel_quote_v1",
    ]  # fmt: skip


def test_a_role_is_told_with_its_limits_in_either_form():
    roles = {it.role: it for it in example("roles.yaml") if isinstance(it, RoleOverview)}
    assert roles["researcher"].restrictions == (
        "max_file_changes: 0", "max_task_depth: 1", "timeout: 20m",
    )  # fmt: skip
    assert roles["writer"].extends == ("implementer",)
    assert roles["orchestrator"].models == ("local:ollama:llama3",)
    assert replace(roles["teammate"], line=0).line == 0


@pytest.mark.parametrize(
    "text",
    ["", "node_id", "node_id: [", "inputs:\n  a:\n", "flow:\n  - step\n  - operation:\n", "flow: 3\n",
     "testing:\n  test_cases:\n    - \n    - 3\n", "state_machines:\n  order: 3\n", "outputs: []\n",
     "contracts:\n  preconditions: {a: 1}\n", "inputs: {a: {type: [b]}}\n", "--- \n---\n"],
)  # fmt: skip
def test_what_is_half_written_is_told_as_far_as_it_goes(text: str):
    overview(Analysis(text))
    overview(Analysis(text, "role"))
