"""Secrets are found by name and shown to nobody."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked

from vesper.errors import VesperError
from vesper.providers.secrets import Secret, Vault
from vesper.runtime.request import Failure

ROOT = Path("/work/shop").resolve()


class Safe(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        super().__init__()

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class PlaintextKeyring(Safe):
    """What keyrings.alt calls the one that writes passwords into a file."""


class Locked(Safe):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("nobody is there to unlock it")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def missing(name: str) -> str:
    with pytest.raises(Failure) as caught:
        Vault(ROOT).find(name)
    assert caught.value.code == "secret_missing"
    return caught.value.message


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(Safe())
    vault = Vault(ROOT)
    assert "VESPER_SECRET_CARDS_KEY" in missing("cards_key")
    assert "vesper secret set cards_key" in missing("cards_key")
    vault.keep("cards_key", "from the keyring")
    assert (vault.find("cards_key").reveal(), vault.where("cards_key")) == (
        "from the keyring",
        "keyring",
    )
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", " from the environment\n")
    assert vault.find("cards_key").reveal() == "from the environment"
    assert vault.where("cards_key") == "environment"
    monkeypatch.delenv("VESPER_SECRET_CARDS_KEY")
    assert Vault(ROOT / "elsewhere").where("cards_key") == ""
    vault.forget("cards_key")
    assert vault.where("cards_key") == ""
    with pytest.raises(VesperError, match="has no secret"):
        vault.forget("cards_key")


def test_a_keyring_that_keeps_plain_text_is_not_used() -> None:
    plain = PlaintextKeyring()
    plain.set_password(f"vesper {ROOT}", "cards_key", "in the open")
    keyring.set_keyring(plain)
    missing("cards_key")
    with pytest.raises(VesperError, match="no keyring that is safe"):
        Vault(ROOT).keep("cards_key", "x")


def test_of_several_keyrings_the_safe_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, safe = PlaintextKeyring(), Safe()
    monkeypatch.setattr(ChainerBackend, "backends", [plain, safe])
    keyring.set_keyring(ChainerBackend())
    Vault(ROOT).keep("cards_key", "x")
    assert (plain.kept, safe.kept) == ({}, {(f"vesper {ROOT}", "cards_key"): "x"})


def test_a_keyring_that_is_locked_has_no_secrets() -> None:
    keyring.set_keyring(Locked())
    missing("cards_key")


@pytest.mark.parametrize("name", ["", "a b", "../x", "a" * 101, "a\n"])
def test_a_name_is_a_name(name: str) -> None:
    assert "no name of a secret" in missing(name)


@pytest.mark.parametrize("value", ["two\nlines", "a\rb", "café"])
def test_what_no_header_can_hold_is_refused_without_telling_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", value)
    with pytest.raises(Failure) as caught:
        Vault(ROOT).find("cards_key")
    assert caught.value.code == "secret_invalid"
    assert value not in caught.value.message


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hush")
    assert {str(secret), repr(secret), f"{secret}", f"{secret:>10}", f"{[secret]}"[1:-1]} == {"***"}
    with pytest.raises(TypeError):
        pickle.dumps(secret)
