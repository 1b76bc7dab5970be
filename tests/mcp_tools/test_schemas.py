"""What a model pays for and what a host accepts: the published tools, linted."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from tests.mcp_tools.session import connected
from vesper_mcp.server import create_server, declared_tools
from vesper_mcp.tool import strict_tool

NAMES = [
    "approval_answer",
    "node_check",
    "node_run",
    "node_test",
    "node_trace",
    "task_claim",
    "task_complete",
    "task_create",
    "task_get",
    "task_list",
    "workspace_status",
]
TOKENS_A_TOOL = 110
TOKENS_IN_ALL = 1_000
KEYWORDS_A_HOST_REFUSES = {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "title", "nullable"}


def published(name: str) -> dict[str, Any]:
    (made,) = [it for it in map(strict_tool, declared_tools()) if it.name == name]
    return {"name": made.name, "description": made.description, "inputSchema": made.parameters}


def tokens(tool: dict[str, Any]) -> float:
    return len(json.dumps(tool, separators=(",", ":"), ensure_ascii=False)) / 4


async def listing(client: Client) -> list[dict[str, Any]]:
    found = await client.list_tools()
    return [it.model_dump(mode="json", by_alias=True, exclude_none=True) for it in found.tools]


def test_the_tools_are_the_ones_that_hosts_are_told_of():
    assert sorted(it.function.__name__ for it in declared_tools()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_costs_at_most_110_tokens(name):
    assert tokens(published(name)) <= TOKENS_A_TOOL


def test_all_tools_together_cost_at_most_1000_tokens():
    assert sum(tokens(published(name)) for name in NAMES) <= TOKENS_IN_ALL


@pytest.mark.parametrize("name", NAMES)
def test_an_input_schema_is_a_closed_flat_object_that_every_host_accepts(name):
    schema = published(name)["inputSchema"]
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema.keys() <= {"type", "properties", "required", "additionalProperties"}
    for argument, rule in schema["properties"].items():
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", argument)
        assert rule["type"] in {"string", "integer", "array", "object"}
        assert not rule.keys() & KEYWORDS_A_HOST_REFUSES
        assert rule.get("default", "something") not in (None, "", [])


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_is_named_noun_and_verb_and_described_in_sentences(name):
    tool = published(name)
    assert re.fullmatch(r"[a-z]+_[a-z]+", tool["name"])
    assert tool["description"].endswith(".")
    assert "\n" not in tool["description"]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_server_injects_is_not_in_the_schema(name):
    assert not published(name)["inputSchema"]["properties"].keys() & {"project", "caller"}


async def test_no_tool_publishes_an_output_schema_and_each_says_whether_it_changes_anything(
    tmp_path,
):
    async with connected(tmp_path) as client:
        tools = await listing(client)
    assert [it["name"] for it in tools if "outputSchema" in it] == []
    reading = {it["name"] for it in tools if it["annotations"]["readOnlyHint"]}
    assert reading == {
        "node_check", "node_test", "node_trace", "task_get", "task_list", "workspace_status",
    }  # fmt: skip
    for hint in ("destructiveHint", "openWorldHint"):
        changing = [it["name"] for it in tools if it["annotations"][hint]]
        assert sorted(changing) == ["approval_answer", "node_run"]


async def test_both_eras_and_two_servers_publish_the_same_tools_in_the_same_order(tmp_path):
    async with connected(tmp_path, era="auto") as client:
        modern = await listing(client)
    async with connected(tmp_path, era="legacy") as client:
        legacy = await listing(client)
    assert modern == legacy


def test_instructions_fit_in_2_kilobytes_and_name_every_tool_and_no_other(tmp_path):
    instructions = create_server(tmp_path).instructions
    assert instructions is not None
    assert len(instructions.encode()) <= 2_048
    assert (
        sorted(set(re.findall(r"`((?:approval|task|node|workspace)_\w+)`", instructions))) == NAMES
    )
