"""Capabilities: their form, and which grant covers which need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.requirements import requirement
from vesper.lang.capabilities import covers, is_capability

words = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
targets = st.from_regex(r"[A-Za-z0-9_-]{1,8}(\.[A-Za-z0-9_-]{1,8}){0,2}", fullmatch=True)


@requirement("F67")
@pytest.mark.parametrize(
    "text", ["network.http_client.api.stripe.com", "secrets.read.STRIPE_KEY", "database.write.orders",
             "clock.read", "database.read.*", "database.*"]
)  # fmt: skip
def test_resource_operation_and_target_make_a_capability(text: str):
    assert is_capability(text)


@requirement("F67")
@pytest.mark.parametrize(
    "text", ["", "database", "*.*", "Database.read", "a.b c", "*", "a..b", "a.b.c*d"]
)
def test_anything_else_is_none(text: str):
    assert not is_capability(text)


@requirement("F67")
@given(words, words, targets)
def test_every_well_formed_name_is_read_and_covered_by_its_own_grants(
    resource: str, operation: str, target: str
):
    need = f"{resource}.{operation}.{target}"
    assert is_capability(need)
    for grant in (need, f"{resource}.{operation}.*", f"{resource}.{operation}"):
        assert is_capability(grant)
        assert covers(grant, need)


@requirement("F67")
@given(words, words, targets, words)
def test_a_grant_never_covers_another_operation_or_a_target_that_only_begins_alike(
    resource: str, operation: str, target: str, other: str
):
    grant = f"{resource}.{operation}.{target}"
    assert not covers(grant, f"{grant}{other}")
    if other != operation:
        assert not covers(grant, f"{resource}.{other}.{target}")
        assert not covers(f"{resource}.{operation}.*", f"{resource}.{other}.{target}")
