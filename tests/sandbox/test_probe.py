"""What each level lets through, found out by real attacks."""

import json
import os

import pytest

from tests.requirements import requirement
from vesper.sandbox import probe
from vesper.sandbox.confinement import landlock, offered
from vesper.sandbox.probe import ATTACKS, TOLERATED, Proof, attack, describe

GAPS = {
    "strict": set[str](),
    # Changing the mode of one's own file needs no permission that Landlock knows.
    "degraded": {"change_outside"}
    | ({"signal_another", "connect_abstract_socket"} if 0 < landlock() < 6 else set()),
}
WITHOUT = {
    "read_outside", "write_outside", "climb_by_link", "move_out", "plant_hook", "read_state",
    "read_passwords", "connect_tcp", "send_udp", "connect_socket_file", "send_to_socket_file",
}  # fmt: skip


@requirement("F66")
@pytest.mark.e2e
@pytest.mark.parametrize("level", offered())
def test_a_level_refuses_every_attack_but_its_gaps(level: str):
    allowed, why = attack(level)
    if why:
        # The parts are there and the system does not let them work: then nothing ran at all.
        assert allowed == set(ATTACKS)
    else:
        assert allowed == GAPS[level]


@pytest.mark.e2e
def test_the_attacks_are_real():
    allowed, why = attack("none")
    assert not why
    assert allowed >= WITHOUT


@pytest.mark.e2e
def test_what_is_told_of_this_machine_is_what_the_attacks_showed():
    found = probe.probe()
    if found.level == "none":
        assert found.reasons
        assert found.gaps == ATTACKS
    else:
        assert set(found.gaps) == GAPS[found.level]


def test_only_the_weaker_level_may_let_something_through():
    assert GAPS["degraded"] <= TOLERATED
    assert (
        describe("change_outside")
        == "Make a file outside readable for everybody, without opening it"
    )
    assert Proof("degraded", ("plant_hook",)).gap_texts == (
        "Write a Git hook, which the user's next commit would run",
    )


@pytest.mark.e2e
def test_a_proof_is_kept_until_the_machine_starts_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    probe.proof.cache_clear()
    first = probe.proof()
    kept = list((tmp_path / "vesper").glob("sandbox-*.json")) if offered() else []
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        assert json.loads(path.read_text())["level"] == first.level
        # Somebody else's word does not count: the machine is asked again.
        path.write_text(json.dumps({"level": "strict", "gaps": [], "reasons": ["forged"]}))
        path.chmod(0o666)
    probe.proof.cache_clear()
    assert probe.proof() == first
    probe.proof.cache_clear()
    assert os.path.isdir(tmp_path)
