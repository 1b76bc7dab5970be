"""What a role and the policy of a workspace let a run do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesper.config import CLOSED, RunPolicy, Settings, read
from vesper.errors import VesperError
from vesper.execution.policy import ALWAYS, OPENED, role_grant, workspace_grant
from vesper.lang.around import RoleSummary
from vesper.lang.roles import CAPABILITIES
from vesper.lang.source import Span
from vesper.project import Project
from vesper.runtime.grant import Grant, Say

PLACE = Span(0, 0, 0, 0)
EXAMPLES = Path(__file__).parents[2] / "examples"
NEEDS = (
    "filesystem.read.a", "filesystem.write.a", "shell.run.git", "custom.print", "network.http_client.a.org",
    "secrets.read.key", "database.read.orders", "database.write.orders", "state.transition.order",
    "task.create", "task.update", "agent.run.writer", "event_bus.publish.paid", "human.ask",
    "clock.read", "random.read", "log.write", "metrics.emit.x", "node.call.pay_v1", "memory.read",
    "memory.write", "event_bus.subscribe.paid", "predicate.x",
)  # fmt: skip


def role(name: str, *capabilities: str, **fields: object) -> tuple[RoleSummary, ...]:
    parents = tuple((it, PLACE) for it in fields.pop("extends", ()))
    return (
        RoleSummary(name, "r.yaml", PLACE, parents=parents, capabilities=capabilities, **fields),
    )


def allowed(grant: Grant) -> set[str]:
    return {it for it in NEEDS if not grant.refusal(it)}


FREE = {it for it in NEEDS if it.startswith(ALWAYS)}
ROLES = {
    "file_read": {"filesystem.read.a"},
    "file_write": {"filesystem.write.a"},
    "file_create": {"filesystem.write.a"},
    "code_execution": {"shell.run.git", "custom.print"},
    "network_access": {"network.http_client.a.org", "secrets.read.key"},
    "database_read": {"database.read.orders"},
    "database_write": {"database.write.orders", "state.transition.order"},
    "spawn_tasks": {"task.create", "task.update", "agent.run.writer"},
    "agent_coordination": {
        "task.create",
        "task.update",
        "agent.run.writer",
        "event_bus.publish.paid",
    },
    "user_interaction": {"human.ask"},
}


def test_every_capability_of_roles_opens_something():
    assert set(ROLES) == set(CAPABILITIES) == set(OPENED)


@pytest.mark.parametrize("capability", ROLES)
def test_a_role_may_do_what_its_capabilities_open_and_nothing_else(capability: str):
    grant = role_grant({"it": role("it", capability)}, "it")
    assert allowed(grant) - FREE == ROLES[capability]
    assert allowed(grant) >= FREE


def test_a_role_without_capabilities_may_do_only_what_everybody_may():
    assert allowed(role_grant({"it": role("it")}, "it")) == FREE


@pytest.mark.parametrize(
    ("own", "grantable", "restricted", "expected"),
    [
        (("file_read", "code_execution"), (), {}, {"filesystem.read.a"}),
        (("file_read", "code_execution"), ("code_execution",), {},
         {"filesystem.read.a", "shell.run.git", "custom.print"}),
        ((), ("code_execution",), {}, {"filesystem.read.a"}),
        (("database_write",), ("database_write",), {"no_database_modifications": ""},
         {"state.transition.order"}),
    ],
)  # fmt: skip
def test_a_child_never_does_what_its_parent_could_not_grant(own, grantable, restricted, expected):
    roles = {
        "parent": role(
            "parent", "file_read", grantable=grantable, restrictions=tuple(restricted.items())
        ),
        "child": role("child", *own, extends=("parent",)),
    }
    assert allowed(role_grant(roles, "child")) - FREE == expected


@pytest.mark.parametrize(
    ("above", "below", "changes", "timeout"),
    [
        ({}, {}, None, None),
        ({"max_file_changes": "20", "timeout": "1h"}, {}, 20, 3600.0),
        ({"max_file_changes": "20"}, {"max_file_changes": "5", "timeout": "20m"}, 5, 1200.0),
        ({"max_file_changes": "5"}, {"max_file_changes": "20"}, 5, None),
        ({}, {"max_file_changes": "many", "timeout": "soon"}, 0, 0.0),
    ],
)
def test_limits_are_those_of_the_strictest(above, below, changes, timeout):
    roles = {
        "parent": role("parent", grantable=("file_write",), restrictions=tuple(above.items())),
        "child": role(
            "child", "file_write", extends=("parent",), restrictions=tuple(below.items())
        ),
    }
    grant = role_grant(roles, "child")
    assert (grant.file_changes, grant.timeout) == (changes, timeout)


def test_a_role_that_may_not_write_changes_no_file_by_a_program_either():
    assert role_grant({"it": role("it", "code_execution")}, "it").file_changes == 0


def test_a_node_is_run_with_what_both_it_and_the_role_may_do():
    grant = role_grant({"it": role("it", "database_read")}, "it")
    node = Say("the node `pay_v1`", ("database.read.orders", "network.http_client.a.org"))
    assert allowed(grant.narrowed(node)) == {"database.read.orders"}
    assert grant.narrowed(node).refusal("network.http_client.a.org").startswith("the role `it`")


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        ({}, "not_found"),
        ({"it": (*role("it"), *role("it"))}, "conflict"),
        ({"it": role("it", extends=("it",))}, "invalid"),
        ({"it": role("it", extends=("b",)), "b": role("b", extends=("it",))}, "invalid"),
        ({"it": role("it", extends=("gone",))}, "not_found"),
    ],
)
def test_a_role_that_is_not_clear_is_nobody(roles, kind: str):
    with pytest.raises(VesperError) as raised:
        role_grant(roles, "it")
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RunPolicy(), set(NEEDS)),
        (RunPolicy(deny=("network.*", "database.write")),
         set(NEEDS) - {"network.http_client.a.org", "database.write.orders"}),
        (RunPolicy(allow=("clock.read", "database.*"), deny=("database.write",)),
         {"clock.read", "database.read.orders"}),
        (CLOSED.policy, set()),
    ],
)  # fmt: skip
def test_the_workspace_narrows_what_runs_may_do(policy: RunPolicy, expected: set[str]):
    assert allowed(workspace_grant(Settings(policy=policy))) == expected


@pytest.mark.parametrize("word", ["databse.write", "Database", "", "a.b.c*d"])
def test_a_policy_with_a_word_that_means_nothing_allows_nothing(word: str):
    grant = workspace_grant(Settings(policy=RunPolicy(deny=(word,))))
    assert allowed(grant) == set()
    assert f"`{word}` is no capability that is known" in grant.refusal("clock.read")


@pytest.mark.parametrize(
    "text",
    ['[policy]\ndeny = "database.write"\n', "[policy]\ndney = []\n", "policy = 5\n", "[policy\n"],
)
def test_a_policy_that_cannot_be_read_allows_nothing(text: str):
    found = read(text, {})
    assert found.problems
    assert allowed(workspace_grant(found.settings)) == set()


@pytest.mark.parametrize(
    "text", ['[sandbox]\nlevel = "none"\n', "sandbox = 1\n", "[sandbox]\nmemory = -1\n"]
)
def test_a_sandbox_that_cannot_be_read_is_the_strictest(text: str):
    assert read(text, {}).settings.sandbox.level == "strict"


def test_settings_that_cannot_be_opened_allow_nothing(tmp_path: Path):
    (tmp_path / "vesper.toml").mkdir()
    project = Project(tmp_path)
    assert project.settings_problems
    assert project.settings.policy == CLOSED.policy


_WORDS = st.lists(st.sampled_from(sorted(CAPABILITIES)), max_size=4).map(tuple)


@given(_WORDS, _WORDS, _WORDS, _WORDS)
def test_authority_only_shrinks_from_parent_to_child_but_for_what_it_may_grant(
    parent: tuple[str, ...],
    grantable: tuple[str, ...],
    child: tuple[str, ...],
    grandchild: tuple[str, ...],
):
    roles = {
        "parent": role("parent", *parent, grantable=grantable),
        "child": role("child", *child, extends=("parent",)),
        "grandchild": role("grandchild", *grandchild, extends=("child",)),
    }
    most = allowed(role_grant({"it": role("it", *parent, *grantable)}, "it"))
    assert allowed(role_grant(roles, "child")) <= most
    assert allowed(role_grant(roles, "grandchild")) <= allowed(role_grant(roles, "child")) | FREE
