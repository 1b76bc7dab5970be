"""What every node says of itself: its id, its intent, its metadata."""

import pytest

from tests.requirements import requirement
from vesper.lang.check import check

NODE = """\
node_id: {id}
type: function
{intent}metadata:
  {metadata}
inputs:
  a: integer
outputs:
  b: integer
flow:
  - step: add
    operation: arithmetic
    expression: "a + 1"
    output: b
"""


def said(
    node_id: str = "add_v1", intent: str = "intent: Add one\n", metadata: str = "author: Ada"
) -> list[tuple[str, str, int]]:
    """The code, the gravity and the line of every finding."""
    text = NODE.format(id=node_id, intent=intent, metadata=metadata)
    return [(it.code, it.severity, it.span.line + 1) for it in check(text)]


@requirement("F16")
@pytest.mark.parametrize("node_id", ["add_v1", "a_v0", "add_2_v10", "add_v1.0.3", "v1_v1"])
def test_a_name_with_a_version_is_an_id(node_id: str):
    assert said(node_id) == []


@requirement("F16")
@pytest.mark.parametrize(
    "node_id", ["add", "add_v", "addv1", "Add_v1", "add-one_v1", "add_v1.2", "1add_v1", "_v1", "add_v1_",
                "add_v1.2.3.4", "'add_v1 '", "ädd_v1"]
)  # fmt: skip
def test_anything_else_is_an_error_at_the_id(node_id: str):
    assert said(node_id) == [("VSP119", "error", 1)]


@requirement("F11")
@pytest.mark.parametrize(
    ("intent", "code", "line"),
    [
        ("", "VSP114", 1),
        ("intent:\n", "VSP135", 3),
        ("intent: null\n", "VSP135", 3),
        ('intent: ""\n', "VSP135", 3),
        ("intent: '  '\n", "VSP135", 3),
        ("intent: |\n\n", "VSP135", 3),
    ],
)
def test_a_node_without_an_intent_is_told_so_once(intent: str, code: str, line: int):
    assert said(intent=intent) == [(code, "error", line)]


@requirement("F18")
@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("created: 2026-11-24", None),
        ("created: 2026-11-24T10:00:00Z", None),
        ("created: last week", "VSP123"),
        ("created: [2026-11-24]", "VSP115"),
        ("title: {de: Eins}", None),
        ("author: {name: Ada}", "VSP115"),
        ("version: [1]", "VSP115"),
        ("tags: [billing, daily]", None),
        ("tags: billing", "VSP115"),
        ("tags: [{name: billing}]", "VSP115"),
        ("dependencies: []", None),
        ("dependencies: add_one_v1", "VSP115"),
        ("dependencies: [[add_one_v1]]", "VSP115"),
    ],
)
def test_metadata_is_typed(metadata: str, code: str | None):
    assert [it[0] for it in said(metadata=metadata)] == ([code] if code else [])
