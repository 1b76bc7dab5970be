"""What a run waits for: events, pauses, people's answers and roles' work, over restarts too."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.providers.world import World
from vesper.errors import VesperError
from vesper.providers.approvals import Approvals
from vesper.runtime.handling import Suspended
from vesper.runtime.request import Effect, Failure
from vesper.values.value import Value


def publish(world: World, kind: str, data: Value) -> None:
    world.do("event_publish", event_type=kind, data=data)


def subscribe(site: str, kind: str = "paid") -> Effect:
    return Effect("event_subscribe", site, "read", {"event_type": kind})


def get(world: World, site: str, key: str, kind: str = "paid") -> Value:
    """The next event at a place of the run; without patience."""
    return world.perform(subscribe(site, kind), key=key, patience=0.0)


def test_a_place_gets_each_event_once_and_in_order(world: World) -> None:
    with pytest.raises(Suspended) as waiting:
        get(world, "loop[0]/next", "k0")
    assert waiting.value.waits_for == {"event": "paid"}
    for number in range(3):
        publish(world, "paid", {"n": Decimal(number)})
    publish(world, "other", {"n": 9})
    assert [get(world, f"loop[{it}]/next", f"k{it}") for it in range(3)] == [
        {"n": 0},
        {"n": 1},
        {"n": 2},
    ]
    with pytest.raises(Suspended):
        get(world, "loop[3]/next", "k3")
    assert get(world, "loop[1]/next", "k1") == {"n": 1}


def test_other_places_and_other_processes_get_the_same_events(
    world: World, worlds: Callable[..., World]
) -> None:
    with pytest.raises(Suspended):
        get(world, "here", "k1")
    other = worlds()
    with pytest.raises(Suspended):
        get(other, "there", "k2")
    publish(world, "paid", 1)
    assert (get(world, "here", "k1"), get(other, "there", "k2")) == (1, 1)


def test_events_of_before_the_run_are_over(world: World) -> None:
    publish(world, "paid", "early")
    with pytest.raises(Suspended):
        get(world, "next", "k")
    publish(world, "paid", "late")
    assert get(world, "next", "k") == "late"


def test_an_event_published_again_under_its_key_is_published_once(world: World) -> None:
    with pytest.raises(Suspended):
        get(world, "loop[0]/next", "k0")
    effect = world.effect("event_publish", event_type="paid", data=1)
    for _ in range(2):
        world.perform(effect, key="same")
    assert get(world, "loop[0]/next", "k0") == 1
    with pytest.raises(Suspended):
        get(world, "loop[1]/next", "k1")


def test_somebody_who_waits_hears_of_an_event_of_another_thread(world: World) -> None:
    found: list[Value] = []
    with pytest.raises(Suspended):
        get(world, "next", "k")
    waiting = threading.Thread(
        target=lambda: found.append(world.perform(subscribe("next"), key="k"))
    )
    waiting.start()
    publish(world, "paid", {"a": 1})
    waiting.join(20)
    assert found == [{"a": 1}]


def test_waiting_ends_with_the_deadline_and_when_the_run_is_stopped(world: World) -> None:
    with pytest.raises(Failure) as late:
        world.perform(subscribe("next"), deadline=time.monotonic())
    assert late.value.codes == ("timeout", "effect_failed")
    with pytest.raises(Failure) as stopped:
        world.perform(subscribe("next"), is_stopped=lambda: True)
    assert (stopped.value.code, stopped.value.final) == ("cancelled", True)


def test_an_event_has_a_kind_and_a_bounded_size(world: World) -> None:
    assert world.failure("event_publish", event_type="a b").code == "argument_invalid"
    assert (
        world.failure("event_publish", event_type="a", data="x" * (1 << 20)).code
        == "argument_invalid"
    )


def wait(**arguments: Value) -> Effect:
    return Effect("wait", "pause", "nondeterministic", arguments)


def test_a_pause_is_over_when_its_time_has_come(world: World) -> None:
    before = time.monotonic()
    assert world.perform(wait(duration=timedelta(milliseconds=20))) == {}
    assert time.monotonic() - before >= 0.02
    past: Value = datetime.now(UTC) - timedelta(days=1)
    for until in (past, "2020-01-01"):
        assert world.perform(wait(until=until)) == {}


def test_a_pause_goes_on_where_it_was_after_a_restart(
    world: World, worlds: Callable[..., World]
) -> None:
    ends: list[Value] = []
    for it in (world, worlds()):
        with pytest.raises(Suspended) as waiting:
            it.perform(wait(duration="15m"), key="k", patience=0.0)
        ends.append(waiting.value.waits_for["until"])
    assert ends[0] == ends[1]


def test_a_pause_may_end_with_an_event(world: World) -> None:
    with pytest.raises(Suspended):
        world.perform(wait(event="paid"), key="k", patience=0.0)
    publish(world, "paid", {"a": 1})
    assert world.perform(wait(event="paid"), key="k") == {"a": 1}


@pytest.mark.parametrize("arguments", [{}, {"duration": "soon"}, {"until": "soon"}, {"until": 7}])
def test_a_pause_without_an_end_is_refused(world: World, arguments: dict[str, Value]) -> None:
    with pytest.raises(Failure) as caught:
        world.perform(wait(**arguments))
    assert caught.value.code == "argument_invalid"


def ask(timeout: float | None = None, **arguments: Value) -> Effect:
    given: dict[str, Value] = {"question": "Refund 20.00?", **arguments}
    return Effect("approval", "confirm", "nondeterministic", given, timeout=timeout)


def asked(world: World, effect: Effect, key: str = "k") -> int:
    """Ask, and give the number of the question."""
    with pytest.raises(Suspended) as waiting:
        world.perform(effect, key=key, patience=0.0)
    number = waiting.value.waits_for["approval"]
    assert isinstance(number, int)
    return number


@pytest.mark.parametrize("approved", [True, False])
def test_a_question_gets_one_answer(world: World, approved: bool) -> None:
    effect = ask(show={"order": {"total": Decimal("20.00")}})
    number = asked(world, effect)
    assert asked(world, effect) == number
    approvals = Approvals(world.registry.around)
    (question,) = approvals.pending()
    assert (question.question, question.node, question.step) == (
        "Refund 20.00?",
        "pay_v1",
        "confirm",
    )
    assert question.shown == {"order": {"total": Decimal("20.00")}}
    task = world.registry.around.board.get(question.task)
    assert (task.title, task.tags) == ("Refund 20.00?", ("approval",))
    assert '"total": 20.00' in task.description
    approvals.answer(number, approved=approved, by="ada", comment="as agreed")
    expected = {"approved": approved, "by": "ada", "comment": "as agreed"}
    assert world.perform(effect, key="k") == expected
    assert world.perform(effect, key="k") == expected
    assert approvals.pending() == []
    assert world.registry.around.board.get(question.task).status == "completed"
    with pytest.raises(VesperError, match="closed: ada said"):
        approvals.answer(number, approved=True, by="eve")


def test_an_answer_is_for_one_place_of_one_run(world: World) -> None:
    first = asked(world, ask(), "k1")
    Approvals(world.registry.around).answer(first, approved=True, by="ada")
    second = asked(world, ask(), "k2")
    assert second != first
    with pytest.raises(Failure) as caught:
        world.perform(ask(question="Refund 9000.00?"), key="k1")
    assert caught.value.code == "key_reused"


def test_only_those_who_may_answer_do(world: World) -> None:
    number = asked(world, ask(approvers=["ada", "bob"]))
    approvals = Approvals(world.registry.around)
    with pytest.raises(VesperError, match="eve may not answer") as caught:
        approvals.answer(number, approved=True, by="eve")
    assert caught.value.hint == "those who may: ada, bob"
    assert len(approvals.pending()) == 1
    approvals.answer(number, approved=True, by="bob")


def test_no_answer_in_time_is_a_no(world: World) -> None:
    effect = ask(timeout=0.0)
    answer = {"approved": False, "by": "", "comment": "nobody answered in time"}
    assert world.perform(effect, key="k") == answer
    approvals = Approvals(world.registry.around)
    question = approvals.get(1)
    assert question.state == "late"
    assert world.registry.around.board.get(question.task).status == "cancelled"
    with pytest.raises(VesperError, match="nobody answered it in time"):
        approvals.answer(1, approved=True, by="ada")
    assert world.perform(effect, key="k") == answer


def test_a_task_closed_without_an_answer_is_a_no(world: World) -> None:
    effect = ask()
    number = asked(world, effect)
    board = world.registry.around.board
    board.move(Approvals(world.registry.around).get(number).task, "cancelled", actor="ada")
    assert world.perform(effect, key="k") == {
        "approved": False, "by": "", "comment": "the task was cancelled",
    }  # fmt: skip


def test_a_number_that_nobody_asked_is_told_with_those_that_wait(world: World) -> None:
    with pytest.raises(VesperError) as caught:
        Approvals(world.registry.around).get(7)
    assert caught.value.hint == "nothing waits for an answer"
    asked(world, ask())
    with pytest.raises(VesperError) as caught:
        Approvals(world.registry.around).answer(7, approved=True, by="ada")
    assert (caught.value.kind, caught.value.hint) == ("not_found", "waiting: 1")


def test_a_question_full_of_signs_is_a_task_of_one_line(world: World) -> None:
    asked(world, ask(question="Pay\n\x1b[31m\u202e" + "x" * 5_000))
    (task,) = world.registry.around.board.find()
    assert len(task.title) == 200
    assert task.title.startswith("Pay [31m xx")


def agent(**arguments: Value) -> Effect:
    given: dict[str, Value] = {"role": "researcher", "goal": "Sum up", **arguments}
    return Effect("agent_run", "work", "nondeterministic", given)


def awaited(world: World, effect: Effect) -> int:
    """Run until it waits, and give the task that it waits for."""
    with pytest.raises(Suspended) as waiting:
        world.perform(effect, key="k", patience=0.0)
    number = waiting.value.waits_for["task"]
    assert isinstance(number, int)
    return number


def complete(world: World, number: int, summary: str) -> None:
    board = world.registry.around.board
    board.claim(actor="ada", task_id=number)
    board.complete(number, actor="ada", summary=summary)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ('{"total": 1.50}', {"total": Decimal("1.50")}),
        ("[1]", [1]),
        ("three sentences", "three sentences"),
        ("{not json}", "{not json}"),
        ("7", "7"),
    ],
)
def test_the_result_of_a_roles_task_is_the_answer(
    world: World, summary: str, expected: Value
) -> None:
    effect = agent(context={"complaints": ["too late"]})
    number = awaited(world, effect)
    assert awaited(world, effect) == number
    task = world.registry.around.board.get(number)
    assert (task.title, task.tags) == ("Sum up", ("agent", "role:researcher"))
    assert '"too late"' in task.description
    complete(world, number, summary)
    found = world.perform(effect, key="k")
    assert (found, type(found)) == (expected, type(expected))


def test_work_that_is_not_accepted_goes_back_with_the_remarks(world: World) -> None:
    effect = agent(review="editor")
    complete(world, awaited(world, effect), "first draft")
    review = world.registry.around.board.get(awaited(world, effect))
    assert review.tags == ("agent", "role:editor")
    assert "first draft" in review.description
    complete(world, review.id, "too long")
    again = world.registry.around.board.get(awaited(world, effect))
    assert "- too long" in again.description
    complete(world, again.id, "second draft")
    complete(world, awaited(world, effect), '{"accepted": true}')
    assert world.perform(effect, key="k") == "second draft"


def test_work_that_is_never_accepted_fails(world: World) -> None:
    effect = agent(review="editor")
    for _ in range(3):
        complete(world, awaited(world, effect), "draft")
        complete(world, awaited(world, effect), '{"accepted": "yes", "remarks": "no"}')
    with pytest.raises(Failure) as caught:
        world.perform(effect, key="k")
    assert caught.value.code == "review_failed"


def test_work_that_is_given_up_fails(world: World) -> None:
    effect = agent()
    world.registry.around.board.move(awaited(world, effect), "cancelled", actor="ada")
    with pytest.raises(Failure) as caught:
        world.perform(effect, key="k")
    assert caught.value.codes == ("agent_cancelled", "agent_failed", "effect_failed")


def test_a_context_that_no_task_can_hold_is_refused(world: World) -> None:
    with pytest.raises(Failure, match="put the rest into a file"):
        world.perform(agent(context={"a": "x" * 20_000}))
