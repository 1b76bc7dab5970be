"""Capabilities: their form, and which grant covers which need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lang.test_document import NODE
from tests.requirements import requirement
from vesper import config
from vesper.editing.completion import complete
from vesper.lang.around import Around
from vesper.lang.capabilities import FAMILIES, covers, is_capability, is_known
from vesper.lang.check import Analysis, check
from vesper.workspace.index import policy_of

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


LISTED = NODE.format(id="add_v1", intent="intent: Add one\n", metadata="author: Ada")
LISTED += "security:\n  denied_capabilities:\n    - "


def told(capability: str, around: Around | None = None) -> list[tuple[str, str, str]]:
    """The code, the gravity and the message of what is said about a capability."""
    found = check(f"{LISTED}{capability}\n", "vsp", around or Around())
    return [(it.code, it.severity, it.message) for it in found]


@requirement("F10")
@pytest.mark.parametrize(
    ("capability", "near"),
    [
        ("databse.read.orders", "database.read.orders"),
        ("database.reads.orders", "database.read.orders"),
        ("network.http_clients.api.example.com", "network.http_client.api.example.com"),
        ("file_system.write", "filesystem.write"),
        ("printer.print.label", None),
    ],
)
def test_an_unknown_capability_is_a_warning_that_says_what_was_probably_meant(
    capability: str, near: str | None
):
    hint = f"; did you mean `{near}`?" if near else ""
    assert told(capability) == [("VSP611", "warning", f"nothing needs `{capability}`{hint}")]


@requirement("F10")
def test_every_capability_of_the_registry_is_known_and_has_a_meaning():
    for family, meaning in FAMILIES.items():
        assert is_known(family)
        assert told(family if "." in family else f"{family}.x") == []
        assert meaning


@requirement("F10")
def test_a_workspace_adds_kinds_of_its_own():
    settings = config.read('capabilities = ["printer.print", "robot"]\n', {}).settings
    around = Around(policy=policy_of(settings))
    for known in ("printer.print", "printer.print.label", "printer.*", "robot.move.left"):
        assert told(known, around) == []
    assert told("printer.pint.label", around) == [
        (
            "VSP611",
            "warning",
            "nothing needs `printer.pint.label`; did you mean `printer.print.label`?",
        )
    ]
    analysis = Analysis(f"{LISTED}pri", "vsp", around)
    line = LISTED.count("\n")
    offered = {it.label for it in complete(analysis, line, len("    - pri"))}
    assert {"printer.print.", "robot.", "database.read."} <= offered
