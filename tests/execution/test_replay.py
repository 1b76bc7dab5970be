"""Runs done again from their journal: to look, to compare, to try what would have been."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.execution.documents import PAYMENT, payment_node, payment_world
from tests.execution.workspace import Workspace, refusal
from tests.requirements import requirement
from tests.runtime.flows import Scripted
from vesper.compile.lower import lower
from vesper.execution.changes import read_change
from vesper.execution.runs import Runs
from vesper.runtime.interp import Interpreter
from vesper.runtime.redaction import HIDDEN
from vesper.runtime.request import Failure

CARD = "4111222233334444"
INPUTS: dict[str, Any] = {"order_id": "ord_1", "amount": Decimal("100.00"), "card": CARD}


@pytest.fixture
def opened(made: Callable[..., Workspace]) -> Callable[..., tuple[Workspace, Runs]]:
    def make(provider: Scripted | None = None) -> tuple[Workspace, Runs]:
        workspace = made(provider or payment_world())
        workspace.nodes["payment_v1"] = payment_node()
        return workspace, workspace.open(engines={"interp": Interpreter()})

    return make


@requirement("F61")
def test_a_trace_shows_the_steps_with_their_values_and_performs_nothing(
    opened: Callable[..., tuple[Workspace, Runs]],
) -> None:
    workspace, runs = opened()
    envelope = runs.run("payment_v1", INPUTS)
    before = list(workspace.provider.asked)
    replay = runs.trace(envelope.trace_id)
    assert [(it.step, it.values) for it in replay.steps] == [
        ("work_out_fee", {"fee": Decimal("3.20")}),
        ("find_earlier", {"earlier": []}),
        ("answer_again", {}),
        ("charge", {"payment_id": "pay_1"}),
        ("record", {}),
        ("done", {}),
    ]
    assert replay.is_equal is True
    assert (
        replay.envelope.output == envelope.output == {"payment_id": "pay_1", "fee": Decimal("3.20")}
    )
    assert workspace.provider.asked == before


def test_a_trace_hides_what_is_sensitive(opened: Callable[..., tuple[Workspace, Runs]]) -> None:
    _, runs = opened()
    replay = runs.trace(runs.run("payment_v1", INPUTS).trace_id)
    charge = next(it for it in replay.effects if it.site == "charge")
    assert CARD not in str(replay.effects)
    assert CARD not in str(replay.steps)
    assert isinstance(charge.arguments, dict)
    assert charge.arguments["parameters"] == {
        "order": "ord_1", "amount": Decimal("100.00"), "fee": Decimal("3.20"), "card": HIDDEN,
    }  # fmt: skip


def test_a_failed_step_is_shown_with_its_code(
    opened: Callable[..., tuple[Workspace, Runs]],
) -> None:
    def decline(*_: object) -> object:
        raise Failure(("card_declined", "http_402", "effect_failed"), "no")

    _, runs = opened(payment_world(external_api_call=decline))
    envelope = runs.run("payment_v1", INPUTS)
    assert envelope.error is not None
    assert envelope.error.code == "declined"
    replay = runs.trace(envelope.trace_id)
    assert {it.step: it.failed for it in replay.steps}["charge"] == "card_declined"
    assert replay.is_equal is True


def test_a_document_that_asks_otherwise_by_now_diverges_and_says_where(
    opened: Callable[..., tuple[Workspace, Runs]],
) -> None:
    workspace, runs = opened()
    trace = runs.run("payment_v1", INPUTS).trace_id
    workspace.nodes["payment_v1"] = replace(
        lower(PAYMENT.replace("0.029", "0.039")), digest="other"
    )
    replay = runs.trace(trace)
    assert replay.envelope.error is not None
    assert (replay.envelope.error.code, replay.envelope.error.details["step"]) == (
        "diverged", "charge",
    )  # fmt: skip
    assert (replay.is_equal, replay.has_changed) == (False, True)


CHANGES: dict[str, tuple[list[str], dict[str, Any] | str, str]] = {
    "an answer that makes the rest differ": (
        ['find_earlier.earlier=[{"payment_id": "pay_0"}]'],
        {"payment_id": "pay_0", "fee": Decimal("3.20")}, ""),
    "a failure": (["charge.error=card_declined"], "declined", ""),
    "another failure": (["charge.error=timeout"], "unavailable", ""),
    "a name that a pure step sets": (["work_out_fee.fee=1.00"], "waiting", "charge"),
    "what the answer of a request holds": (["charge.id=pay_9"], "waiting", "record"),
    "an input": (["input.amount=5"], "waiting", "charge"),
    "two at once": (
        ["input.amount=5", 'find_earlier.earlier=[{"payment_id": "pay_0"}]'],
        {"payment_id": "pay_0", "fee": Decimal("0.44")}, ""),
    "nothing that matters": (["input.card=4111222233334444"],
        {"payment_id": "pay_1", "fee": Decimal("3.20")}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "end", "would"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_tried_without_performing_anything(
    opened: Callable[..., tuple[Workspace, Runs]],
    changes: list[str],
    end: dict[str, Any] | str,
    would: str,
) -> None:
    workspace, runs = opened()
    trace = runs.run("payment_v1", INPUTS).trace_id
    before = list(workspace.provider.asked)
    fork = runs.fork(trace, [read_change(it) for it in changes])
    error = fork.envelope.error
    assert (fork.envelope.output if error is None else error.code) == end
    assert (fork.would or {"site": ""})["site"] == would
    assert CARD not in str(fork.would)
    assert workspace.provider.asked == before
    assert len(runs.find()) == 1


def test_a_live_fork_is_a_new_run_that_performs_only_what_comes_after_the_change(
    opened: Callable[..., tuple[Workspace, Runs]],
) -> None:
    workspace, runs = opened()
    first = runs.run("payment_v1", INPUTS)
    envelope = runs.fork_live(first.trace_id, [read_change("charge.payment_id=pay_9")])
    assert envelope.output == {"payment_id": "pay_9", "fee": Decimal("3.20")}
    assert envelope.trace_id != first.trace_id
    assert [it for it, _ in workspace.provider.asked] == [
        "database_query", "external_api_call", "database_write", "database_write",
    ]  # fmt: skip
    (_, key), (_, new_key) = workspace.provider.asked[-2:]
    assert key != new_key
    execution = runs.get(envelope.trace_id)
    assert (execution.forked_from, execution.changes) == (
        first.trace_id, {"charge.payment_id": "pay_9"})  # fmt: skip
    replay = runs.trace(envelope.trace_id)
    assert replay.is_equal is True
    assert replay.envelope.output == envelope.output


def test_a_live_fork_with_another_input_is_a_whole_run(
    opened: Callable[..., tuple[Workspace, Runs]],
) -> None:
    workspace, runs = opened()
    first = runs.run("payment_v1", INPUTS)
    envelope = runs.fork_live(first.trace_id, [read_change("input.amount=5")])
    assert envelope.output == {"payment_id": "pay_1", "fee": Decimal("0.44")}
    assert workspace.provider.times("external_api_call") == 2


NONSENSE = {
    "no value": ("charge.id", "`charge.id` changes nothing"),
    "no step": ("=1", "`=1` changes nothing"),
    "an unknown step": ("chrage.id=1", "`payment_v1` has no step `chrage`"),
    "an unknown input": ("input.amuont=1", "`payment_v1` has no input `amuont`"),
    "an input of another type": (
        "input.amount=much", "input.amount: `much` is no decimal"),
    "a name that the step does not set": (
        "work_out_fee.id=1", "step `work_out_fee` sets no `id`, and was answered nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), NONSENSE.values(), ids=NONSENSE.keys())
def test_a_change_that_means_nothing_is_refused(
    opened: Callable[..., tuple[Workspace, Runs]], change: str, message: str
) -> None:
    _, runs = opened()
    trace = runs.run("payment_v1", INPUTS).trace_id
    error = refusal(lambda: runs.fork(trace, [read_change(change)]))
    assert (error.kind, error.message) == ("invalid", message)
    assert error.hint
