"""Programs run by a step, in the sandbox that this machine offers."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.world import World
from vesper.config import Confinement, Settings
from vesper.runtime.grant import Grant, Say
from vesper.runtime.request import Failure
from vesper.sandbox.choice import VARIABLE
from vesper.sandbox.probe import proof

pytestmark = pytest.mark.e2e
HAS_SANDBOX = proof().level != "none"


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no sandbox at all, the other tests run without: each still asserts all of its own."""
    if not HAS_SANDBOX:
        monkeypatch.setenv(VARIABLE, "yes")


@pytest.fixture
def world(worlds: Callable[..., World]) -> World:
    override = "" if HAS_SANDBOX else "tests on a machine without a sandbox"
    return worlds(Settings(sandbox=Confinement(override=override)))


def test_a_program_gets_its_words_input_and_variables_as_they_are(world: World):
    (world.root / "data").mkdir()
    found = world.do(
        "shell", command=["sh", "-c", 'cat; echo "$0 $NAME"; pwd >&2', "; touch PWNED"],
        folder="data", input="text ", environment={"NAME": "$(touch PWNED)"},
    )  # fmt: skip
    assert found == {
        "exit_code": 0,
        "stdout": "text ; touch PWNED $(touch PWNED)\n",
        "stderr": f"{world.root.resolve()}/data\n",
        "sandbox": proof().level,
    }
    assert not list(world.root.rglob("PWNED"))


@pytest.mark.parametrize(
    ("value", "printed"), [(5, "5"), (True, "true"), (None, ""), ("", "")], ids=str
)
def test_words_are_printed_as_templates_print_them(world: World, value, printed: str):
    found = world.do("shell", command=["printf", "%s", value])
    assert isinstance(found, dict)
    assert found["stdout"] == printed


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ({"command": ["sh", "-c", "exit 3"]}, ("exit_code_3", "command_failed", "effect_failed")),
        ({"command": ["sh", "-c", "exit 0"], "allowed_exit_codes": [1]},
         ("exit_code_0", "command_failed", "effect_failed")),
        ({"command": ["sh", "-c", "kill -9 $$"]}, ("exit_code_137", "command_failed", "effect_failed")),
        ({"command": ["no-such-program"]}, ("program_not_found", "effect_failed")),
        ({"command": []}, ("argument_invalid", "effect_failed")),
        ({"command": "ls"}, ("argument_invalid", "effect_failed")),
        ({"command": ["--help"]}, ("argument_invalid", "effect_failed")),
        ({"command": ["echo", "a\0b"]}, ("argument_invalid", "effect_failed")),
        ({"command": ["true"], "environment": {"A=B": "x"}}, ("argument_invalid", "effect_failed")),
        ({"command": ["true"], "folder": ".."}, ("argument_invalid", "effect_failed")),
        ({"command": ["true"], "folder": "missing"}, ("argument_invalid", "effect_failed")),
    ],
)  # fmt: skip
def test_every_way_to_fail_has_its_codes(world: World, arguments, codes: tuple[str, ...]):
    assert world.failure("shell", **arguments).codes == codes


def test_a_failed_program_is_told_with_what_it_said(world: World):
    failure = world.failure("shell", command=["sh", "-c", "echo half; echo broken >&2; exit 3"])
    assert failure.message == "`sh` ended with exit code 3: broken"
    assert (failure.details["exit_code"], failure.details["stdout"]) == (3, "half\n")


def test_exit_codes_can_be_allowed(world: World):
    found = world.do("shell", command=["sh", "-c", "exit 1"], allowed_exit_codes=[0, 1])
    assert isinstance(found, dict)
    assert found["exit_code"] == 1


def test_time_and_a_stop_end_it(world: World):
    effect = world.effect("shell", command=["sleep", "100"])
    with pytest.raises(Failure) as late:
        world.perform(effect, deadline=0.0)
    assert late.value.codes == ("timeout", "effect_failed")
    with pytest.raises(Failure) as ended:
        world.perform(effect, is_stopped=lambda: True)
    assert ended.value.codes == ("cancelled",)


def test_a_role_that_may_change_nothing_runs_programs_that_cannot(world: World):
    effect = world.effect(
        "shell", command=["sh", "-c", "echo x > made"], allowed_exit_codes=[0, 1, 2]
    )
    found = world.perform(effect, grant=Grant((Say("the role `reader`", file_changes=0),)))
    assert isinstance(found, dict)
    assert (found["exit_code"] == 0, (world.root / "made").exists()) == (not HAS_SANDBOX,) * 2


def test_a_sandbox_that_is_demanded_and_not_there_is_a_refusal(
    worlds: Callable[..., World], monkeypatch
):
    monkeypatch.setattr("vesper.sandbox.confinement.PATHS", ("/nowhere",))
    from vesper.sandbox import confinement, probe

    confinement.bubblewrap.cache_clear()
    probe.proof.cache_clear()
    try:
        world = worlds(Settings(sandbox=Confinement("strict")))
        failure = world.failure("shell", command=["touch", "made"])
    finally:
        monkeypatch.undo()
        confinement.bubblewrap.cache_clear()
        probe.proof.cache_clear()
    assert (failure.codes, failure.final) == (("capability_denied", "sandbox_missing"), True)
    assert failure.message.startswith("a `strict` sandbox is demanded")
    assert not (world.root / "made").exists()


def test_a_value_that_looks_like_an_option_starts_nothing_else(world: World):
    """Each is a way to make a well-known tool run a command; in the sandbox it reaches nothing outside."""
    for hostile in ("-oProxyCommand=touch PWNED", "--upload-pack=touch PWNED", "%0atouch PWNED"):
        world.do("shell", command=["echo", "--", hostile])
    assert not list(world.root.rglob("PWNED"))


def test_nothing_of_the_server_s_environment_reaches_a_program(world: World, monkeypatch):
    monkeypatch.setenv("CANARY", "secret-of-the-server")
    code = "import os; print(sorted(os.environ.values()))"
    found = world.do("shell", command=[os.path.basename(sys.executable), "-c", code])
    assert isinstance(found, dict)
    assert "secret-of-the-server" not in str(found)
    assert Path(sys.executable).exists()
