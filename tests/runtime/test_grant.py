"""What a run may do when several have a say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requirements import requirement
from vesper.lang.capabilities import covers
from vesper.lang.program import Program, Security
from vesper.runtime.grant import LEVELS, NOTHING, Grant, Say

NODE = Say(
    "the node `pay_v1`", ("database.read.orders", "network.http_client.stripe.com", "node.call")
)
ROLE = Say("the role `clerk`", ("database", "node", "network"), ("database.write",))
WORKSPACE = Say("vesper.toml", None, ("network.http_client.stripe.com",))

CASES = {
    "nobody is asked": ((), "database.write.x", ""),
    "one who lists it": ((NODE,), "database.read.orders", ""),
    "one who does not": (
        (NODE,), "database.read.users", "the node `pay_v1` does not list `database.read.users`"),
    "both allow": ((ROLE, NODE), "database.read.orders", ""),
    "the role has it, the node does not": (
        (ROLE, NODE), "database.read.users", "the node `pay_v1` does not list `database.read.users`"),
    "the node has it, the role does not": (
        (Say("the role `reader`", ("database.read",)), NODE), "network.http_client.stripe.com",
        "the role `reader` does not list `network.http_client.stripe.com`"),
    "the workspace denies what both have": (
        (WORKSPACE, ROLE, NODE), "network.http_client.stripe.com",
        "vesper.toml denies `network.http_client.stripe.com`"),
    "a denial wins over the same party's list": (
        (Say("the node", ("database",), ("database.write",)),), "database.write.orders",
        "the node denies `database.write`"),
    "a need for any table meets the denial of one": (
        (Say("the node", ("database",), ("database.read.salaries",)),), "database.read.*",
        "the node denies `database.read.salaries`"),
    "a grant of one table is not one of any": (
        (NODE,), "database.read.*", "the node `pay_v1` does not list `database.read.*`"),
    "a host whose name only begins alike": (
        (NODE,), "network.http_client.stripe.com.example.org",
        "the node `pay_v1` does not list `network.http_client.stripe.com.example.org`"),
    "a path that climbs out of its folder": (
        (Say("the node", ("filesystem.read.data",)),), "filesystem.read.data/../keys/k",
        "the node does not list `filesystem.read.keys/k`"),
    "a path that climbs into a denied folder": (
        (Say("the node", ("filesystem.read",), ("filesystem.read.keys",)),),
        "filesystem.read.data/../keys/k", "the node denies `filesystem.read.keys`"),
    "a path that stays": ((Say("the node", ("filesystem.read.data",)),), "filesystem.read.data/./a//b", ""),
    "everything by a star": ((Say("vesper.toml", ("*",)),), "anything.at.all", ""),
    "an empty list is no list that is missing": (
        (Say("the node", ()),), "clock.read", "the node does not list `clock.read`"),
    "nothing": (NOTHING.says, "clock.read", "this run does not list `clock.read`"),
}  # fmt: skip


@requirement("F65")
@pytest.mark.parametrize("name", CASES)
def test_all_who_have_a_say_must_allow(name: str):
    says, need, why = CASES[name]
    assert Grant(says).refusal(need) == why
    assert Grant(says).refusals([need]) == ([(need, why)] if why else [])


def test_a_node_may_do_what_it_lists_minus_what_it_denies():
    security = Security(("database.read", "clock.read"), ("database.read.salaries",))
    program = replace(_empty(), security=security)
    grant = Grant().for_program(program)
    assert [it for it in NEEDS if not grant.refusal(it)] == ["database.read.orders", "clock.read"]


def test_of_limits_the_strictest_holds():
    grant = Grant((Say("a", sandbox="degraded", timeout=9, file_changes=3), Say("b", timeout=4)))
    assert (grant.sandbox, grant.timeout, grant.file_changes) == ("degraded", 4, 3)
    assert (Grant().sandbox, Grant().timeout, Grant().file_changes) == ("none", None, None)


NEEDS = (
    "database.read.orders", "database.read.salaries", "database.write.orders", "database.read.*",
    "clock.read", "network.http_client.stripe", "network.http_client.stripe.com",
    "filesystem.read.a/../b", "node.call.pay_v1", "shell.run.git", "shell.run.*",
)  # fmt: skip
_GRANTS = st.sampled_from(
    ["database", "database.*", "database.read", "database.read.orders", "database.read.salaries", "*",
     "clock.read", "network.http_client", "network.http_client.stripe.com", "filesystem.read.b",
     "node.call", "shell.run.git"]
)  # fmt: skip
_LISTS = st.lists(_GRANTS, max_size=5).map(tuple)
_SAYS = st.builds(
    Say, st.just("x"), st.none() | _LISTS, _LISTS, st.sampled_from(LEVELS), st.none() | st.integers(0, 9),
)  # fmt: skip


@given(st.lists(_SAYS, max_size=4), st.lists(_SAYS, max_size=4))
def test_authority_only_ever_shrinks_down_the_calls(above: list[Say], below: list[Say]):
    caller = Grant(tuple(above))
    callee = caller.narrowed(*below)
    for need in NEEDS:
        if not callee.refusal(need):
            assert not caller.refusal(need)
            assert all(not it.refusal(need) for it in below if not need.startswith("filesystem"))
    assert LEVELS.index(callee.sandbox) >= LEVELS.index(caller.sandbox)
    if caller.file_changes is not None:
        assert callee.file_changes is not None
        assert callee.file_changes <= caller.file_changes


@requirement("F65")
@given(_LISTS, _LISTS, st.sampled_from(NEEDS))
def test_what_is_denied_is_never_allowed(allow: tuple[str, ...], deny: tuple[str, ...], need: str):
    if any(covers(it, need) for it in deny):
        assert Grant((Say("x", allow, deny),)).refusal(need)


def _empty() -> Program:
    return Program("pay_v1", "function", "", "", (), (), (), (), ())
