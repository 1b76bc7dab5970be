"""What agents do with the tools, over every transport and in both eras of the protocol."""

import json
import re

import pytest
from mcp import Client
from mcp.server import MCPServer

from tests.mcp_tools.session import call, connected, refusal
from vesper.project import Project
from vesper_mcp.server import create_server
from vesper_mcp.tool import Declaration, Workspace, strict_tool, tool
from vesper_mcp.tools.tasks import task_create

CELLS = [
    *(("memory", era) for era in ("auto", "legacy")),
    *(pytest.param("stdio", era, marks=pytest.mark.e2e) for era in ("auto", "legacy")),
]
every_cell = pytest.mark.parametrize(("transport", "era"), CELLS)


@every_cell
async def test_an_agent_plans_claims_and_completes_work(tmp_path, transport, era):
    async with connected(tmp_path, transport, era) as client:
        modern = client.protocol_version == "2026-07-28"
        assert modern is (era == "auto")
        plan = await call(client, "task_create", title="Pay", description="All of it", priority=2)
        part = await call(
            client, "task_create", title="Check card", parent=1, at="nodes/pay.vsp:12"
        )
        assert plan == {"id": 1, "title": "Pay", "status": "pending", "priority": 2}
        assert part == {
            "id": 2,
            "title": "Check card",
            "status": "pending",
            "priority": 5,
            "parent": 1,
            "at": "nodes/pay.vsp:12",
        }
        assert await call(client, "task_list") == {"tasks": [plan, part]}
        claimed = await call(client, "task_claim", id=1, agent="ada")
        assert claimed.items() >= {"id": 1, "status": "in_progress", "assignee": "ada"}.items()
        assert claimed["description"] == "All of it"
        told = await refusal(client, "task_complete", id=1, summary="done", agent="ada")
        assert "open children: 2" in told
        assert (await call(client, "task_claim", agent="bob"))["id"] == 2
        told = await refusal(client, "task_claim", id=2, agent="ada")
        assert "already claimed by bob" in told
        told = await refusal(client, "task_complete", id=2, summary="done", agent="ada")
        assert "claimed by bob" in told
        done = await call(client, "task_complete", id=2, summary="cards ok", agent="bob")
        assert done["status"] == "completed"
        await call(client, "task_complete", id=1, summary="paid", agent="ada")
        whole = await call(client, "task_get", id=1)
        assert whole["result"] == "paid"
        assert whole["children"] == [{"id": 2, "title": "Check card", "status": "completed"}]
        assert await call(client, "task_list") == {"tasks": []}
        status = await call(client, "workspace_status")
        assert status["tasks"] == {"completed": 2}


@every_cell
async def test_the_server_tells_its_name_version_and_when_to_use_it(tmp_path, transport, era):
    async with connected(tmp_path, transport, era) as client:
        assert (client.server_info.name, client.server_info.version) == ("vesper", "0.1.0")
        assert "Main loop" in client.instructions


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_claim_is_made_under_the_name_of_the_client_when_no_agent_is_given(tmp_path, era):
    async with connected(tmp_path, era=era, name="codex") as client:
        await call(client, "task_create", title="x")
        assert (await call(client, "task_claim"))["assignee"] == "codex"


async def test_the_name_of_a_client_is_cleaned_before_it_is_stored(tmp_path):
    async with connected(tmp_path, name="\x1b[31m evil\n" + "x" * 99) as client:
        await call(client, "task_create", title="x")
        assert (await call(client, "task_claim"))["assignee"] == "[31m evil" + "x" * 55


async def test_a_client_without_a_name_is_agent(tmp_path):
    async with connected(tmp_path, name=" ") as client:
        await call(client, "task_create", title="x")
        assert (await call(client, "task_claim"))["assignee"] == "agent"


REFUSED = [
    ("task_get", {"id": 9}),
    ("task_create", {"title": "y", "parent": 9}),
    ("task_create", {"title": "y", "parent": 4}),
    ("task_claim", {"id": 9}),
    ("task_claim", {"id": 1}),
    ("task_claim", {"id": 4}),
    ("task_claim", {}),
    ("task_complete", {"id": 1, "summary": "done"}),
    ("task_complete", {"id": 2, "summary": "done", "agent": "ada"}),
    ("task_complete", {"id": 4, "summary": "done"}),
    ("task_complete", {"id": 9, "summary": "done"}),
]


@pytest.mark.parametrize(("name", "arguments"), REFUSED)
async def test_a_refusal_names_the_tool_to_call_next(tmp_path, name, arguments):
    async with connected(tmp_path) as client:
        await call(client, "task_create", title="held by ada")
        await call(client, "task_create", title="a parent")
        await call(client, "task_create", title="its child", parent=2)
        await call(client, "task_create", title="completed")
        for number in (1, 2, 3, 4):
            await call(client, "task_claim", id=number, agent="ada")
        await call(client, "task_complete", id=4, summary="done", agent="ada")
        text = await refusal(client, name, **arguments)
    assert re.search(r"\b(task_create|task_list|task_get|task_claim)\b", text), text


async def test_a_list_goes_on_from_its_cursor_until_there_is_no_more(tmp_path):
    async with connected(tmp_path) as client:
        for number in range(45):
            await call(client, "task_create", title=f"task {number}")
        first = await call(client, "task_list")
        second = await call(client, "task_list", cursor=first["cursor"])
        third = await call(client, "task_list", cursor=second["cursor"])
    assert [len(it["tasks"]) for it in (first, second, third)] == [20, 20, 5]
    ids = [task["id"] for it in (first, second, third) for task in it["tasks"]]
    assert ids == list(range(1, 46))
    assert "cursor" not in third


async def test_a_list_stays_small_whatever_limit_is_asked_for(tmp_path):
    project = Project(tmp_path)
    for number in range(150):
        project.board.create(f"{number} " + "x" * 190, actor="test")
    project.close()
    async with connected(tmp_path) as client:
        listed = await call(client, "task_list", limit=1_000_000)
        rest = await call(client, "task_list", limit=1_000_000, cursor=listed["cursor"])
    assert len(json.dumps(listed, separators=(",", ":"))) < 8_100
    assert rest["tasks"][0]["id"] == listed["tasks"][-1]["id"] + 1


async def test_a_task_with_many_children_is_still_one_reply(tmp_path):
    project = Project(tmp_path)
    parent = project.board.create("parent", actor="test").id
    for number in range(200):
        project.board.create(f"{number} " + "x" * 190, actor="test", parent=parent)
    project.close()
    async with connected(tmp_path) as client:
        whole = await call(client, "task_get", id=parent)
    assert len(whole["children"]) + whole["more_children"] == 200
    assert len(json.dumps(whole, separators=(",", ":"))) < 8_500


FILTERS = [
    ({}, [2, 3, 4]),
    ({"status": "closed"}, [1]),
    ({"status": "all"}, [2, 3, 4, 1]),
    ({"status": "done"}, [1]),
    ({"status": "todo"}, [2, 3, 4]),
    ({"status": "in_progress"}, []),
    ({"parent": 2}, [3]),
    ({"path": "a/b.vsp"}, [4]),
    ({"path": "./a/../a/b.vsp"}, [4]),
    ({"query": "CARD"}, [3]),
]


@pytest.mark.parametrize(("arguments", "ids"), FILTERS)
async def test_a_list_holds_the_tasks_that_were_asked_for(tmp_path, arguments, ids):
    async with connected(tmp_path) as client:
        await call(client, "task_create", title="first")
        await call(client, "task_claim")
        await call(client, "task_complete", id=1, summary="done")
        await call(client, "task_create", title="second")
        await call(client, "task_create", title="third", description="a card", parent=2)
        await call(client, "task_create", title="fourth", at="a/b.vsp")
        listed = await call(client, "task_list", **arguments)
    assert [it["id"] for it in listed["tasks"]] == ids


async def test_looking_at_a_workspace_creates_nothing_in_it(tmp_path):
    async with connected(tmp_path) as client:
        await call(client, "workspace_status")
        await call(client, "task_list", status="all")
        await refusal(client, "task_get", id=1)
        await refusal(client, "task_claim")
    assert list(tmp_path.iterdir()) == []


async def test_the_status_tells_where_it_is_and_what_is_there(tmp_path):
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes/pay.vsp").write_text("node_id: pay_v1\n")
    (tmp_path / "roles.yaml").write_text("tester: {}\n")
    (tmp_path / "notes.md").write_text("not a document")
    async with connected(tmp_path) as client:
        await call(client, "task_create", title="x")
        status = await call(client, "workspace_status")
    assert status == {
        "root": str(tmp_path),
        "version": "0.1.0",
        "documents": {"vsp": 1, "role": 1},
        "tasks": {"pending": 1},
    }


def test_a_tool_is_still_a_function(tmp_path):
    project = Project(tmp_path)
    assert task_create(project, "ada", title="x")["id"] == 1
    assert project.board.get(1).title == "x"
    project.close()


async def test_a_defect_is_told_without_its_details_and_logged_with_them(tmp_path, caplog):
    @tool()
    def tool_broken(project: Workspace) -> dict[str, object]:
        """Fail."""
        raise RuntimeError(f"secret of {project.root}")

    server = server_with(tool_broken, tmp_path)
    async with Client(server) as client:
        text = await refusal(client, "tool_broken")
    assert "tool_broken failed inside the server" in text
    assert "secret" not in text
    assert "secret" in caplog.text


def server_with(declared: Declaration[..., dict[str, object]], root) -> MCPServer[Project]:
    lifespan = create_server(root).settings.lifespan
    return MCPServer("test", tools=[strict_tool(declared)], lifespan=lifespan)
