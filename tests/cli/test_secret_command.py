"""`vesper secret`: values go into the keyring and are never shown."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest

from tests.providers.test_secrets import PlaintextKeyring, Safe
from vesper.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kept() -> Iterator[Safe]:
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = main(["secret", *arguments, "--workspace", str(tmp_path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_secret_is_kept_found_and_deleted_and_never_shown(
    run: Run, kept: Safe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = [
        run("where", "cards_key"),
        run("set", "cards_key", typed="sk_hush\n"),
        run("where", "cards_key"),
    ]
    assert [code for code, _, _ in said] == [1, 0, 0]
    assert "vesper secret set cards_key" in said[0][1]
    assert said[2][1] == "`cards_key` is in the keyring\n"
    assert kept.kept == {(f"vesper {tmp_path}", "cards_key"): "sk_hush"}
    monkeypatch.setenv("VESPER_SECRET_CARDS_KEY", "other")
    said.append(run("where", "cards_key"))
    assert said[3][1] == "`cards_key` is in the variable VESPER_SECRET_CARDS_KEY\n"
    said.append(run("delete", "cards_key"))
    assert kept.kept == {}
    assert "hush" not in str(said)
    assert run("delete", "cards_key")[0] == 1


@pytest.mark.usefixtures("kept")
def test_a_wrong_name_or_an_empty_value_is_a_wrong_command_line(run: Run) -> None:
    assert run("set", "a b", typed="x")[0] == 2
    assert run("set", "cards_key", typed="\n")[0] == 2


@pytest.mark.usefixtures("kept")
def test_without_a_safe_keyring_the_variable_is_named(run: Run) -> None:
    keyring.set_keyring(PlaintextKeyring())
    code, _, told = run("set", "cards_key", typed="x")
    assert code == 1
    assert "set the variable VESPER_SECRET_CARDS_KEY where vesper is started" in told
