"""A run from its first request to its envelope."""

import threading
from collections.abc import Generator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.runtime.flows import Clock, Flow, Flows, Scripted, call, effect, program
from vesper.lang.program import Limits, Program, Security
from vesper.lang.types import DECIMAL
from vesper.runtime.driver import DEEPEST, Conduct, drive
from vesper.runtime.envelope import Envelope
from vesper.runtime.handlers.breaker import Breaker
from vesper.runtime.handlers.registry import Registry
from vesper.runtime.handlers.stack import World, live
from vesper.runtime.handling import Call, Suspended
from vesper.runtime.journal import Journal, Remembered
from vesper.runtime.redaction import Redactor
from vesper.runtime.request import Effect, Failure, Fork, Invocation
from vesper.runtime.timing import GRACE
from vesper.values.value import Value

Asking = Generator[Any, Any, dict[str, Value]]


class Stage:
    """Everything a run needs, put together for one test."""

    def __init__(self, provider: Scripted, **flows: Flow) -> None:
        self.provider = provider
        self.engine = Flows(**flows)
        self.clock = Clock()
        self.journal: Journal = Remembered()
        self.programs: dict[str, Program] = {}

    def run(
        self, main: Program, inputs: Mapping[str, Value] | None = None, **fields: Any
    ) -> Envelope:
        world = World(Registry([self.provider]), self.clock, self.clock.pause, Breaker(self.clock))
        stack = live(world, self.journal, Redactor())
        conduct = Conduct(
            self.engine, stack.handler, call(**fields), self.programs.__getitem__, stack.permit,
            clock=self.clock,
        )  # fmt: skip
        return drive(main, inputs or {}, conduct)


def ask(given: Effect | Invocation | Fork) -> Flow:
    """A flow of one request whose answer is the result."""

    def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
        return {"answer": (yield given)}

    return flow


def test_an_answer_becomes_the_output() -> None:
    stage = Stage(Scripted(charge=lambda *_: {"id": "pay_1"}), pay=ask(effect("charge")))
    envelope = stage.run(program("pay"))
    assert envelope.status == "success"
    assert envelope.output == {"answer": {"id": "pay_1"}}
    assert (envelope.node_id, envelope.runtime, envelope.trace_id) == ("pay", "flows", "run1")


def test_the_key_of_an_effect_depends_on_the_run_and_the_site_alone() -> None:
    keys = []
    for site in ("a", "b", "a"):
        stage = Stage(Scripted(charge=lambda *_: 1), pay=ask(effect(site)))
        stage.run(program("pay"))
        keys.append(stage.provider.asked[0][1])
    assert keys[0] == keys[2] != keys[1]


def test_an_answer_is_made_the_type_that_the_program_counts_on() -> None:
    stage = Stage(Scripted(charge=lambda *_: "9.90"), pay=ask(effect("c", type=DECIMAL)))
    output = stage.run(program("pay")).output
    assert output is not None
    assert output["answer"] == Decimal("9.90")
    assert type(output["answer"]) is Decimal


def test_an_answer_of_another_type_is_a_failure_that_says_so() -> None:
    stage = Stage(Scripted(charge=lambda *_: "much"), pay=ask(effect("c", type=DECIMAL)))
    error = stage.run(program("pay")).error
    assert error is not None
    assert error.code == "result_invalid"
    assert "c was answered with something else than decimal" in error.message


def test_a_provider_may_give_what_python_has() -> None:
    stage = Stage(Scripted(charge=lambda *_: {"share": 0.5, "items": (1, 2)}), pay=ask(effect("c")))
    assert stage.run(program("pay")).output == {
        "answer": {"share": Decimal("0.5"), "items": [1, 2]}
    }


class TestCalls:
    def test_a_called_node_answers_with_its_output(self) -> None:
        def inner(inputs: Mapping[str, Value], site: str) -> Asking:
            return {"id": (yield effect(f"{site}charge")), "to": inputs["to"]}

        stage = Stage(
            Scripted(charge=lambda it, _: it.site),
            outer=ask(Invocation("inner", "pay", {"to": "ada"})), inner=inner,
        )  # fmt: skip
        stage.programs["inner"] = program("inner")
        main = program("outer", security=Security(("node.call.inner",)))
        assert stage.run(main).output == {"answer": {"id": "pay>charge", "to": "ada"}}

    def test_its_error_is_a_failure_of_the_step_with_its_code(self) -> None:
        def inner(_inputs: Mapping[str, Value], _site: str) -> Asking:
            raise Failure(("declined", "effect_failed"), "no")
            yield

        def outer(_inputs: Mapping[str, Value], _site: str) -> Asking:
            try:
                yield Invocation("inner", "pay", {})
            except Failure as failure:
                return {"codes": list(failure.codes), "of": failure.details["node_id"]}
            return {}

        stage = Stage(Scripted(), outer=outer, inner=inner)
        stage.programs["inner"] = program("inner")
        main = program("outer", security=Security(("node.call",)))
        assert stage.run(main).output == {"codes": ["declined", "effect_failed"], "of": "inner"}

    def test_a_callee_may_do_only_what_its_caller_may(self) -> None:
        def inner(_inputs: Mapping[str, Value], site: str) -> Asking:
            return {"id": (yield effect(f"{site}c", capabilities=("database.write.users",)))}

        stage = Stage(
            Scripted(charge=lambda *_: 1), outer=ask(Invocation("inner", "pay", {})), inner=inner
        )
        stage.programs["inner"] = program("inner", security=Security(("database.write",)))
        error = stage.run(program("outer", security=Security(("node.call.inner",)))).error
        assert error is not None
        assert error.code == "capability_denied"
        assert "the node `outer` does not list" in error.message
        assert stage.provider.asked == []

    def test_a_node_that_is_not_listed_is_not_called(self) -> None:
        stage = Stage(Scripted(), outer=ask(Invocation("inner_v1.*", "pay", {})))
        error = stage.run(program("outer")).error
        assert error is not None
        assert (error.code, error.details["capability"]) == (
            "capability_denied", "node.call.inner_v1",
        )  # fmt: skip

    def test_nodes_that_call_in_a_circle_end(self) -> None:
        stage = Stage(Scripted(), loop=ask(Invocation("loop", "again", {})))
        stage.programs["loop"] = program("loop", security=Security(("node.call",)))
        error = stage.run(stage.programs["loop"]).error
        assert error is not None
        assert error.code == "too_deep"
        assert str(DEEPEST) in error.message


class TestBranches:
    def fork(self, *sites: str, limit: int = 8) -> Flow:
        def branch(site: str) -> Generator[Any, Any, Any]:
            return (yield effect(site))

        return ask(Fork("gather", tuple(lambda it=it: branch(it) for it in sites), limit))

    def test_branches_run_at_once_and_answer_in_order(self) -> None:
        meeting = threading.Barrier(3, timeout=30)

        def meet(given: Effect, _call: Call) -> str:
            meeting.wait()
            return given.site

        stage = Stage(Scripted(charge=meet), pay=self.fork("a", "b", "c"))
        assert stage.run(program("pay")).output == {"answer": ["a", "b", "c"]}

    def test_no_more_run_at_once_than_the_limit(self) -> None:
        at_once, most = threading.Semaphore(2), []

        def count(given: Effect, _call: Call) -> str:
            most.append(at_once.acquire(blocking=False))
            at_once.release()
            return given.site

        sites = [str(it) for it in range(40)]
        stage = Stage(Scripted(charge=count), pay=self.fork(*sites, limit=2))
        assert stage.run(program("pay")).output == {"answer": sites}
        assert all(most)

    def test_the_first_failure_in_order_counts_once_all_have_ended(self) -> None:
        def answer(given: Effect, _call: Call) -> str:
            if given.site in "bc":
                raise Failure((f"bad_{given.site}", "effect_failed"), "no")
            return given.site

        stage = Stage(Scripted(charge=answer), pay=self.fork("a", "b", "c", "d"))
        error = stage.run(program("pay")).error
        assert error is not None
        assert error.code == "bad_b"
        assert stage.provider.times("charge") == 4

    @pytest.mark.parametrize("limit", [1, 8])
    def test_a_branch_that_waits_keeps_the_run_waiting(self, limit: int) -> None:
        def answer(given: Effect, _call: Call) -> str:
            if given.site == "b":
                raise Suspended("a person's answer", {"task": 12})
            raise Failure(("bad", "effect_failed"), "no")

        stage = Stage(Scripted(charge=answer), pay=self.fork("a", "b", limit=limit))
        error = stage.run(program("pay")).error
        assert error is not None
        assert (error.code, error.message) == ("waiting", "a person's answer")
        assert error.details == {"waits_for": {"task": 12}}


class TestTime:
    def slow(self, *seconds: float) -> Flow:
        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            for number, it in enumerate(seconds):
                yield effect(f"s{number}", "work", arguments={"seconds": Decimal(str(it))})
            return {}

        return flow

    def stage(self, flow: Flow) -> Stage:
        stage = Stage(
            Scripted(work=lambda it, _: stage.clock.pause(float(it.arguments["seconds"]))), pay=flow
        )  # type: ignore[arg-type]
        return stage

    def test_the_duration_is_told_by_the_clock_given(self) -> None:
        stage = self.stage(self.slow(0.25, 1))
        assert stage.run(program("pay")).duration_ms == 1250.0

    def test_nothing_is_begun_once_the_time_of_the_run_is_over(self) -> None:
        stage = self.stage(self.slow(3, 3, 3))
        error = stage.run(program("pay", limits=Limits(timeout=5))).error
        assert error is not None
        assert (error.code, error.details["step"]) == ("timeout", "s2")
        assert stage.provider.times("work") == 2

    def test_what_was_done_can_still_be_undone(self) -> None:
        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            yield effect("charge", "work", arguments={"seconds": Decimal(9)})
            try:
                yield effect("record", "work", arguments={"seconds": Decimal(0)})
            except Failure as failure:
                yield effect("record!0/give_back", "work", arguments={"seconds": Decimal(0)})
                return {"code": failure.code}
            return {}

        stage = self.stage(flow)
        envelope = stage.run(program("pay", limits=Limits(timeout=5)))
        assert envelope.output == {"code": "timeout"}
        assert stage.provider.times("work") == 2

    def test_undoing_has_an_end_too(self) -> None:
        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            yield effect("charge", "work", arguments={"seconds": Decimal(6 + int(GRACE))})
            yield effect("record!0/give_back", "work", arguments={"seconds": Decimal(0)})
            return {}

        error = self.stage(flow).run(program("pay", limits=Limits(timeout=5))).error
        assert error is not None
        assert error.details["step"] == "record!0/give_back"

    def test_a_provider_is_told_the_nearest_deadline(self) -> None:
        told: list[float | None] = []

        def remember(_effect: Effect, given: Call) -> None:
            told.append(given.deadline)

        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            yield effect("a", timeout=2.0)
            yield effect("b", timeout=20.0)
            yield effect("c")
            return {}

        Stage(Scripted(charge=remember), pay=flow).run(program("pay", limits=Limits(timeout=5)))
        assert told == [1002.0, 1005.0, 1005.0]

    def test_a_stopped_run_begins_nothing_more_and_no_handler_answers_that(self) -> None:
        stopped = threading.Event()
        stage = Stage(Scripted(charge=lambda *_: stopped.set()), pay=self.two())
        error = stage.run(program("pay"), is_stopped=stopped.is_set).error
        assert error is not None
        assert error.code == "cancelled"
        assert stage.provider.times("charge") == 1

    def two(self) -> Flow:
        def flow(_inputs: Mapping[str, Value], _site: str) -> Asking:
            yield effect("a")
            yield effect("b")
            return {}

        return flow
