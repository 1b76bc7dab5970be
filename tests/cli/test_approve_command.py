"""`vesper approve`: what runs ask people is seen and answered."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from vesper.cli.main import main
from vesper.providers.registry import Registry
from vesper.providers.surroundings import Surroundings
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.request import Effect
from vesper.values.value import Value

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Ran:
        code = main(["approve", *arguments, "--workspace", str(tmp_path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Value]:
    """Ask under a key: the answer, or nothing while the run waits."""

    def ask(key: str = "k", **arguments: Value) -> Value:
        given: dict[str, Value] = {"question": "Refund 20.00?", **arguments}
        effect = Effect("approval", "confirm", "nondeterministic", given, timeout=86_400)
        providers = Registry(Surroundings(tmp_path))
        try:
            return providers.perform(effect, Call("run_1", "refund_v1", key, patience=0.0))
        except Suspended:
            return None
        finally:
            providers.close()

    return ask


def test_nothing_waits_in_a_workspace_without_runs(run: Run, tmp_path: Path) -> None:
    assert run() == (0, "nothing waits for an answer\n", "")
    assert run("--json") == (0, "[]\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_question_is_listed_shown_and_answered_once(run: Run, ask: Callable[..., Value]) -> None:
    ask(show={"total": Decimal("20.00"), "name": "Zoë"}, approvers=["ada"])
    code, listed, _ = run()
    assert code == 0
    assert listed.startswith("1  Refund 20.00?\n   refund_v1, confirm, waits until 20")
    assert listed.endswith(
        "`vesper approve 1` shows what comes with it; add `yes` or `no` to answer\n"
    )
    shown = run("1")[1]
    assert "  for       ada\n" in shown
    assert '    "total": 20.00\n' in shown
    assert '"total": 20.00' in run("1", "--json")[1]
    assert json.loads(run("1", "--json")[1])["shown"]["name"] == "Zoë"
    assert run("1", "yes", "--as", "eve") == (
        1, "", "vesper: eve may not answer question 1\n  those who may: ada\n",
    )  # fmt: skip
    code, answered, _ = run("1", "yes", "--as", "ada", "--comment", "as agreed")
    assert (code, answered.splitlines()[0]) == (0, "question 1 is answered: yes")
    assert ask(show={"total": Decimal("20.00"), "name": "Zoë"}, approvers=["ada"]) == {
        "approved": True, "by": "ada", "comment": "as agreed",
    }  # fmt: skip
    assert run("1", "no", "--as", "ada")[2].startswith("vesper: question 1 is closed: ada said yes")
    assert "state     yes, by ada" in run("1")[1]


def test_a_question_cannot_steer_the_terminal(run: Run, ask: Callable[..., Value]) -> None:
    ask(question="Pay\x1b[2J\n?\u202e", show={"note": "\x1b]0;owned\x07" + "x" * 5_000})
    for out in (run()[1], run("1")[1]):
        assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "characters more: --json prints all" in run("1")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("7",), 1, "there is no question 7"),
        (("7", "yes"), 1, "there is no question 7"),
        (("1", "maybe"), 2, "maybe"),
        (("one",), 2, "one"),
    ],
)
def test_what_cannot_be_answered_is_told(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    try:
        ended, _, said = run(*arguments)
    except SystemExit as end:
        ended, said = end.code, capsys.readouterr().err
    assert ended == code
    assert told in said
