"""Calls whose arguments do not fit: refused in one line that names the argument at fault."""

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from tests.mcp_tools.session import call, connected, refusal

REFUSED = [
    ("task_create", {"titel": "x"}, "there is no argument 'titel'; did you mean title?"),
    ("task_create", {}, "title is required"),
    ("task_create", {"title": 5}, "title must be text, not 5"),
    ("task_create", {"title": None}, "title is required"),
    ("task_create", {"title": "x", "priority": "5"}, "priority must be a whole number, not '5'"),
    ("task_create", {"title": "x", "priority": 5.5}, "priority must be a whole number, not 5.5"),
    ("task_create", {"title": "x", "priority": True}, "priority must be a whole number, not True"),
    ("task_create", {"title": "x", "priority": 10}, "priority 10 is out of range"),
    ("task_create", {"title": "x", "tags": "a"}, "tags must be a list, not 'a'"),
    ("task_create", {"title": "x", "tags": ["a", 5]}, "tags.1 must be text, not 5"),
    ("task_create", {"title": "x", "at": "a.vsp:0"}, "'a.vsp:0' has line 0"),
    ("task_create", {"title": "x", "at": "../y.vsp"}, "outside the workspace"),
    ("task_create", {"title": "   "}, "the title is empty"),
    ("task_create", {"title": "x" * 201}, "the title has 201 characters"),
    ("task_create", {"title": "a\x1b[31m"}, "U+001B"),
    ("task_create", {"title": "x", "parent": 7}, "there is no task 7"),
    ("task_get", {"id": "1"}, "id must be a whole number, not '1'"),
    ("task_get", {"id": 0}, "id must be 1 or more"),
    ("task_get", {"id": 10**30}, "id must be at most 9007199254740991"),
    ("task_get", {"id": [[[]]]}, "id must be a whole number, not [[[]]]"),
    ("task_get", {"id": "9" * 5000}, "id must be a whole number, not '999999"),
    ("task_list", {"status": "opne"}, "no status 'opne'; did you mean open?"),
    ("task_list", {"limit": 0}, "limit must be 1 or more"),
    ("task_list", {"stauts": "open", "bogus": None}, "there is no argument 'stauts'"),
    ("workspace_status", {"verbose": True}, "there is no argument 'verbose'"),
    ("node_check", {}, "give path or text"),
    ("node_check", {"path": "a.vsp", "text": ""}, "give path or text, not both"),
]


@pytest.mark.parametrize(("tool", "arguments", "told"), REFUSED)
async def test_arguments_that_do_not_fit_are_refused_in_one_line(tmp_path, tool, arguments, told):
    async with connected(tmp_path) as client:
        text = await refusal(client, tool, **arguments)
    assert told in text
    assert len(text) < 300
    assert "pydantic" not in text


async def test_a_refused_call_changes_nothing(tmp_path):
    async with connected(tmp_path) as client:
        await refusal(client, "task_create", title="right", tittle="wrong")
        assert await call(client, "task_list", status="all") == {"tasks": []}
    assert list(tmp_path.iterdir()) == []


async def test_several_faults_are_told_together_and_the_rest_are_counted(tmp_path):
    async with connected(tmp_path) as client:
        text = await refusal(
            client, "task_create", title=1, at=2, description=3, parent="4", tags=5
        )
    assert text.count(" must be ") == 3
    assert text.endswith("; and 2 more")


async def test_null_stands_for_an_argument_that_is_left_out(tmp_path):
    async with connected(tmp_path) as client:
        made = await call(
            client, "task_create", title="x", parent=None, tags=None, at=None, priority=None
        )
    assert made == {"id": 1, "title": "x", "status": "pending", "priority": 5}


async def test_a_list_that_arrives_as_json_text_is_read(tmp_path):
    async with connected(tmp_path) as client:
        made = await call(client, "task_create", title="x", tags='["a", "b"]')
    assert made["tags"] == ["a", "b"]


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_an_unknown_tool_is_a_protocol_error_that_names_the_near_one(tmp_path, era):
    async with connected(tmp_path, era=era) as client:
        with pytest.raises(
            MCPError, match="no tool 'task_crate'; did you mean task_create"
        ) as told:
            await client.call_tool("task_crate", {})
    assert told.value.code == INVALID_PARAMS
