"""Runs in a workspace: entered, ended, kept waiting, taken up again, stopped."""

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.execution.workspace import PAY, Asking, Killed, Workspace, payment, providers, refusal
from tests.runtime.flows import Scripted, effect
from vesper.execution.recovery import Decision
from vesper.execution.runs import RunOptions, Runs
from vesper.lang.program import Input, Limits, Security
from vesper.lang.types import STRING
from vesper.runtime.grant import Grant, Say
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.request import Effect, Failure
from vesper.store.engine import connect
from vesper.tasks.board import Board
from vesper.values.value import Value

SECRET = "4111222233334444"


def test_a_run_is_found_again_with_what_it_ended_with(made: Callable[..., Workspace]) -> None:
    workspace = made(providers(), pay=payment)
    envelope = workspace.open().run("pay", {"amount": Decimal("9.90")})
    assert envelope.output == {"id": "pay_1", "at": 0}
    again = workspace.open()
    (found,) = again.find()
    assert (found.id, found.node_id, found.status) == (envelope.trace_id, "pay", "success")
    assert again.envelope(envelope.trace_id[:8]) == envelope
    assert again.resume(envelope.trace_id) == envelope
    assert workspace.provider.times("charge") == 1


def test_there_is_no_run_of_a_node_that_is_not_there(made: Callable[..., Workspace]) -> None:
    workspace = made(providers())
    assert refusal(lambda: workspace.open().run("fly", {})).kind == "not_found"
    assert workspace.open().find() == []


class TestRecovery:
    """A process that ends anywhere, and another one that takes the run up."""

    def killing(self, operation: str, when: str) -> Scripted:
        """Ends the process before or after it performs an operation, the first time."""
        alive = [True]

        def kill(name: str, answer: object) -> Callable[[Effect, Call], object]:
            def perform(_effect: Effect, given: Call) -> object:
                if alive[0] and name == operation and when == "before":
                    alive[0] = False
                    raise Killed
                done.setdefault((name, given.key), answer)
                if alive[0] and name == operation:
                    alive[0] = False
                    raise Killed
                return done[name, given.key]

            return perform

        done: dict[tuple[str, str], object] = {}
        self.done = done
        return Scripted(
            "charge", "insert",
            clock=kill("clock", 7), charge=kill("charge", "pay_1"), insert=kill("insert", 1),
        )  # fmt: skip

    @pytest.mark.parametrize("operation", ["clock", "charge", "insert"])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_keyed_write_counts_once_wherever_the_process_ends(
        self, made: Callable[..., Workspace], operation: str, when: str
    ) -> None:
        workspace = made(self.killing(operation, when), pay=payment)
        first = workspace.open()
        with pytest.raises(Killed):
            first.run("pay", {"amount": 5})
        first.close()
        second = workspace.open()
        (execution,) = second.find(status="interrupted")
        envelope = second.resume(execution.id)
        assert envelope.output == {"id": "pay_1", "at": 7}
        assert sorted(name for name, _ in self.done) == sorted(
            {"charge", "insert", "clock"} | ({"clock"} if operation == "clock" else set())
        )
        assert [it.status for it in second.find()] == ["success"]

    def ambiguous(self, made: Callable[..., Workspace]) -> tuple[Workspace, Runs, str]:
        """A run whose charge was begun at a provider without keys when the process ended."""
        alive = [True]

        def charge(*_: object) -> object:
            if alive[0]:
                alive[0] = False
                raise Killed
            return "pay_2"

        workspace = made(providers(charge=charge), pay=payment)
        first = workspace.open()
        with pytest.raises(Killed):
            first.run("pay", {"amount": 5})
        first.close()
        runs = workspace.open()
        return workspace, runs, runs.find()[0].id

    def test_a_write_without_key_is_left_to_a_person(self, made: Callable[..., Workspace]) -> None:
        workspace, runs, trace = self.ambiguous(made)
        for _ in range(2):
            envelope = runs.resume(trace)
            assert envelope.error is not None
            assert envelope.error.code == "effect_ambiguous"
        assert workspace.provider.times("charge") == 1
        (task,) = Board(workspace.folder).find()
        assert task.title == "Did charge at charge of pay happen?"
        assert f"vesper resume {trace[:12]} --answer done" in task.description
        execution = runs.get(trace)
        assert execution.status == "ambiguous"
        assert execution.waits_for == {"decide": "charge", "operation": "charge", "task": task.id}

    @pytest.mark.parametrize(
        ("decision", "charges", "output"),
        [
            (Decision("done", "pay_by_hand"), 1, "pay_by_hand"),
            (Decision("redo"), 2, "pay_2"),
        ],
        ids=["it happened", "it did not"],
    )
    def test_their_word_is_recorded_and_the_run_goes_on(
        self, made: Callable[..., Workspace], decision: Decision, charges: int, output: str
    ) -> None:
        workspace, runs, trace = self.ambiguous(made)
        runs.resume(trace)
        envelope = runs.resume(trace, RunOptions(actor="ada"), decision)
        assert envelope.output == {"id": output, "at": 0}
        assert workspace.provider.times("charge") == charges
        (task,) = Board(workspace.folder).find()
        assert (task.status, task.result) == ("completed", f"decided: {decision.answer}")
        with closing(connect(workspace.folder / ".vesper" / "vesper.db", 5)) as connection:
            (said,) = connection.execute(
                "SELECT decision FROM effects WHERE site = 'charge'"
            ).fetchone()
        assert said == f"{decision.answer} by ada"

    def test_one_that_is_done_again_may_end_half_way_again(
        self, made: Callable[..., Workspace]
    ) -> None:
        def charge(*_: object) -> object:
            raise Killed

        workspace = made(providers(charge=charge), pay=payment)
        runs = workspace.open()
        with pytest.raises(Killed):
            runs.run("pay", {"amount": 5})
        trace = runs.find()[0].id
        runs.resume(trace)
        with pytest.raises(Killed):
            runs.resume(trace, decision=Decision("redo"))
        error = runs.resume(trace).error
        assert error is not None
        assert error.code == "effect_ambiguous"
        assert workspace.provider.times("charge") == 2

    def test_nobody_decides_about_a_run_that_asks_nothing(
        self, made: Callable[..., Workspace]
    ) -> None:
        def wait(*_: object) -> object:
            raise Suspended("an event", {"event": "paid"})

        runs = made(providers(charge=wait), pay=payment).open()
        trace = runs.run("pay", {}).trace_id
        error = refusal(lambda: runs.resume(trace, decision=Decision("redo")))
        assert (error.kind, "waits for no such answer" in error.message) == ("invalid", True)
        assert runs.get(trace).status == "interrupted"

    def test_a_run_that_is_under_way_is_not_taken_up_twice(
        self, made: Callable[..., Workspace]
    ) -> None:
        begun, go = threading.Event(), threading.Event()

        def charge(*_: object) -> object:
            begun.set()
            assert go.wait(30)
            return "pay_1"

        workspace = made(providers(charge=charge), pay=payment)
        runs, other = workspace.open(), workspace.open()
        thread = threading.Thread(target=runs.run, args=("pay", {}))
        thread.start()
        assert begun.wait(30)
        (execution,) = other.find(status="running")
        for each in (runs, other):
            assert refusal(lambda each=each: each.resume(execution.id)).kind == "busy"
        go.set()
        thread.join(30)
        assert other.get(execution.id).status == "success"

    def test_a_node_that_changed_is_not_gone_on_with(self, made: Callable[..., Workspace]) -> None:
        workspace, runs, trace = self.ambiguous(made)
        workspace.nodes["pay"] = replace(PAY, digest="another")
        error = refusal(lambda: runs.resume(trace))
        assert (error.kind, error.message) == (
            "conflict", f"`pay` has changed since run {trace[:12]} began")  # fmt: skip


class TestWaiting:
    def test_a_run_waits_and_goes_on_when_what_it_waits_for_is_there(
        self, made: Callable[..., Workspace]
    ) -> None:
        answers: list[str] = []

        def charge(*_: object) -> object:
            if not answers:
                raise Suspended("a person's answer", {"task": 12})
            return answers[0]

        workspace = made(providers(charge=charge), pay=payment)
        envelope = workspace.open().run("pay", {})
        assert envelope.error is not None
        assert envelope.error.code == "waiting"
        runs = workspace.open()
        (execution,) = runs.find(status="waiting")
        assert (execution.reason, execution.waits_for) == ("a person's answer", {"task": 12})
        assert runs.envelope(execution.id) is None
        answers.append("yes")
        assert runs.resume(execution.id).output == {"id": "yes", "at": 0}
        assert workspace.provider.times("clock") == 1

    def test_one_that_waits_can_be_stopped(self, made: Callable[..., Workspace]) -> None:
        def charge(*_: object) -> object:
            raise Suspended("a person's answer", {"task": 12})

        runs = made(providers(charge=charge), pay=payment).open()
        trace = runs.run("pay", {}).trace_id
        assert runs.stop(trace).status == "cancelled"
        envelope = runs.resume(trace)
        assert envelope.error is not None
        assert envelope.error.code == "cancelled"

    def test_one_that_runs_is_stopped_before_its_next_effect(
        self, made: Callable[..., Workspace]
    ) -> None:
        traces: list[str] = []

        def charge(_effect: Effect, given: Call) -> object:
            traces.append(given.execution)
            runs.stop(given.execution)
            return "pay_1"

        workspace = made(providers(charge=charge), pay=payment)
        runs = workspace.open()
        envelope = runs.run("pay", {})
        assert envelope.error is not None
        assert envelope.error.code == "cancelled"
        assert runs.get(traces[0]).status == "cancelled"
        assert workspace.provider.times("insert") == 0


class TestKeys:
    def test_the_same_key_is_the_same_run(self, made: Callable[..., Workspace]) -> None:
        workspace = made(providers(), pay=payment)
        options = RunOptions(idempotency_key="order 7")
        first = workspace.open().run("pay", {"amount": 5}, options)
        assert workspace.open().run("pay", {"amount": 5}, options) == first
        assert workspace.provider.times("charge") == 1

    def test_an_input_of_that_name_is_a_key_too(self, made: Callable[..., Workspace]) -> None:
        workspace = made(providers(), pay=payment)
        workspace.nodes["pay"] = replace(PAY, inputs=(Input("idempotency_key", STRING),))
        runs = workspace.open()
        first = runs.run("pay", {"idempotency_key": "k"})
        assert runs.run("pay", {"idempotency_key": "k"}) == first
        assert runs.run("pay", {"idempotency_key": "l"}) != first

    def test_a_key_with_other_inputs_is_refused(self, made: Callable[..., Workspace]) -> None:
        workspace = made(providers(), pay=payment)
        runs, options = workspace.open(), RunOptions(idempotency_key="order 7")
        first = runs.run("pay", {"amount": 5}, options)
        error = runs.run("pay", {"amount": 6}, options).error
        assert error is not None
        assert (error.code, error.details["trace_id"]) == ("key_reused", first.trace_id)
        assert workspace.provider.times("charge") == 1

    def test_a_key_takes_up_a_run_that_was_interrupted(
        self, made: Callable[..., Workspace]
    ) -> None:
        alive = [True]

        def insert(*_: object) -> object:
            if alive.pop():
                alive.append(False)
                raise Killed
            return 1

        workspace = made(providers("insert", insert=insert), pay=payment)
        options = RunOptions(idempotency_key="order 7")
        first = workspace.open()
        with pytest.raises(Killed):
            first.run("pay", {}, options)
        first.close()
        assert workspace.open().run("pay", {}, options).output == {"id": "pay_1", "at": 0}
        assert workspace.provider.times("charge") == 1

    def test_of_many_at_once_one_runs(self, made: Callable[..., Workspace]) -> None:
        workspace = made(providers(), pay=payment)
        options = RunOptions(idempotency_key="order 7")
        statuses: list[str] = []

        def run(runs: Runs) -> None:
            envelope = runs.run("pay", {}, options)
            statuses.append(envelope.error.code if envelope.error else "success")

        threads = [threading.Thread(target=run, args=(workspace.open(),)) for _ in range(6)]
        for it in threads:
            it.start()
        for it in threads:
            it.join(30)
        assert workspace.provider.times("charge") == 1
        assert set(statuses) <= {"success", "waiting"}
        assert "success" in statuses


class TestLimits:
    def test_a_node_runs_so_often_in_so_much_time(self, made: Callable[..., Workspace]) -> None:
        workspace = made(providers(), pay=payment)
        workspace.nodes["pay"] = replace(PAY, limits=Limits(rate=(2, 60)))
        codes = []
        for _ in range(3):
            error = workspace.open().run("pay", {}).error
            codes.append(error.code if error else "")
            workspace.today += timedelta(seconds=10)
        assert codes == ["", "", "rate_limited"]
        error = workspace.open().run("pay", {}).error
        assert error is not None
        assert error.details["retry_after"] == Decimal("30.0")
        workspace.today += timedelta(seconds=31)
        assert workspace.open().run("pay", {}).status == "success"

    def test_a_node_runs_so_often_at_once_and_dead_processes_do_not_count(
        self, made: Callable[..., Workspace]
    ) -> None:
        def charge(*_: object) -> object:
            inner.append(workspace.open().run("pay", {}).error)
            raise Killed

        inner: list[Any] = []
        workspace = made(providers(charge=charge), pay=payment)
        workspace.nodes["pay"] = replace(PAY, limits=Limits(concurrency=1))
        first = workspace.open()
        with pytest.raises(Killed):
            first.run("pay", {})
        assert inner[0].code == "rate_limited"
        first.close()
        with pytest.raises(Killed):
            workspace.open().run("pay", {})
        assert inner[1].code == "rate_limited"


def test_the_workspace_the_caller_and_the_node_must_all_allow(
    made: Callable[..., Workspace],
) -> None:
    def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
        return {"it": (yield effect("charge", capabilities=("network.http_client.cards",)))}

    workspace = made(providers(), pay=flow)
    workspace.nodes["pay"] = replace(PAY, security=Security(("network.http_client",)))
    narrow = Grant((Say("vesper.toml", deny=("network",)),))
    for runs, options in [
        (workspace.open(grant=narrow), RunOptions()),
        (workspace.open(), RunOptions(grant=narrow)),
    ]:
        error = runs.run("pay", {}, options).error
        assert error is not None
        assert error.code == "capability_denied"
    assert workspace.provider.asked == []
    assert workspace.open().run("pay", {}).status == "success"


def test_a_run_goes_on_under_the_role_that_it_began_with(made: Callable[..., Workspace]) -> None:
    answers: list[str] = []

    def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
        yield effect("ask", "clock", "read")
        return {"it": (yield effect("charge", capabilities=("network.http_client.cards",)))}

    def wait(*_: object) -> object:
        if not answers:
            raise Suspended("an event")
        return answers[0]

    def roles(name: str) -> Grant:
        return Grant((Say(f"the role `{name}`", ("database",)),) if name else ())

    workspace = made(providers(clock=wait), pay=flow)
    workspace.nodes["pay"] = replace(PAY, security=Security(("network",)))
    trace = workspace.open(roles=roles).run("pay", {}, RunOptions(role="clerk")).trace_id
    answers.append("now")
    error = workspace.open(roles=roles).resume(trace).error
    assert error is not None
    assert "the role `clerk` does not list" in error.message


def test_nothing_runs_under_a_role_that_is_not_there(made: Callable[..., Workspace]) -> None:
    workspace = made(providers(), pay=payment)
    error = refusal(lambda: workspace.open().run("pay", {}, RunOptions(role="clerk")))
    assert (error.kind, error.message) == ("not_found", "there is no role `clerk` here")
    assert workspace.provider.asked == []


def test_sensitive_values_lie_nowhere_open(made: Callable[..., Workspace]) -> None:
    def flow(inputs: Mapping[str, Value], _site: str) -> Asking:
        charged = yield effect(
            "charge", arguments={"card": inputs["card"], "note": f"for {SECRET}"}
        )
        yield effect("record", "insert", arguments={"told": charged})
        return {"card": charged}

    def insert(*_: object) -> object:
        raise Failure(("broken", "effect_failed"), f"no row for {SECRET}")

    workspace = made(providers(charge=lambda it, _: it.arguments["card"], insert=insert), pay=flow)
    workspace.nodes["pay"] = replace(PAY, security=Security(sensitive=("card",)))
    runs = workspace.open()
    envelope = runs.run("pay", {"card": SECRET})
    assert envelope.error is not None
    assert SECRET not in envelope.error.message
    assert runs.envelope(envelope.trace_id) == envelope
    assert SECRET.encode() not in workspace.bytes_on_disk
    assert (workspace.folder / ".vesper" / "seal.key").stat().st_mode & 0o077 == 0
